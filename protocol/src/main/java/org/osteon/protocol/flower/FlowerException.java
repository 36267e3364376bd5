package org.osteon.protocol.flower;

/** Bytes from a Flower peer are not what the protocol allows; carries a stable code and never the bytes. */
public final class FlowerException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** A failure with a stable code and a message for the log. */
    public FlowerException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, such as {@code OBJECT_MALFORMED}. */
    public String code() {
        return code;
    }
}
