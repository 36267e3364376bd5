package org.osteon.protocol.document;

import java.time.Instant;
import java.util.List;

/**
 * What the hub asks of one site in one exchange of a round; signed by the hub, sufficient without a connection.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param run the run
 * @param round 1, 2, …
 * @param exchange {@code train} or {@code evaluate}
 * @param site who is asked
 * @param node the site's node id, unsigned decimal
 * @param model identity of the model version the site starts from
 * @param arrays SHA-256 of that model's arrays, little-endian payloads in the study's order
 * @param capsule the capsule the hub relies on
 * @param fence a number that grows with each instruction for this site and round; an older one is void
 * @param issued when it was made
 * @param deadline after which a reply is late
 */
public record Instruction(
        String schema,
        String federation,
        Digest study,
        String run,
        int round,
        String exchange,
        String site,
        String node,
        Digest model,
        Digest arrays,
        Digest capsule,
        long fence,
        Instant issued,
        Instant deadline)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.instruction/1";

    /** Name of the Flower ConfigRecord and of its bytes entry that carries the signed instruction. */
    public static final String RECORD = "osteon.instruction";

    /** Checks ranges. */
    public Instruction {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("run", run);
        Require.range("round", round, 1, 100_000);
        Require.oneOf("exchange", exchange, List.of("train", "evaluate"));
        Require.name("site", site);
        Require.hold(node.matches("[0-9]{1,20}"), "NODE_MALFORMED", "node must be an unsigned decimal number");
        Require.range("fence", fence, 1, 1L << 50);
    }
}
