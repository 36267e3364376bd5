package org.osteon.protocol.flower.fleet;

/**
 * How a Fleet call ended, in the only four ways that an unmodified SuperNode survives or is meant not to survive.
 * Reasons go to the other party and name no patient, file or stack frame.
 *
 * @param <T> the answer
 */
public sealed interface Outcome<T> {
    /**
     * Done; nothing further is owed.
     *
     * @param value the answer
     */
    record Done<T>(T value) implements Outcome<T> {}

    /**
     * Not now; the peer tries again by itself.
     *
     * @param reason for the peer's log
     */
    record Transient<T>(String reason) implements Outcome<T> {}

    /**
     * Not for this node: the run is over, unknown, or policy denies; the peer drops the message and lives on.
     *
     * @param reason for the peer's log
     */
    record NotForYou<T>(String reason) implements Outcome<T> {}

    /**
     * The node is not, or no longer, admitted; the peer deactivates and ends.
     *
     * @param reason for the peer's log
     */
    record GoAway<T>(String reason) implements Outcome<T> {}

    /** {@link Done} with that value. */
    static <T> Outcome<T> done(T value) {
        return new Done<>(value);
    }

    /** {@link Transient} for that reason. */
    static <T> Outcome<T> later(String reason) {
        return new Transient<>(reason);
    }

    /** {@link NotForYou} for that reason. */
    static <T> Outcome<T> notForYou(String reason) {
        return new NotForYou<>(reason);
    }

    /** {@link GoAway} for that reason. */
    static <T> Outcome<T> goAway(String reason) {
        return new GoAway<>(reason);
    }
}
