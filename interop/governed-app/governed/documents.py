"""Osteon's documents as docs/spec writes them down, from the text of those pages alone."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

NOTHING = hashlib.sha256(b"").hexdigest()


def canonical(document: dict) -> bytes:
    """RFC 8785 for objects whose names and numbers are plain: ASCII names, integers only."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def identity(document: dict) -> str:
    """Lowercase hex SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical(document)).hexdigest()


def key_id(public) -> str:
    """Lowercase hex SHA-256 of the DER SubjectPublicKeyInfo."""
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def read_key(pem: bytes) -> ed25519.Ed25519PrivateKey:
    """The private half of a daemon's key file, which holds the public half first."""
    return serialization.load_pem_private_key(pem[pem.index(b"-----BEGIN PRIVATE KEY-----"):], None)


def signed(document: dict, key: ed25519.Ed25519PrivateKey) -> bytes:
    """The envelope of a document with one Ed25519 signature."""
    signature = {
        "keyId": key_id(key.public_key()),
        "scheme": "ed25519",
        "value": base64.b64encode(key.sign(canonical(document))).decode(),
    }
    return canonical({"document": document, "signatures": [signature]})


def opened(envelope: bytes, node: ec.EllipticCurvePublicKey) -> dict:
    """The document of an envelope that a node's P-384 key signed; raises when it did not."""
    tree = json.loads(envelope)
    entry = next(s for s in tree["signatures"] if s["keyId"] == key_id(node))
    node.verify(base64.b64decode(entry["value"]), canonical(tree["document"]), ec.ECDSA(SHA256()))
    return tree["document"]
