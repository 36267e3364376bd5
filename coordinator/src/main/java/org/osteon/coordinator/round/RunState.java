package org.osteon.coordinator.round;

import java.time.Instant;

/** Where a run stands; a transition exists only where it is legal. */
public sealed interface RunState {
    /** As stored and shown: {@code running}, {@code paused}, {@code stalled}, {@code stopped} or {@code completed}. */
    String text();

    /** A state from which a person may stop the run. */
    sealed interface Stoppable extends RunState permits Running, Paused, Stalled {
        /** Open instructions become void. */
        default Stopped stop() {
            return new Stopped();
        }
    }

    /** A state from which a person may let the run go on. */
    sealed interface Resumable extends RunState permits Paused, Stalled, Stopped {
        /** Rounds go on. */
        default Running resume() {
            return new Running();
        }
    }

    /** A state in which a reply to an open instruction counts. */
    sealed interface Taking extends RunState permits Running, Paused {}

    /** Rounds go on. */
    record Running() implements Stoppable, Taking {
        /** No new instruction is handed out until a person resumes. */
        Paused pause(String by, Instant since) {
            return new Paused(by, since);
        }

        /** A round's deadline passed below quorum. */
        Stalled stall() {
            return new Stalled();
        }

        /** The last exchange is closed. */
        Completed complete() {
            return new Completed();
        }

        @Override
        public String text() {
            return "running";
        }
    }

    /**
     * A person let it wait: no instruction is handed out, no round opened or closed; what a site works on already is
     * taken.
     *
     * @param by who paused it
     * @param since when
     */
    record Paused(String by, Instant since) implements Stoppable, Resumable, Taking {
        @Override
        public String text() {
            return "paused";
        }
    }

    /** A round stayed below quorum; an engineer decides. */
    record Stalled() implements Stoppable, Resumable {
        @Override
        public String text() {
            return "stalled";
        }
    }

    /** An engineer stopped it. */
    record Stopped() implements Resumable {
        @Override
        public String text() {
            return "stopped";
        }
    }

    /** Every round is closed. */
    record Completed() implements RunState {
        @Override
        public String text() {
            return "completed";
        }
    }

    /**
     * The state of a stored text.
     *
     * @param by who paused it, of a paused run
     * @param since when it was paused, epoch milliseconds, of a paused run
     */
    static RunState of(String text, String by, long since) {
        return switch (text) {
            case "running" -> new Running();
            case "paused" -> new Paused(by, Instant.ofEpochMilli(since));
            case "stalled" -> new Stalled();
            case "stopped" -> new Stopped();
            case "completed" -> new Completed();
            default -> throw new IllegalStateException("a run is stored with the unknown state " + text);
        };
    }
}
