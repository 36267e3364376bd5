package org.osteon.protocol.settings;

/** A settings file cannot be used; the message names file, line or key and what to do. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure with a message for the operator. */
    public SettingsException(String message) {
        super(message);
    }
}
