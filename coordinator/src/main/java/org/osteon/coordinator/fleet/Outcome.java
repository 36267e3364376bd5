package org.osteon.coordinator.fleet;

/**
 * How a Fleet call ended, whatever carrier brought it. Towards an active node only these exist: anything else would
 * make an unmodified SuperNode give up for good.
 *
 * @param <T> the answer
 */
public sealed interface Outcome<T> {
    /** Done, with the answer. */
    record Done<T>(T value) implements Outcome<T> {}

    /** Try again: gRPC UNAVAILABLE, HTTP 503. */
    record Transient<T>(String reason) implements Outcome<T> {}

    /** Not for this node, run over, or policy: gRPC PERMISSION_DENIED, HTTP 403. */
    record NotForYou<T>(String reason) implements Outcome<T> {}

    /** Go away for good: gRPC UNAUTHENTICATED, HTTP 401. */
    record GoAway<T>(String reason) implements Outcome<T> {}
}
