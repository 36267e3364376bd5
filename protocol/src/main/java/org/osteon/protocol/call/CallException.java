package org.osteon.protocol.call;

/** A call at the hub cannot be done; carries what kind of no it is, a stable code and a sentence. */
public final class CallException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Kind kind;
    private final String code;

    /** What kind of no. */
    public enum Kind {
        /** The call or a document in it is wrong. */
        WRONG,
        /** What it names does not exist. */
        ABSENT,
        /** Policy or a missing approval. */
        REFUSED,
        /** A check does not hold. */
        DOES_NOT_HOLD
    }

    /** A failure. */
    public CallException(Kind kind, String code, String message) {
        super(message);
        this.kind = kind;
        this.code = code;
    }

    /** Wrong call. */
    public static CallException wrong(String code, String message) {
        return new CallException(Kind.WRONG, code, message);
    }

    /** Nothing there. */
    public static CallException absent(String code, String message) {
        return new CallException(Kind.ABSENT, code, message);
    }

    /** Refused. */
    public static CallException refused(String code, String message) {
        return new CallException(Kind.REFUSED, code, message);
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** The stable code. */
    public String code() {
        return code;
    }
}
