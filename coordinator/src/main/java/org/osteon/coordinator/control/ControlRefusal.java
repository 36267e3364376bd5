package org.osteon.coordinator.control;

import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.DocumentException;

/**
 * A no to the {@code flwr} command, with what the command prints. The numbers are Flower's own where it has one for the
 * case; ours begin at 9000.
 */
public final class ControlRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final int number;

    /** What kind of no, and its status over HTTP. */
    public enum Kind {
        /** The request is wrong. */
        WRONG(400),
        /** Nobody is signed in, or not any more. */
        NOT_SIGNED_IN(401),
        /** Role, federation or policy. */
        FORBIDDEN(403),
        /** What it names does not exist. */
        ABSENT(404),
        /** It does not fit how things stand. */
        CONFLICT(412),
        /** This hub does not do that. */
        NOT_SERVED(501),
        /** Later, perhaps. */
        AGAIN(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /** The status over HTTP. */
        public int status() {
            return status;
        }
    }

    private ControlRefusal(Kind kind, int number, String text) {
        super(text);
        this.kind = kind;
        this.number = number;
    }

    /** What kind of no. */
    public Kind kind() {
        return kind;
    }

    /** The number that the command shows. */
    public int number() {
        return number;
    }

    /** What the command prints. */
    public String text() {
        return String.valueOf(getMessage());
    }

    static ControlRefusal notSignedIn() {
        return new ControlRefusal(Kind.NOT_SIGNED_IN, 36, "no access token that counts; sign in with flwr login");
    }

    static ControlRefusal noLoginService(String why) {
        return new ControlRefusal(Kind.NOT_SERVED, 19, why);
    }

    static ControlRefusal role(ControlCall call, String role) {
        return new ControlRefusal(
                Kind.FORBIDDEN,
                9,
                call.method() + " needs the role "
                        + String.join(" or ", call.roles().stream().sorted().toList()) + ", the caller is " + role);
    }

    static ControlRefusal otherFederation(String named, String here) {
        return new ControlRefusal(
                Kind.CONFLICT, 25, "this hub has one federation, " + here + "; there is no " + named + " here");
    }

    static ControlRefusal notAMember(String here) {
        return new ControlRefusal(Kind.FORBIDDEN, 26, "the caller is no member of " + here);
    }

    static ControlRefusal configuration(String text) {
        return new ControlRefusal(Kind.CONFLICT, 15, text);
    }

    static ControlRefusal noRun() {
        return new ControlRefusal(Kind.ABSENT, 16, "Run ID not found.");
    }

    static ControlRefusal finished(String state) {
        return new ControlRefusal(Kind.CONFLICT, 18, "Run is already finished (" + state + ").");
    }

    static ControlRefusal keyMalformed(String why) {
        return new ControlRefusal(Kind.CONFLICT, 22, "the public key cannot be used: " + why);
    }

    static ControlRefusal keyInUse() {
        return new ControlRefusal(Kind.CONFLICT, 23, "Public key already in use.");
    }

    static ControlRefusal noNode() {
        return new ControlRefusal(Kind.ABSENT, 24, "Node ID not found.");
    }

    static ControlRefusal policy(String text) {
        return new ControlRefusal(Kind.FORBIDDEN, 9001, text);
    }

    static ControlRefusal wrong(String text) {
        return new ControlRefusal(Kind.WRONG, 9002, text);
    }

    static ControlRefusal again(String text) {
        return new ControlRefusal(Kind.AGAIN, 9003, text);
    }

    /** A call that this hub does not serve. */
    public static ControlRefusal notServed(String call) {
        return new ControlRefusal(Kind.NOT_SERVED, 9004, "this hub does not serve " + call);
    }

    static ControlRefusal of(CallException e) {
        return switch (e.kind()) {
            case WRONG, DOES_NOT_HOLD -> wrong(e.code() + ": " + e.getMessage());
            case ABSENT -> new ControlRefusal(Kind.ABSENT, 9005, e.code() + ": " + e.getMessage());
            case REFUSED -> policy(e.code() + ": " + e.getMessage());
        };
    }

    static ControlRefusal of(DocumentException e) {
        return wrong(String.valueOf(e.getMessage()));
    }
}
