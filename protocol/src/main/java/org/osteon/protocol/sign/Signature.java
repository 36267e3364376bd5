package org.osteon.protocol.sign;

import java.util.Base64;

/**
 * One signature over a document's canonical bytes.
 *
 * @param scheme how the value was made
 * @param keyId the signing key's identity, see {@link VerificationKey#keyId()}
 * @param value the signature, standard Base64
 */
public record Signature(Scheme scheme, String keyId, String value) {
    private static final int MAX_VALUE = 1024;

    /** Refuses a value that is empty, oversized or not Base64, and a malformed key id. */
    public Signature {
        if (!keyId.matches("[0-9a-f]{64}")) {
            throw new SignatureException(
                    "KEY_ID_MALFORMED", "keyId must be 64 hex digits, was " + keyId.length() + " characters");
        }
        if (value.isEmpty() || value.length() > MAX_VALUE) {
            throw new SignatureException(
                    "SIGNATURE_MALFORMED",
                    "signature value has " + value.length() + " characters, 1 to " + MAX_VALUE + " are allowed");
        }
        try {
            Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw new SignatureException("SIGNATURE_MALFORMED", "signature value is not Base64");
        }
    }

    byte[] bytes() {
        return Base64.getDecoder().decode(value);
    }
}
