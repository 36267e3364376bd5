package org.osteon.adapters.snapshot;

/** A mapping could not be done at all; nothing was written. The message holds no content of the input. */
public final class MappingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** With a stable code and what to do about it. */
    public MappingException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** As the other constructor, with what caused it. */
    public MappingException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * {@code INPUT_MISSING}, {@code INPUT_UNREADABLE}, {@code OUTPUT_NOT_EMPTY}, {@code OUTPUT_IN_INPUT} or
     * {@code OUTPUT_UNWRITABLE}.
     */
    public String code() {
        return code;
    }
}
