package org.osteon.cli.output;

/** The command's exit codes; they never change their meaning. */
public enum ExitCode {
    /** Done, and what was checked holds. */
    DONE(0),
    /** Checked, and it does not hold. */
    DOES_NOT_HOLD(1),
    /** The call or a document in it is wrong; nothing was changed. */
    WRONG_CALL(2),
    /** Refused by policy, by a missing or expired approval, or by the budget. */
    REFUSED(3),
    /** A peer, a server or a resource is missing or full; try again. */
    TRY_AGAIN(4);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The code of a process's exit status; whatever is none of ours means: try again. */
    public static ExitCode of(int status) {
        for (ExitCode code : values()) {
            if (code.code == status) {
                return code;
            }
        }
        return TRY_AGAIN;
    }

    /** The process's exit status. */
    public int code() {
        return code;
    }
}
