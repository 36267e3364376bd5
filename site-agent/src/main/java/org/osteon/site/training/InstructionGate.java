package org.osteon.site.training;

import java.time.Instant;
import java.util.Optional;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CapsuleCheck;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;

/** Whether an instruction may be followed. Everything is refused unless all of it holds. */
final class InstructionGate {
    private final SiteFolder site;
    private final SiteStore store;
    private final Approvals approvals;
    private final CapsuleCheck capsules;
    private final PolicyEvaluator policy;
    private final CohortSource cohorts;
    private final Budget budget;
    private final ClockGuard clock;

    InstructionGate(
            SiteFolder site,
            SiteStore store,
            Approvals approvals,
            CapsuleCheck capsules,
            PolicyEvaluator policy,
            CohortSource cohorts,
            Budget budget,
            ClockGuard clock) {
        this.site = site;
        this.store = store;
        this.approvals = approvals;
        this.capsules = capsules;
        this.policy = policy;
        this.cohorts = cohorts;
        this.budget = budget;
        this.clock = clock;
    }

    /** What the gate found. */
    sealed interface Verdict {
        /**
         * Go.
         *
         * @param study the study
         * @param capsule the capsule that allows it
         * @param snapshot commitment to the snapshot it allows it on
         */
        record Open(Study study, SignedDocument<Capsule> capsule, Digest snapshot) implements Verdict {}

        /**
         * Refused.
         *
         * @param code why
         */
        record Shut(String code) implements Verdict {}
    }

    Verdict judge(Instruction instruction, Digest base) {
        Optional<String> form = form(instruction);
        if (form.isPresent()) {
            return new Verdict.Shut(form.orElseThrow());
        }
        Optional<SignedDocument<Study>> known = approvals.find(instruction.study());
        if (known.isEmpty()) {
            return new Verdict.Shut("STUDY_UNKNOWN");
        }
        Study study = known.orElseThrow().document();
        if (instruction.round() > study.plan().rounds()) {
            return new Verdict.Shut("ROUND_OUT_OF_RANGE");
        }
        if (!instruction.arrays().equals(base)) {
            return new Verdict.Shut("MODEL_DIGEST_MISMATCH");
        }
        Optional<SignedDocument<Capsule>> capsule = approvals.capsule(study.digest());
        if (capsule.isEmpty()) {
            return new Verdict.Shut(approvals
                    .newest(study.digest())
                    .map(InstructionGate::withoutCapsule)
                    .orElse("CAPSULE_MISSING"));
        }
        SignedDocument<Capsule> inForce = capsule.orElseThrow();
        Digest snapshot;
        try {
            snapshot = cohorts.snapshot();
        } catch (CohortSource.CohortUnavailable e) {
            return new Verdict.Shut(e.reason().code());
        }
        // Whether the capsule binds this snapshot comes before anything that looks at its rows.
        Optional<String> objection = capsules.objection(
                        inForce, study, site.root().digest(), snapshot, clock.now(), clock.belowMark())
                .or(() -> inForce.digest().equals(instruction.capsule())
                        ? Optional.empty()
                        : Optional.of("CAPSULE_NOT_THE_HUBS"))
                .or(() -> policy.objections(study, inForce.document().waivers()).stream()
                        .map(reason -> reason.code())
                        .findFirst())
                .or(() -> rounds(instruction, inForce.document()));
        return objection.<Verdict>map(Verdict.Shut::new).orElseGet(() -> new Verdict.Open(study, inForce, snapshot));
    }

    private Optional<String> form(Instruction instruction) {
        Instant now = clock.now();
        String node = store.state("node.id").orElse("");
        if (!instruction.federation().equals(site.root().federation())
                || !instruction.site().equals(site.settings().site())
                || !instruction.node().equals(node)) {
            return Optional.of("INSTRUCTION_FOR_ANOTHER_SITE");
        }
        if (now.isAfter(instruction.deadline())) {
            return Optional.of("INSTRUCTION_LATE");
        }
        boolean fenced = store.read(sql -> sql.sql(
                                "SELECT COUNT(*) FROM instruction WHERE run = ? AND round = ? AND exchange = ? AND fence > ?")
                        .params(instruction.run(), instruction.round(), instruction.exchange(), instruction.fence())
                        .query(Integer.class)
                        .single())
                > 0;
        return fenced ? Optional.of("INSTRUCTION_FENCED") : Optional.empty();
    }

    private Optional<String> rounds(Instruction instruction, Capsule capsule) {
        boolean over = "train".equals(instruction.exchange())
                && budget.rounds(instruction.study(), instruction.run(), instruction.round()) >= capsule.rounds();
        return over ? Optional.of("CAPSULE_ROUNDS_EXHAUSTED") : Optional.empty();
    }

    private static String withoutCapsule(SignedDocument<? extends Decision> decision) {
        return decision.document() instanceof Refusal ? "STUDY_REFUSED_BY_OFFICER" : "CAPSULE_REVOKED";
    }
}
