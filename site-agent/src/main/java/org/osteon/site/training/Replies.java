package org.osteon.site.training;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.osteon.learning.exact.NewtonTrainer;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.sign.SigningKey;

/** Makes the replies to instructions, signed with one key; the only place where one is made. */
public final class Replies {
    private final SigningKey key;
    private final Supplier<Instant> clock;

    /** Replies signed with this key. */
    public Replies(SigningKey key, Supplier<Instant> clock) {
        this.key = key;
        this.clock = clock;
    }

    /** The arrays that a study's exchange lets leave, in order; nothing else is ever put into a reply to it. */
    public static List<ArraySpec> arrays(Study study, String exchange) {
        if ("evaluate".equals(exchange)) {
            int bins = study.evaluation().bins();
            return List.of(
                    ArraySpec.shared("histogram/0", "int64", bins), ArraySpec.shared("histogram/1", "int64", bins));
        }
        return study.plan() instanceof TrainingPlan.Newton
                ? NewtonTrainer.arrays(study.cohort().features().size() + 1)
                : study.model().shared();
    }

    /**
     * A reply that carries an update.
     *
     * @param update digest of the file with the arrays' payloads
     * @param capsule what allows it
     */
    public Outbox.Row update(
            SignedDocument<Instruction> signed, Metadata message, Study study, Digest update, Digest capsule) {
        List<ArraySpec> arrays = arrays(study, signed.document().exchange());
        return row(
                signed,
                message,
                reply(signed, "update", "", arrays, update, study.plan().weight(), capsule));
    }

    /** A reply that carries a code and nothing else. */
    public Outbox.Row refusal(SignedDocument<Instruction> signed, Metadata message, String code) {
        return row(signed, message, reply(signed, "refused", code, List.of(), Reply.NOTHING, 0, Reply.NOTHING));
    }

    private Outbox.Row row(SignedDocument<Instruction> signed, Metadata message, Reply reply) {
        return new Outbox.Row(
                signed.digest(),
                SignedDocument.sign(reply, key),
                MessageRules.replyMetadata(message, clock.get()),
                false);
    }

    private static Reply reply(
            SignedDocument<Instruction> signed,
            String outcome,
            String reason,
            List<ArraySpec> arrays,
            Digest update,
            long weight,
            Digest capsule) {
        Instruction to = signed.document();
        return new Reply(
                Reply.SCHEMA,
                to.federation(),
                to.study(),
                to.run(),
                to.round(),
                to.exchange(),
                to.site(),
                to.node(),
                signed.digest(),
                to.fence(),
                outcome,
                reason,
                arrays,
                update,
                "le",
                weight,
                capsule);
    }
}
