package org.osteon.adapters.mapping;

/** A mapping profile cannot be used; the message names the place in it. */
public final class ProfileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the place and the fault. */
    public ProfileException(String message) {
        super(message);
    }

    /** As the other constructor, with what caused it. */
    public ProfileException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Always {@code PROFILE_MALFORMED}. */
    public String code() {
        return "PROFILE_MALFORMED";
    }
}
