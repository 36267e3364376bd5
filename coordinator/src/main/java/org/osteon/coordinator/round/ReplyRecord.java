package org.osteon.coordinator.round;

import org.osteon.protocol.document.Digest;

/**
 * What became of a reply.
 *
 * @param digest identity of the reply document; of the message for a Flower node
 * @param instruction the instruction answered
 * @param site the site
 * @param outcome {@code accepted}, {@code rejected}, {@code refused} or {@code late}
 * @param reason code when not accepted
 * @param update digest of the update file
 * @param weight its weight
 */
public record ReplyRecord(
        Digest digest, Digest instruction, String site, String outcome, String reason, Digest update, long weight) {

    /** Whether it may be counted. */
    public boolean accepted() {
        return "accepted".equals(outcome);
    }

    /** The same reply, come when its round did not wait for it any more. */
    ReplyRecord late() {
        return new ReplyRecord(digest, instruction, site, "late", "ROUND_CLOSED", update, 0);
    }
}
