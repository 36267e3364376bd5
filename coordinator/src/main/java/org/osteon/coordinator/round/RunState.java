package org.osteon.coordinator.round;

/** Where a run stands; a transition exists only where it is legal. */
public sealed interface RunState {
    /** As stored and shown: {@code running}, {@code stalled}, {@code stopped} or {@code completed}. */
    String text();

    /** A state from which a person may stop the run. */
    sealed interface Stoppable extends RunState permits Running, Stalled {
        /** Open instructions become void. */
        default Stopped stop() {
            return new Stopped();
        }
    }

    /** A state from which a person may let the run go on: its open round is asked again. */
    sealed interface Resumable extends RunState permits Stalled, Stopped {
        /** Rounds go on. */
        default Running resume() {
            return new Running();
        }
    }

    /** Rounds go on. */
    record Running() implements Stoppable {
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

    /** The state of a stored text. */
    static RunState of(String text) {
        return switch (text) {
            case "running" -> new Running();
            case "stalled" -> new Stalled();
            case "stopped" -> new Stopped();
            case "completed" -> new Completed();
            default -> throw new IllegalStateException("a run is stored with the unknown state " + text);
        };
    }
}
