package org.osteon.protocol.document;

import java.util.List;

/**
 * A site's answer to one {@link Instruction}, signed by its node key; the update itself travels beside it.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param run the run
 * @param round the round
 * @param exchange the exchange
 * @param site who answers
 * @param node its node id, unsigned decimal
 * @param instruction identity of the instruction answered
 * @param fence the instruction's fence
 * @param outcome {@code update}, or {@code refused}
 * @param reason refusal code, empty for an update
 * @param arrays the arrays sent, in order; empty for a refusal
 * @param update SHA-256 of the update file: the arrays' raw little-endian payloads in that order; for a refusal the
 *     digest of nothing
 * @param encoding {@code le}: IEEE 754 or two's complement, little-endian, C order
 * @param weight the study's constant weight
 * @param capsule the capsule the site acted under; for a refusal without one the digest of nothing
 */
public record Reply(
        String schema,
        String federation,
        Digest study,
        String run,
        int round,
        String exchange,
        String site,
        String node,
        Digest instruction,
        long fence,
        String outcome,
        String reason,
        List<ArraySpec> arrays,
        Digest update,
        String encoding,
        long weight,
        Digest capsule)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.reply/1";

    /** Name of the Flower ConfigRecord and of its bytes entry that carries the signed reply. */
    public static final String RECORD = "osteon.reply";

    /** SHA-256 of no bytes, where there is nothing to name. */
    public static final Digest NOTHING = Digest.of(new byte[0]);

    /** Checks that a refusal carries a code and an update carries arrays. */
    public Reply {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("run", run);
        Require.name("site", site);
        Require.oneOf("exchange", exchange, List.of("train", "evaluate"));
        Require.hold(node.matches("[0-9]{1,20}"), "NODE_MALFORMED", "node must be an unsigned decimal number");
        arrays = List.copyOf(arrays);
        Require.oneOf("outcome", outcome, List.of("update", "refused"));
        Require.oneOf("encoding", encoding, List.of("le"));
        boolean refused = "refused".equals(outcome);
        Require.hold(
                refused
                        ? arrays.isEmpty() && reason.matches("[A-Z][A-Z0-9_]{2,63}")
                        : !arrays.isEmpty() && reason.isEmpty(),
                "REPLY_MALFORMED",
                "a refusal carries a reason code and no arrays, an update arrays and no reason");
        Require.range("weight", weight, 0, 1_000_000_000);
    }

    /** Bytes of the update file. */
    public long updateBytes() {
        return arrays.stream().mapToLong(ArraySpec::bytes).sum();
    }
}
