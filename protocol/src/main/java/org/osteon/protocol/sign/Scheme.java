package org.osteon.protocol.sign;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A signature scheme by its name in documents, with the names the JDK knows it by. */
public enum Scheme {
    /** Ed25519 over the bytes themselves (RFC 8032). */
    ED25519("ed25519", "Ed25519", "Ed25519"),
    /** ECDSA over SHA-256, curve P-384 (nodes' default) or P-256, ASN.1 DER value (FIPS 186-5). */
    ECDSA_SHA256("ecdsa-sha256", "EC", "SHA256withECDSA"),
    /**
     * A WebAuthn assertion by a passkey on P-256 whose challenge is the SHA-256 of the bytes (W3C Web Authentication
     * Level 2), see {@link PasskeyAssertion}.
     */
    WEBAUTHN_ES256("webauthn-es256", "EC", "SHA256withECDSA");

    private final String label;
    private final String keyAlgorithm;
    private final String signatureAlgorithm;

    Scheme(String label, String keyAlgorithm, String signatureAlgorithm) {
        this.label = label;
        this.keyAlgorithm = keyAlgorithm;
        this.signatureAlgorithm = signatureAlgorithm;
    }

    /** The name as written in a document, such as {@code ed25519}. */
    @JsonValue
    public String label() {
        return label;
    }

    String keyAlgorithm() {
        return keyAlgorithm;
    }

    String signatureAlgorithm() {
        return signatureAlgorithm;
    }

    /**
     * The scheme of that name.
     *
     * @throws SignatureException with code {@code SCHEME_UNKNOWN} for a name not listed here
     */
    @JsonCreator
    public static Scheme of(String label) {
        for (Scheme scheme : values()) {
            if (scheme.label.equals(label)) {
                return scheme;
            }
        }
        throw new SignatureException("SCHEME_UNKNOWN", "signature scheme is not known: " + label);
    }
}
