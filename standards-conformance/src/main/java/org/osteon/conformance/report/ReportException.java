package org.osteon.conformance.report;

/** A report cannot be written. */
public final class ReportException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    /** With a stable code and what to do. */
    public ReportException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The code. */
    public String code() {
        return code;
    }
}
