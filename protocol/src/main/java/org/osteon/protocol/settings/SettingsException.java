package org.osteon.protocol.settings;

/** A settings file cannot be used; the message names file, line or key and what to do. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** A failure with a message for the operator. */
    public SettingsException(String message) {
        this("", message);
    }

    /** The same with a stable code. */
    public SettingsException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, empty where there is none. */
    public String code() {
        return code;
    }
}
