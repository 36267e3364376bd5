package org.osteon.protocol.sign;

/** A key or signature cannot be used or does not hold; carries a stable code and never key material. */
public final class SignatureException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** A failure with a stable code and a message for the person at the edge. */
    public SignatureException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, such as {@code SIGNATURE_INVALID}. */
    public String code() {
        return code;
    }
}
