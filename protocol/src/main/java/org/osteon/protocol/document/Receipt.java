package org.osteon.protocol.document;

import java.time.Instant;
import java.util.List;

/**
 * The hub's signed answer to a site: what became of its reply.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param run the run
 * @param round the round
 * @param exchange the exchange
 * @param site the site
 * @param reply identity of the reply
 * @param update digest of the update
 * @param outcome {@code counted}, {@code rejected}, {@code refused} or {@code late}
 * @param reason code when not counted, else empty
 * @param model identity of the model version it went into, the digest of nothing when not counted
 * @param issued when
 */
public record Receipt(
        String schema,
        String federation,
        Digest study,
        String run,
        int round,
        String exchange,
        String site,
        Digest reply,
        Digest update,
        String outcome,
        String reason,
        Digest model,
        Instant issued)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.receipt/1";

    /** Checks that only a counted reply goes without a reason. */
    public Receipt {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.oneOf("outcome", outcome, List.of("counted", "rejected", "refused", "late"));
        Require.hold(
                "counted".equals(outcome) == reason.isEmpty(),
                "RECEIPT_MALFORMED",
                "a reason goes with every outcome but counted");
    }
}
