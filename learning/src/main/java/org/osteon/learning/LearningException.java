package org.osteon.learning;

/** Training or evaluation cannot be done as asked; carries a stable code and never patient data. */
public final class LearningException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** A failure with a stable code and a message for the person at the edge. */
    public LearningException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** A failure with a stable code, a message and the fault behind it. */
    public LearningException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable code, such as {@code ARRAYS_MISMATCH}. */
    public String code() {
        return code;
    }
}
