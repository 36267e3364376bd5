package org.osteon.site.desk;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.learning.evaluation.HeldOutSplit;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.osteon.site.statement.Statements;
import org.osteon.site.store.SiteStore;
import org.osteon.site.withdrawal.Withdrawals;

/**
 * In which studies, rounds and model versions a patient is. A round counts when the patient was among those it was
 * computed over; whether chance drew the patient into a batch is known to nobody. The answer never leaves this site.
 */
public final class PatientTrace {
    private final SiteFolder site;
    private final SiteStore store;
    private final Approvals approvals;
    private final Snapshots snapshots;
    private final Statements statements;
    private final Withdrawals withdrawals;

    /** Traces over what this site answered. */
    public PatientTrace(
            SiteFolder site,
            SiteStore store,
            Approvals approvals,
            Snapshots snapshots,
            Statements statements,
            Withdrawals withdrawals) {
        this.site = site;
        this.store = store;
        this.approvals = approvals;
        this.snapshots = snapshots;
        this.statements = statements;
        this.withdrawals = withdrawals;
    }

    /**
     * A part in a round.
     *
     * @param run the run
     * @param round the round
     * @param exchange {@code train} or {@code evaluate}
     * @param model the version that a training round made; empty while its receipt is not here, and for what was not
     *     counted
     * @param open whether it is not known yet what became of it
     */
    public record Part(String run, int round, String exchange, String model, boolean open) {}

    /**
     * A study that the patient is in.
     *
     * @param study the study
     * @param inCohort whether the patient is in its cohort now
     * @param parts the rounds that were computed with the patient
     */
    public record Involvement(SignedDocument<Study> study, boolean inCohort, List<Part> parts) {
        /** Takes a copy. */
        public Involvement {
            parts = List.copyOf(parts);
        }

        /** Model versions made by rounds with the patient, in ascending order. */
        public List<String> models() {
            return parts.stream()
                    .map(Part::model)
                    .filter(model -> !model.isEmpty())
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    /** Every study the patient is or was in, newest first. */
    public List<Involvement> of(String pseudonym) {
        List<Involvement> all = new ArrayList<>();
        for (SignedDocument<Study> study : approvals.all()) {
            Involvement found = new Involvement(
                    study, snapshots.inCohort(study.document(), pseudonym), parts(study.document(), pseudonym));
            if (found.inCohort() || !found.parts().isEmpty()) {
                all.add(found);
            }
        }
        return all;
    }

    /** Model versions of a study that an earlier notice of this site named. */
    public Set<String> noticed(Digest study) {
        Set<String> named = new HashSet<>();
        statements
                .about(study, WithdrawalNotice.class)
                .forEach(notice -> notice.document().models().forEach(model -> named.add(model.hex())));
        return named;
    }

    /** What was charged for: reserved and maybe answered. */
    private record Answered(Digest instruction, String run, int round, String exchange, long made, String envelope) {}

    private List<Part> parts(Study study, String pseudonym) {
        long until = withdrawals.since(pseudonym).map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        Map<Digest, Receipt> receipts = receipts(study.digest());
        Map<Digest, Set<String>> members = new HashMap<>();
        HeldOutSplit split = new HeldOutSplit(
                site.splitKey(), study.name(), study.evaluation().heldOutFraction());
        List<Part> parts = new ArrayList<>();
        for (Answered answered : answered(study.digest())) {
            Optional<SignedDocument<Reply>> reply = Optional.of(answered.envelope())
                    .filter(text -> !text.isEmpty())
                    .map(text -> SignedDocument.read(text.getBytes(StandardCharsets.UTF_8), Reply.class));
            boolean refused = reply.isPresent()
                    && !"update".equals(reply.orElseThrow().document().outcome());
            boolean evaluates = "evaluate".equals(answered.exchange());
            if (refused
                    || answered.made() > until
                    || split.heldOut(pseudonym) != evaluates
                            && study.evaluation().present()) {
                continue;
            }
            Optional<Digest> snapshot = reply.map(sent -> sent.document().capsule())
                    .flatMap(this::snapshotOf)
                    .or(() -> approvals
                            .capsule(study.digest())
                            .map(capsule -> capsule.document().snapshot()));
            if (snapshot.isEmpty()
                    || !members.computeIfAbsent(snapshot.orElseThrow(), of -> members(study, of))
                            .contains(pseudonym)) {
                continue;
            }
            Optional<Receipt> receipt = reply.map(SignedDocument::digest).map(receipts::get);
            String model = receipt.filter(kept -> "counted".equals(kept.outcome()) && !evaluates)
                    .map(kept -> kept.model().hex())
                    .orElse("");
            parts.add(new Part(answered.run(), answered.round(), answered.exchange(), model, receipt.isEmpty()));
        }
        return parts;
    }

    private Set<String> members(Study study, Digest snapshot) {
        try {
            return snapshots.members(study, snapshot);
        } catch (CohortSource.CohortUnavailable e) {
            throw new IllegalStateException("a cohort that was computed over cannot be drawn again", e);
        }
    }

    private List<Answered> answered(Digest study) {
        return store.read(sql -> sql.sql("SELECT i.digest, i.run, i.round, i.exchange, c.made, COALESCE(o.envelope, '')"
                        + " FROM charge c JOIN instruction i ON i.digest = c.id LEFT JOIN outbox o ON o.instruction = c.id"
                        + " WHERE c.study = ? ORDER BY c.made, i.digest")
                .param(study.hex())
                .query((row, n) -> new Answered(
                        new Digest(row.getString(1)),
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getString(6)))
                .list());
    }

    /** By the reply they are about. */
    private Map<Digest, Receipt> receipts(Digest study) {
        Map<Digest, Receipt> receipts = new HashMap<>();
        store.read(sql -> sql.sql("SELECT envelope FROM receipt WHERE study = ?")
                        .param(study.hex())
                        .query((row, n) -> SignedDocument.read(
                                        row.getString(1).getBytes(StandardCharsets.UTF_8), Receipt.class)
                                .document())
                        .list())
                .forEach(receipt -> receipts.put(receipt.reply(), receipt));
        return receipts;
    }

    private Optional<Digest> snapshotOf(Digest capsule) {
        return store.read(sql -> sql.sql("SELECT envelope FROM decision WHERE digest = ?")
                .param(capsule.hex())
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Capsule.class)
                        .document()
                        .snapshot())
                .optional());
    }
}
