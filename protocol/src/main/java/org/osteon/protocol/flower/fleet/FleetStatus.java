package org.osteon.protocol.flower.fleet;

/**
 * An outcome as the two carriers say it. Any other status makes an active SuperNode unregister, and from 1.36 on leaves
 * a process that never polls again, so there is no other here.
 */
public enum FleetStatus {
    /** The answer follows. */
    OK("OK", 200, 0),
    /** Tried again with growing pauses. */
    TRANSIENT("UNAVAILABLE", 503, 1),
    /** The message is ignored. */
    NOT_FOR_YOU("PERMISSION_DENIED", 403, 2007),
    /** The process ends. */
    GO_AWAY("UNAUTHENTICATED", 401, 2004);

    private final String grpcCode;
    private final int httpStatus;
    private final int errorCode;

    FleetStatus(String grpcCode, int httpStatus, int errorCode) {
        this.grpcCode = grpcCode;
        this.httpStatus = httpStatus;
        this.errorCode = errorCode;
    }

    /** The status of an outcome. */
    public static FleetStatus of(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Done<?>) {
            return OK;
        } else if (outcome instanceof Outcome.Transient<?>) {
            return TRANSIENT;
        } else if (outcome instanceof Outcome.NotForYou<?>) {
            return NOT_FOR_YOU;
        }
        return GO_AWAY;
    }

    /** What the other party is told; empty when the outcome is an answer. */
    public static String reason(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Transient<?> later) {
            return later.reason();
        } else if (outcome instanceof Outcome.NotForYou<?> denied) {
            return denied.reason();
        } else if (outcome instanceof Outcome.GoAway<?> away) {
            return away.reason();
        }
        return "";
    }

    /** Name of the gRPC status code. */
    public String grpcCode() {
        return grpcCode;
    }

    /** HTTP status. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The integer {@code code} of the HTTP carrier's JSON error; without one a SuperNode hides our detail. */
    public int errorCode() {
        return errorCode;
    }
}
