package org.osteon.coordinator.round;

import org.osteon.protocol.document.Digest;

/**
 * One message to one site as it stands in the database.
 *
 * @param digest identity of the signed instruction, or of the message for an ungoverned run
 * @param run the run
 * @param round the round
 * @param exchange the exchange
 * @param site the site
 * @param nodeId its node id
 * @param fence the fence
 * @param messageId Flower's message id
 * @param metadata Flower's metadata, Base64 protobuf
 * @param envelope the signed instruction, empty for an ungoverned run
 * @param state {@code open}, {@code replied} or {@code void}
 */
public record InstructionRecord(
        Digest digest,
        String run,
        int round,
        String exchange,
        String site,
        String nodeId,
        long fence,
        String messageId,
        String metadata,
        String envelope,
        String state) {

    /** What events say they are about: run, round and exchange. */
    String about() {
        return run + "/" + round + "/" + exchange;
    }

    InstructionRecord as(String wireId) {
        return new InstructionRecord(
                digest, run, round, exchange, site, nodeId, fence, wireId, metadata, envelope, state);
    }
}
