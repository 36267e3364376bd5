package org.osteon.coordinator.round;

import org.osteon.protocol.document.Digest;

/**
 * A run as it stands in the database.
 *
 * @param id name-safe id
 * @param flowerRun Flower's run id, unsigned decimal
 * @param study identity of the study; of nothing for an ungoverned run
 * @param state where it stands
 * @param governed whether every participant is an agent with a capsule
 * @param round the round that is open or was closed last
 * @param exchange {@code train} or {@code evaluate}; of an ungoverned run, what its rounds ask
 * @param model the newest model version
 * @param deadline of the open round, epoch milliseconds
 * @param plan an ungoverned run's plan as JSON, else empty
 */
public record RunRecord(
        String id,
        String flowerRun,
        Digest study,
        RunState state,
        boolean governed,
        int round,
        String exchange,
        Digest model,
        long deadline,
        String plan) {

    /** Whether rounds go on. */
    public boolean running() {
        return state instanceof RunState.Running;
    }

    /** Whether a reply to an open instruction counts. */
    boolean taking() {
        return state instanceof RunState.Taking;
    }

    /** Whether a person let it wait. */
    boolean paused() {
        return state instanceof RunState.Paused;
    }

    /** Whether the open exchange is the evaluation. */
    boolean evaluating() {
        return "evaluate".equals(exchange);
    }

    /** What events say they are about: run, round and exchange. */
    String about() {
        return id + "/" + round + "/" + exchange;
    }

    RunRecord in(RunState next) {
        return new RunRecord(id, flowerRun, study, next, governed, round, exchange, model, deadline, plan);
    }

    RunRecord at(int nextRound, String nextExchange) {
        return new RunRecord(id, flowerRun, study, state, governed, nextRound, nextExchange, model, deadline, plan);
    }

    RunRecord until(long nextDeadline) {
        return new RunRecord(id, flowerRun, study, state, governed, round, exchange, model, nextDeadline, plan);
    }

    RunRecord with(Digest nextModel) {
        return new RunRecord(id, flowerRun, study, state, governed, round, exchange, nextModel, deadline, plan);
    }
}
