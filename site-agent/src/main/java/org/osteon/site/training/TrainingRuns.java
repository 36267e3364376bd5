package org.osteon.site.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.TrainingResult;
import org.osteon.learning.dp.DpSgdTrainer;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.evaluation.Evaluation;
import org.osteon.learning.evaluation.HeldOutSplit;
import org.osteon.learning.exact.NewtonTrainer;
import org.osteon.learning.pytorch.PyTorchGradientEngine;
import org.osteon.privacy.ledger.Ledger;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CapsuleCheck;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.budget.SqlLedgerRows;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.hosted.Hosting;
import org.osteon.site.journal.Contents;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers instructions: judge, log, reserve the budget, compute, write the update's file, and in one transaction commit
 * the charge, the reply, the journal's entry and the events. Only then may anything leave; the same instruction always
 * gets the same answer.
 */
public final class TrainingRuns {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRuns.class);

    private final SiteFolder site;
    private final SiteStore store;
    private final SiteEvents events;
    private final Budget budget;
    private final Outbox outbox;
    private final Cohorts cohorts;
    private final Hosting hosting;
    private final ClockGuard clock;
    private final InstructionGate gate;
    private final Replies replies;
    private final SecureRandom entropy;

    /** The training of this site. */
    public TrainingRuns(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            CapsuleCheck capsules,
            PolicyEvaluator policy,
            CohortSource facts,
            Budget budget,
            Outbox outbox,
            Cohorts cohorts,
            Hosting hosting,
            ClockGuard clock) {
        this.site = site;
        this.store = store;
        this.events = events;
        this.budget = budget;
        this.outbox = outbox;
        this.cohorts = cohorts;
        this.hosting = hosting;
        this.clock = clock;
        this.replies = new Replies(site.nodeKey(), clock::now);
        this.gate = new InstructionGate(site, store, approvals, capsules, policy, facts, budget, clock);
        try {
            // The kernel's generator; its state is in no file of this site.
            this.entropy = SecureRandom.getInstance("NativePRNGNonBlocking");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this system has no kernel random generator", e);
        }
    }

    /**
     * The reply to an instruction; on disk when this returns.
     *
     * @param signed the instruction; its signature is checked here
     * @param message metadata of the Flower message that carried it, with its id
     * @param base file with the base model's arrays, raw and little-endian in the study's order; beside it lie the
     *     message's objects, each under its id
     * @throws LearningException with code {@code INSTRUCTION_UNSIGNED} when it is not the hub's
     */
    public Outbox.Row answer(SignedDocument<Instruction> signed, Metadata message, Path base) {
        Instruction instruction = signed.document();
        if (!signed.signedBy(site.root().hub()) || !message.getMessageType().equals(instruction.exchange())) {
            throw new LearningException("INSTRUCTION_UNSIGNED", "an instruction counts only with the hub's signature");
        }
        Optional<Outbox.Row> before = outbox.find(signed.digest());
        if (before.isPresent()) {
            return before.orElseThrow();
        }
        received(signed);
        InstructionGate.Verdict verdict = gate.judge(instruction, digest(base));
        if (clock.belowMark().isPresent()) {
            events.record(EventDraft.of(
                            EventType.CLOCK_BELOW_MARK, site.settings().site(), "site")
                    .about(site.settings().site())
                    .refused("CLOCK_BELOW_MARK")
                    .value("skewSeconds", clock.belowMark().orElseThrow().toSeconds()));
        }
        if (verdict instanceof InstructionGate.Verdict.Open open) {
            return follow(signed, message, base, open);
        }
        return refuse(signed, message, ((InstructionGate.Verdict.Shut) verdict).code());
    }

    private Outbox.Row follow(
            SignedDocument<Instruction> signed, Metadata message, Path base, InstructionGate.Verdict.Open open) {
        Instruction instruction = signed.document();
        Study study = open.study();
        Mechanism mechanism = Budget.mechanism(study, instruction.exchange());
        Ledger.Outcome reservation = store.write(sql -> {
            Ledger.Outcome outcome = budget.reserve(
                    sql,
                    signed.digest(),
                    study,
                    instruction.run(),
                    instruction.round(),
                    mechanism,
                    open.capsule().document(),
                    clock.now().toEpochMilli());
            EventDraft draft = event(
                            outcome instanceof Ledger.Outcome.Refused
                                    ? EventType.BUDGET_REFUSED
                                    : EventType.BUDGET_RESERVED,
                            instruction)
                    .ref("study", instruction.study())
                    .ref("instruction", signed.digest());
            if (outcome instanceof Ledger.Outcome.Refused no) {
                draft.refused(no.code());
            }
            if (!(outcome instanceof Ledger.Outcome.ReservedBefore)) {
                events.add(sql, draft);
            }
            return outcome;
        });
        events.publish();
        if (reservation instanceof Ledger.Outcome.Refused no) {
            return refuse(signed, message, no.code());
        }
        Computed update;
        try {
            update = compute(instruction, study, open.snapshot(), message, base, mechanism);
            if (!update.specs().equals(Replies.arrays(study, instruction.exchange()))) {
                throw new LearningException(
                        "ARRAYS_MISMATCH", "what was computed is not what the study's exchange lets leave");
            }
        } catch (LearningException e) {
            LOG.atWarn().setCause(e).addKeyValue("code", e.code()).log("an instruction cannot be followed");
            return refuse(signed, message, e.code());
        }
        return commit(signed, message, open, update, mechanism);
    }

    private Outbox.Row commit(
            SignedDocument<Instruction> signed,
            Metadata message,
            InstructionGate.Verdict.Open open,
            Computed update,
            Mechanism mechanism) {
        Instruction instruction = signed.document();
        Study study = open.study();
        SignedDocument<Capsule> capsule = open.capsule();
        byte[] payload = update.payload();
        Digest file = outbox.keep(payload);
        Outbox.Row row = replies.update(signed, message, study, file, capsule.digest());
        List<String> fields = Contents.of(outbox.message(row));
        store.write(sql -> {
            double epsilon =
                    budget.commit(sql, signed.digest(), study, clock.now().toEpochMilli());
            Outbox.add(sql, row);
            Journal.add(
                    sql,
                    new Journal.Entry(
                            clock.now(),
                            "update",
                            file,
                            payload.length,
                            site.settings().fleet(),
                            capsule.digest().hex(),
                            study.digest().hex(),
                            fields));
            EventDraft charge = event(EventType.BUDGET_COMMITTED, instruction)
                    .value("epsilonStudy", epsilon)
                    .value("delta", study.privacy().delta())
                    .value("accountant", study.privacy().accountant())
                    .value("unit", study.privacy().unit())
                    .ref("study", study.digest())
                    .ref("instruction", signed.digest());
            SqlLedgerRows.constants(mechanism).forEach(charge::value);
            events.add(sql, charge);
            events.add(sql, sent(row));
            return true;
        });
        events.publish();
        return row;
    }

    private Outbox.Row refuse(SignedDocument<Instruction> signed, Metadata message, String code) {
        Outbox.Row row = replies.refusal(signed, message, code);
        List<String> fields = Contents.of(outbox.message(row));
        store.write(sql -> {
            Outbox.add(sql, row);
            Journal.add(
                    sql,
                    new Journal.Entry(
                            clock.now(),
                            "refusal",
                            row.reply().digest(),
                            row.reply().bytes().length,
                            site.settings().fleet(),
                            "",
                            signed.document().study().hex(),
                            fields));
            events.add(
                    sql,
                    event(EventType.INSTRUCTION_REFUSED, signed.document())
                            .refused(code)
                            .ref("study", signed.document().study())
                            .ref("instruction", signed.digest())
                            .ref("reply", row.reply().digest()));
            return true;
        });
        events.publish();
        return row;
    }

    private Computed compute(
            Instruction instruction, Study study, Digest snapshot, Metadata message, Path base, Mechanism charged) {
        TrainingData all = cohorts.rows(study, snapshot);
        if (study.plan() instanceof TrainingPlan.Hosted plan) {
            return computed(hosting.update(study, plan, message, base, all));
        }
        HeldOutSplit split = study.evaluation().present()
                ? new HeldOutSplit(
                        site.splitKey(), study.name(), study.evaluation().heldOutFraction())
                : null;
        NamedArrays model = NamedArrays.ofPayload(study.model().arrays(), bytes(base));
        if ("evaluate".equals(instruction.exchange())) {
            if (split == null) {
                throw new LearningException("EVALUATION_NOT_ASKED", "the study asks for no evaluation");
            }
            try (GradientEngine engine = engine(study)) {
                Evaluation.Result result = new Evaluation(engine).evaluate(study, model, split.heldOut(all), entropy);
                requireCharged(charged, result.mechanism());
                return counts(study, result.histograms().counts());
            }
        }
        TrainingData training = split == null ? all : split.training(all);
        TrainingInstruction order = TrainingInstruction.of(study, instruction.round(), model);
        if (study.plan() instanceof TrainingPlan.Newton) {
            return computed(new NewtonTrainer().train(order, training, entropy).update());
        }
        try (GradientEngine engine = engine(study)) {
            TrainingResult result = new DpSgdTrainer(engine).train(order, training, entropy);
            requireCharged(charged, result.mechanism());
            return computed(result.update());
        }
    }

    private static void requireCharged(Mechanism charged, Mechanism used) {
        if (!charged.equals(used)) {
            throw new LearningException("MECHANISM_NOT_CHARGED", "what was computed is not what the ledger charged");
        }
    }

    /** One or two matrix products a step need no library; deeper networks use PyTorch's natives. */
    private static GradientEngine engine(Study study) {
        return "mlp".equals(study.model().template()) ? PyTorchGradientEngine.open() : new JavaGradientEngine();
    }

    /** Histograms travel as two arrays of integers. */
    private static Computed counts(Study study, long[][] counts) {
        List<ArraySpec> arrays = Replies.arrays(study, "evaluate");
        ByteBuffer payload =
                ByteBuffer.allocate(Math.toIntExact(ArraySpec.bytes(arrays))).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] histogram : counts) {
            for (long count : histogram) {
                payload.putLong(count);
            }
        }
        return new Computed(arrays, payload.array());
    }

    private static Computed computed(NamedArrays arrays) {
        return new Computed(arrays.specs(), arrays.payload());
    }

    /** Arrays that may leave, with their raw little-endian payloads one after the other. */
    private record Computed(List<ArraySpec> specs, byte[] payload) {}

    private void received(SignedDocument<Instruction> signed) {
        Instruction instruction = signed.document();
        store.write(sql -> {
            int added = sql.sql(
                            "INSERT INTO instruction(digest, study, run, round, exchange, fence, envelope, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                                    + " ON CONFLICT (digest) DO NOTHING")
                    .params(
                            signed.digest().hex(),
                            instruction.study().hex(),
                            instruction.run(),
                            instruction.round(),
                            instruction.exchange(),
                            instruction.fence(),
                            new String(signed.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        event(EventType.INSTRUCTION_RECEIVED, instruction)
                                .ref("study", instruction.study())
                                .ref("instruction", signed.digest()));
            }
            return added;
        });
        events.publish();
    }

    /** What the log says of an update that is released to be sent. */
    public static EventDraft sent(Outbox.Row row) {
        Reply reply = row.reply().document();
        return EventDraft.of(EventType.UPDATE_SENT, reply.site(), "site")
                .about(reply.run() + "/" + reply.round() + "/" + reply.exchange())
                .ref("study", reply.study())
                .ref("instruction", row.instruction())
                .ref("reply", row.reply().digest())
                .ref("update", reply.update())
                .ref("capsule", reply.capsule());
    }

    private EventDraft event(EventType type, Instruction instruction) {
        return EventDraft.of(type, site.settings().site(), "site")
                .about(instruction.run() + "/" + instruction.round() + "/" + instruction.exchange());
    }

    private static Digest digest(Path file) {
        return Digest.of(bytes(file));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
