package org.osteon.audit.log;

/** A log, checkpoint or proof is not what it must be; carries a stable code and where. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** A failure with a stable code. */
    public LogException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, such as {@code ROOT_MISMATCH}. */
    public String code() {
        return code;
    }
}
