package org.osteon.coordinator.round;

import org.osteon.protocol.document.Digest;

/**
 * A run as it stands in the database.
 *
 * @param id name-safe id
 * @param flowerRun Flower's run id, unsigned decimal
 * @param study identity of the study; of nothing for an ungoverned run
 * @param state {@code running}, {@code stalled}, {@code stopped} or {@code completed}
 * @param governed whether every participant is an agent with a capsule
 * @param round the round that is open or was closed last
 * @param exchange {@code train} or {@code evaluate}
 * @param model the newest model version
 * @param deadline of the open round, epoch milliseconds
 * @param plan an ungoverned run's plan as JSON, else empty
 */
public record RunRecord(
        String id,
        String flowerRun,
        Digest study,
        String state,
        boolean governed,
        int round,
        String exchange,
        Digest model,
        long deadline,
        String plan) {

    /** Whether rounds go on. */
    public boolean running() {
        return "running".equals(state);
    }
}
