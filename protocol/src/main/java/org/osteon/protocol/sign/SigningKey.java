package org.osteon.protocol.sign;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** A private key that signs; shows nothing of itself in {@link #toString()}. */
public final class SigningKey {
    private final PrivateKey privateKey;
    private final VerificationKey publicKey;

    private SigningKey(PrivateKey privateKey, VerificationKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** A new Ed25519 key. */
    public static SigningKey ed25519() {
        return generate(Scheme.ED25519, null);
    }

    /** A new ECDSA P-384 key, as Flower nodes use. */
    public static SigningKey ecdsaP384() {
        return generate(Scheme.ECDSA_SHA256, "secp384r1");
    }

    /** The key of a JDK key pair; a passkey's key never leaves its authenticator and is refused. */
    public static SigningKey of(Scheme scheme, KeyPair pair) {
        return new SigningKey(pair.getPrivate(), VerificationKey.of(scheme, pair.getPublic()));
    }

    /** The key from its PKCS#8 bytes and the public half stored beside them. */
    static SigningKey of(VerificationKey publicKey, byte[] pkcs8) {
        try {
            PrivateKey key = KeyFactory.getInstance(publicKey.scheme().keyAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            SigningKey signing = new SigningKey(key, publicKey);
            byte[] probe = {1, 2, 3};
            if (!publicKey.verifies(probe, signing.sign(probe))) {
                throw new SignatureException("KEY_MISMATCH", "private and public key do not belong together");
            }
            return signing;
        } catch (GeneralSecurityException e) {
            throw new SignatureException(
                    "KEY_MALFORMED",
                    "the private key is not of scheme " + publicKey.scheme().label());
        }
    }

    private static SigningKey generate(Scheme scheme, @org.jspecify.annotations.Nullable String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(scheme.keyAlgorithm());
            if (curve != null) {
                generator.initialize(new ECGenParameterSpec(curve));
            }
            return of(scheme, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new SignatureException(
                    "SCHEME_UNAVAILABLE", "this Java cannot make keys of scheme " + scheme.label());
        }
    }

    /** The public half. */
    public VerificationKey publicKey() {
        return publicKey;
    }

    /** Signs the bytes. */
    public Signature sign(byte[] message) {
        return new Signature(
                publicKey.scheme(), publicKey.keyId(), Base64.getEncoder().encodeToString(signRaw(message)));
    }

    /** Signs the bytes and returns the bare value. */
    public byte[] signRaw(byte[] message) {
        try {
            java.security.Signature signer =
                    java.security.Signature.getInstance(publicKey.scheme().signatureAlgorithm());
            signer.initSign(privateKey);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new SignatureException("SIGN_FAILED", "the key cannot sign: " + publicKey.fingerprint());
        }
    }

    /** The JDK's private key, for TLS and the node's header signature. */
    public PrivateKey privateKey() {
        return privateKey;
    }

    @Override
    public String toString() {
        return "SigningKey[" + publicKey.fingerprint() + "]";
    }
}
