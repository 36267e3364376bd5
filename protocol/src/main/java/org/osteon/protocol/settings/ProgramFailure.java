package org.osteon.protocol.settings;

/** A daemon's program ends here, with an exit status of the command's table, a stable code and a sentence. */
public final class ProgramFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exit;
    private final String code;

    private ProgramFailure(int exit, String code, String message) {
        super(message);
        this.exit = exit;
        this.code = code;
    }

    /** Refused by policy or approval: exit 3. */
    public static ProgramFailure refused(String code, String message) {
        return new ProgramFailure(3, code, message);
    }

    /** A peer or a resource is missing: exit 4. */
    public static ProgramFailure tryAgain(String code, String message) {
        return new ProgramFailure(4, code, message);
    }

    /** The exit status. */
    public int exit() {
        return exit;
    }

    /** The stable code, empty where there is none. */
    public String code() {
        return code;
    }
}
