package org.osteon.adapters.snapshot;

/** A snapshot folder is not what its manifest says. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** With a stable code; the message names the file or table. */
    public SnapshotException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** As the other constructor, with what caused it. */
    public SnapshotException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * {@code SNAPSHOT_MISSING}, {@code SNAPSHOT_MALFORMED}, {@code TABLE_MISSING}, {@code TABLE_CHANGED},
     * {@code TABLE_UNDECLARED} or {@code SNAPSHOT_UNREADABLE}.
     */
    public String code() {
        return code;
    }
}
