package org.osteon.cli.output;

/** A verb ends here, with an exit code and one line for the person. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;

    /** Ends with this code and message. */
    public CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Wrong call: exit 2. */
    public static CliException wrongCall(String message) {
        return new CliException(ExitCode.WRONG_CALL, message);
    }

    /** The exit code. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
