package org.osteon.protocol.sign;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.osteon.protocol.document.Digest;

/**
 * A public key with its scheme; equal when scheme and encoding are equal.
 *
 * @param scheme the only scheme this key verifies
 * @param spki the key as DER SubjectPublicKeyInfo (RFC 5280 section 4.1), standard Base64
 */
public record VerificationKey(
        @JsonProperty("scheme") Scheme scheme,
        @JsonProperty("spki") String spki) {

    /** Refuses an encoding the JDK cannot read as a key of that scheme. */
    @JsonCreator
    public VerificationKey {
        decode(scheme, spki);
    }

    /** The key of a JDK public key. */
    public static VerificationKey of(Scheme scheme, PublicKey key) {
        return new VerificationKey(scheme, Base64.getEncoder().encodeToString(key.getEncoded()));
    }

    /** The key in a PEM text of type {@code PUBLIC KEY}; the scheme follows from the algorithm. */
    public static VerificationKey ofPem(String pem) {
        String body = Pem.body(pem, "PUBLIC KEY");
        for (Scheme scheme : Scheme.values()) {
            try {
                return new VerificationKey(scheme, body);
            } catch (SignatureException e) {
                continue;
            }
        }
        throw new SignatureException("KEY_MALFORMED", "the PEM text holds no key of a known scheme");
    }

    /** The key's identity: lowercase hex SHA-256 of the DER SubjectPublicKeyInfo. */
    public String keyId() {
        return Digest.of(Base64.getDecoder().decode(spki)).hex();
    }

    /** The identity as people compare it aloud: eight groups of four hex digits from its start. */
    public String fingerprint() {
        String id = keyId();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 32; i += 4) {
            text.append(i == 0 ? "" : "-").append(id, i, i + 4);
        }
        return text.toString();
    }

    /** PEM text, 64 columns, LF line ends. */
    public String pem() {
        return Pem.text("PUBLIC KEY", Base64.getDecoder().decode(spki));
    }

    /** The JDK's key. */
    public PublicKey publicKey() {
        return decode(scheme, spki);
    }

    /** Whether the signature is by this key, of its scheme, and holds over these bytes. */
    public boolean verifies(byte[] message, Signature signature) {
        return signature.scheme() == scheme
                && signature.keyId().equals(keyId())
                && verifiesRaw(message, signature.bytes());
    }

    /** Whether a bare signature value holds over these bytes. */
    public boolean verifiesRaw(byte[] message, byte[] value) {
        try {
            java.security.Signature verifier = java.security.Signature.getInstance(scheme.signatureAlgorithm());
            verifier.initVerify(publicKey());
            verifier.update(message);
            return verifier.verify(value);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static PublicKey decode(Scheme scheme, String spki) {
        try {
            byte[] der = Base64.getDecoder().decode(spki.getBytes(StandardCharsets.US_ASCII));
            return KeyFactory.getInstance(scheme.keyAlgorithm()).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SignatureException("KEY_MALFORMED", "spki is not a public key of scheme " + scheme.label());
        }
    }
}
