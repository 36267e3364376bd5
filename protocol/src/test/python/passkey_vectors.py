"""Makes passkey-vectors.json with an implementation of WebAuthn that is not ours (PyPI: fido2, cryptography).

    pip install "fido2>=2"; python passkey_vectors.py > ../resources/org/osteon/protocol/sign/passkey-vectors.json

Keys are new on each run. What fido2's own relying party judges of each vector is printed to standard error.
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorAssertionResponse,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
)

RP = "localhost"
ORIGIN = "https://localhost:9443"
MESSAGE = b'{"schema":"osteon.example/1","text":"what the officer read"}'
F = AuthenticatorData.FLAG


def b64(raw):
    return base64.b64encode(raw).decode()


def credential(key):
    return AttestedCredentialData.create(bytes(16), hashlib.sha256(b"credential").digest(), ES256.from_cryptography_key(key.public_key()))


def spki(key):
    return b64(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def assertion(key, kind="webauthn.get", challenge=None, origin=ORIGIN, cross=False, rp=RP, flags=F.UP | F.UV, extensions=None, data=None):
    challenge = hashlib.sha256(MESSAGE).digest() if challenge is None else challenge
    client = CollectedClientData.create(type=kind, challenge=challenge, origin=origin, cross_origin=cross)
    auth = data or AuthenticatorData.create(hashlib.sha256(rp.encode()).digest(), flags, 7, b"", extensions)
    signature = key.sign(bytes(auth) + client.hash, ec.ECDSA(hashes.SHA256()))
    return bytes(auth), bytes(client), signature


def judged(officer, parts):
    server = Fido2Server(PublicKeyCredentialRpEntity(name="x", id=RP), verify_origin=lambda o: o == ORIGIN)
    entry = credential(officer)
    state = {"challenge": base64.urlsafe_b64encode(hashlib.sha256(MESSAGE).digest()).decode().rstrip("="), "user_verification": "required"}
    try:
        response = AuthenticationResponse(
            raw_id=entry.credential_id,
            response=AuthenticatorAssertionResponse(
                client_data=CollectedClientData(parts[1]), authenticator_data=AuthenticatorData(parts[0]), signature=parts[2]
            ),
        )
        server.authenticate_complete(state, [entry], response)
        return "holds"
    except Exception as e:  # whatever it says, it does not accept
        return f"refused: {e}"


officer = ec.generate_private_key(ec.SECP256R1())
other = ec.generate_private_key(ec.SECP256R1())
attested = AuthenticatorData.create(hashlib.sha256(RP.encode()).digest(), F.UP | F.UV | F.AT, 0, bytes(credential(officer)))
created = CollectedClientData.create(type="webauthn.create", challenge=b"new passkey", origin=ORIGIN, cross_origin=False)

cases = {
    "holds": ("", assertion(officer)),
    "holds with extensions": ("", assertion(officer, flags=F.UP | F.UV | F.ED, extensions={"credProtect": 2})),
    "another ceremony": ("PASSKEY_TYPE", assertion(officer, kind="webauthn.create")),
    "another document": ("PASSKEY_CHALLENGE", assertion(officer, challenge=hashlib.sha256(MESSAGE + b" ").digest())),
    "another origin": ("PASSKEY_ORIGIN", assertion(officer, origin="https://localhost:8443")),
    "another scheme of origin": ("PASSKEY_ORIGIN", assertion(officer, origin="http://localhost:9443")),
    "framed by another origin": ("PASSKEY_ORIGIN", assertion(officer, cross=True)),
    "another relying party": ("PASSKEY_RELYING_PARTY", assertion(officer, rp="hospital.example")),
    "nobody there": ("PASSKEY_NOT_PRESENT", assertion(officer, flags=F.UV)),
    "nobody verified": ("PASSKEY_NOT_VERIFIED", assertion(officer, flags=F.UP)),
    "data of a new passkey": ("SIGNATURE_MALFORMED", assertion(officer, data=attested)),
    "another officer's passkey": ("PASSKEY_SIGNATURE", assertion(other)),
}
out = {
    "message": b64(MESSAGE),
    "rpId": RP,
    "origin": ORIGIN,
    "spki": spki(officer),
    "otherSpki": spki(other),
    "creation": {
        "challenge": b64(b"new passkey"),
        "authenticatorData": b64(bytes(attested)),
        "clientDataJSON": b64(bytes(created)),
        "credentialId": b64(credential(officer).credential_id),
    },
    "assertions": [],
}
for name, (code, parts) in cases.items():
    print(f"{name}: ours says {code or 'holds'}, fido2 says {judged(officer, parts)}", file=sys.stderr)
    out["assertions"].append(
        {"name": name, "objection": code, "authenticatorData": b64(parts[0]), "clientDataJSON": b64(parts[1]), "signature": b64(parts[2])}
    )
print(json.dumps(out, indent=2))
