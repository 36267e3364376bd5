package org.osteon.site.egress;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogException;
import org.osteon.audit.log.NoteKey;
import org.osteon.audit.log.Witness;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.QuestionAnswer;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.ConfirmAnswerRequest;
import org.osteon.protocol.v1.ConfirmReceiptRequest;
import org.osteon.protocol.v1.CosignRequest;
import org.osteon.protocol.v1.CosignResponse;
import org.osteon.protocol.v1.DryRunAsk;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PullWorkResponse;
import org.osteon.protocol.v1.PushCosignatureRequest;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.PushDryRunAnswerRequest;
import org.osteon.protocol.v1.PushLogRequest;
import org.osteon.protocol.v1.PushStatementRequest;
import org.osteon.protocol.v1.SiteTold;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.journal.Contents;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.statement.Statements;
import org.osteon.site.store.SiteStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Osteon's own side of the connection: studies and dry-runs in; decisions, answers, log and cosignatures out. */
final class HubLink {
    private static final Logger LOG = LoggerFactory.getLogger(HubLink.class);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final int HOLD = 20;
    private static final int BATCH = 500;

    private final HubChannel hub;
    private final SiteFolder site;
    private final SiteStore store;
    private final SiteEvents events;
    private final Approvals approvals;
    private final PolicyEvaluator policy;
    private final Journal journal;
    private final Statements statements;
    private final Witness witness;
    private final ClockGuard clock;
    private final Set<String> answered = new HashSet<>();

    HubLink(
            HubChannel hub,
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            PolicyEvaluator policy,
            Journal journal,
            Statements statements,
            ClockGuard clock) {
        this.hub = hub;
        this.site = site;
        this.store = store;
        this.events = events;
        this.approvals = approvals;
        this.policy = policy;
        this.journal = journal;
        this.statements = statements;
        this.witness = new Witness(site.settings().site(), site.cosignerKey());
        this.clock = clock;
    }

    /** One turn: waits for work as long as the hub holds the poll, and does it. */
    void pull() {
        events.lookAtClock(site.settings().site());
        PullWorkResponse work = hub.link(Duration.ofSeconds(HOLD + 15))
                .pullWork(PullWorkRequest.newBuilder()
                        .addAllKnownStudies(approvals.known())
                        .addAllKnownDryRuns(answered)
                        .setHubCheckpointSize(known().size())
                        .setHoldSeconds(HOLD)
                        .setTold(SiteTold.newBuilder()
                                .setRelease(SiteFolder.AGENT_RELEASE)
                                .setClock(System.currentTimeMillis())
                                .setCertificateUntil(site.tls().until().toEpochMilli()))
                        .build());
        for (ByteString study : work.getStudiesList()) {
            try {
                approvals.receive(study.toByteArray());
            } catch (CallException | DocumentException e) {
                LOG.atWarn().setCause(e).log("a study of the hub is not kept");
            }
        }
        work.getDryRunsList().forEach(this::answer);
        work.getReceiptsList().forEach(receipt -> keep(receipt.toByteArray()));
        work.getAnswersList().forEach(answer -> keepAnswer(answer.toByteArray()));
        if (!work.getHubCheckpoint().isEmpty()) {
            cosignHub(work);
        }
    }

    /** Hands on what waits: decisions and statements, then the log and its head. */
    void push() {
        for (SignedDocument<? extends Decision> decision : approvals.unforwarded()) {
            byte[] bytes = decision.bytes();
            String capsule =
                    decision.document() instanceof Capsule ? decision.digest().hex() : "";
            journal.record(entry(
                    "decision",
                    Digest.of(bytes),
                    bytes.length,
                    capsule,
                    decision.document().study().hex(),
                    Contents.of(decision)));
            Approvals.AtHub outcome = told(
                    decision.digest(),
                    () -> hub.link(CALL)
                            .pushDecision(PushDecisionRequest.newBuilder()
                                    .setEnvelope(ByteString.copyFrom(bytes))
                                    .build()));
            approvals.forwarded(decision.digest(), outcome);
        }
        for (SignedDocument<? extends Statement> statement : statements.unforwarded()) {
            byte[] bytes = statement.bytes();
            journal.record(entry(
                    Statements.kind(statement.document()),
                    Digest.of(bytes),
                    bytes.length,
                    "",
                    statement.document().study().hex(),
                    Contents.of(statement)));
            Approvals.AtHub outcome = told(
                    statement.digest(),
                    () -> hub.link(CALL)
                            .pushStatement(PushStatementRequest.newBuilder()
                                    .setEnvelope(ByteString.copyFrom(bytes))
                                    .build()));
            statements.forwarded(statement.digest(), outcome);
        }
        events.lookAtClock(site.settings().site());
        pushLog();
        cosignOwn();
    }

    /** What the hub says to a signed document; what it cannot say now is thrown. */
    private static Approvals.AtHub told(Digest document, Runnable push) {
        try {
            push.run();
            return Approvals.AtHub.TAKEN;
        } catch (io.grpc.StatusRuntimeException e) {
            if (e.getStatus().getCode() != io.grpc.Status.Code.FAILED_PRECONDITION
                    && e.getStatus().getCode() != io.grpc.Status.Code.INVALID_ARGUMENT) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("document", document.brief())
                    .log(
                            "the hub does not count what an officer signed: {}",
                            e.getStatus().getDescription());
            return Approvals.AtHub.NOT_COUNTED;
        }
    }

    private void answer(DryRunAsk ask) {
        SignedDocument<Study> study;
        try {
            study = approvals.read(ask.getStudy().toByteArray());
        } catch (CallException | DocumentException e) {
            LOG.atWarn().setCause(e).log("a dry-run of the hub is not answered");
            answered.add(ask.getId());
            return;
        }
        approvals.receive(study.bytes());
        List<Reason> reasons = policy.stated(study.document());
        SignedDocument<DryRunAnswer> signed = dryRunAnswer(site, study.digest(), reasons, clock.now(), site.nodeKey());
        DryRunAnswer answer = signed.document();
        byte[] bytes = signed.bytes();
        events.record(EventDraft.of(EventType.DRY_RUN_ANSWERED, site.settings().site(), "site")
                .about(ask.getId())
                .value("verdict", answer.verdict())
                .ref("study", study.digest())
                .ref("answer", answer.digest()));
        journal.record(entry(
                "dry-run-answer",
                Digest.of(bytes),
                bytes.length,
                "",
                study.digest().hex(),
                Contents.of(signed)));
        hub.link(CALL)
                .pushDryRunAnswer(PushDryRunAnswerRequest.newBuilder()
                        .setId(ask.getId())
                        .setEnvelope(ByteString.copyFrom(bytes))
                        .build());
        answered.add(ask.getId());
    }

    /** The answer to a dry-run. */
    static SignedDocument<DryRunAnswer> dryRunAnswer(
            SiteFolder site, Digest study, List<Reason> reasons, Instant now, SigningKey key) {
        DryRunAnswer answer = new DryRunAnswer(
                DryRunAnswer.SCHEMA,
                site.root().federation(),
                study,
                site.settings().site(),
                reasons.isEmpty() ? "would-accept" : "would-refuse",
                reasons,
                now.truncatedTo(ChronoUnit.MILLIS));
        return SignedDocument.sign(answer, key);
    }

    private void keep(byte[] envelope) {
        SignedDocument<Receipt> receipt = SignedDocument.read(envelope, Receipt.class);
        if (!receipt.signedBy(site.root().hub())
                || !receipt.document().site().equals(site.settings().site())) {
            LOG.atWarn().log("a receipt that the hub's key did not sign is not kept");
            return;
        }
        Receipt document = receipt.document();
        store.write(sql -> {
            int added = sql.sql(
                            "INSERT INTO receipt(digest, study, envelope, received) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            receipt.digest().hex(),
                            document.study().hex(),
                            new String(receipt.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(
                                        EventType.RECEIPT_RECEIVED,
                                        site.settings().site(),
                                        "site")
                                .about(document.run() + "/" + document.round() + "/" + document.exchange())
                                .value("outcome", document.outcome())
                                .ref("receipt", receipt.digest())
                                .ref("reply", document.reply()));
            }
            return added;
        });
        events.publish();
        hub.link(CALL)
                .confirmReceipt(ConfirmReceiptRequest.newBuilder()
                        .setReceipt(receipt.digest().hex())
                        .build());
    }

    private void keepAnswer(byte[] envelope) {
        SignedDocument<QuestionAnswer> answer = SignedDocument.read(envelope, QuestionAnswer.class);
        if (!statements.keep(answer)) {
            LOG.atWarn().log("an answer that is not the hub's to a question of this site is not kept");
            return;
        }
        hub.link(CALL)
                .confirmAnswer(ConfirmAnswerRequest.newBuilder()
                        .setAnswer(answer.digest().hex())
                        .build());
    }

    private void cosignHub(PullWorkResponse work) {
        Checkpoint next;
        try {
            next = Checkpoint.parse(work.getHubCheckpoint().toByteArray());
        } catch (LogException e) {
            LOG.atWarn().log("the hub's checkpoint is malformed");
            return;
        }
        Known known = known();
        NoteKey key =
                new NoteKey(site.root().logOrigin(), NoteKey.LOG, site.root().log());
        List<byte[]> proof = work.getHubConsistencyList().stream()
                .map(ByteString::toByteArray)
                .toList();
        Witness.Outcome outcome =
                witness.judge(key, known.size(), known.root(), known.size(), proof, next, clock.now());
        if (!(outcome instanceof Witness.Outcome.Cosigned cosigned)) {
            LOG.atError().log("the hub's log does not extend what this site has seen; it is not cosigned");
            return;
        }
        byte[] line = cosigned.line().getBytes(StandardCharsets.UTF_8);
        store.write(sql -> {
            sql.sql(
                            "INSERT INTO witnessed(origin, size, root, note) VALUES (?, ?, ?, ?)"
                                    + " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note")
                    .params(
                            next.origin(),
                            next.size(),
                            next.rootBase64(),
                            new String(next.with(cosigned.line()).bytes(), StandardCharsets.UTF_8))
                    .update();
            Journal.add(sql, entry("cosignature", Digest.of(line), line.length, "", "", Contents.ofCosignature(line)));
            return true;
        });
        hub.link(CALL)
                .pushCosignature(PushCosignatureRequest.newBuilder()
                        .setSize(next.size())
                        .setCosignature(ByteString.copyFrom(line))
                        .build());
    }

    private void pushLog() {
        long from = store.state("log.pushed").map(Long::parseLong).orElse(0L);
        for (List<byte[]> leaves = events.leaves(from, BATCH); !leaves.isEmpty(); leaves = events.leaves(from, BATCH)) {
            byte[] all = together(leaves);
            PushLogRequest.Builder request = PushLogRequest.newBuilder().setFirstIndex(from);
            leaves.forEach(leaf -> request.addEntries(ByteString.copyFrom(leaf)));
            journal.record(entry("log-entries", Digest.of(all), all.length, "", "", fields(leaves)));
            hub.link(CALL).pushLog(request.build());
            from += leaves.size();
            long pushed = from;
            store.write(sql -> {
                SiteStore.putState(sql, "log.pushed", Long.toString(pushed));
                return true;
            });
        }
    }

    /** The bytes of leaves that leave together. */
    static byte[] together(List<byte[]> leaves) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        leaves.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** The fields of leaves that leave together; each leaf is read. */
    static List<String> fields(List<byte[]> leaves) {
        return leaves.stream()
                .map(Contents::ofLeaf)
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    private void cosignOwn() {
        Checkpoint head = events.publish();
        long known = store.state("log.cosigned").map(Long::parseLong).orElse(0L);
        if (head.size() == 0 || head.size() == known) {
            return;
        }
        byte[] note = head.bytes();
        journal.record(entry("checkpoint", Digest.of(note), note.length, "", "", Contents.of(head)));
        CosignResponse response = cosign(head, known);
        if (response.getCosignature().isEmpty()
                && response.getKnownSize() != known
                && response.getKnownSize() <= head.size()) {
            response = cosign(head, response.getKnownSize());
        }
        if (!response.getCosignature().isEmpty()) {
            String line = response.getCosignature().toStringUtf8();
            events.log().addCosignature(head.size(), line);
            store.write(sql -> {
                SiteStore.putState(sql, "log.cosigned", Long.toString(head.size()));
                return true;
            });
            clock.saw(cosignedAt(line).orElse(clock.mark()));
        }
    }

    private CosignResponse cosign(Checkpoint head, long known) {
        CosignRequest.Builder request =
                CosignRequest.newBuilder().setOldSize(known).setCheckpoint(ByteString.copyFrom(head.bytes()));
        events.log().consistency(known, head.size()).forEach(hash -> request.addConsistency(ByteString.copyFrom(hash)));
        return hub.link(CALL).cosign(request.build());
    }

    /** The time in a timestamped cosignature line: eight bytes after the four of the key id. */
    private static Optional<Instant> cosignedAt(String line) {
        String[] parts = line.strip().split(" ");
        byte[] raw = Base64.getDecoder().decode(parts[parts.length - 1]);
        return raw.length < 12
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(
                        java.nio.ByteBuffer.wrap(raw, 4, 8).getLong()));
    }

    /** What this site cosigned last of the hub's log. */
    private record Known(long size, byte[] root) {}

    private Known known() {
        return store.read(sql -> sql.sql("SELECT size, root FROM witnessed WHERE origin = ?")
                .param(site.root().logOrigin())
                .query((row, n) -> new Known(row.getLong(1), Base64.getDecoder().decode(row.getString(2))))
                .optional()
                .orElse(new Known(0, new byte[0])));
    }

    private Journal.Entry entry(
            String type, Digest digest, long bytes, String capsule, String study, List<String> fields) {
        return new Journal.Entry(
                clock.now(), type, digest, bytes, site.settings().hub(), capsule, study, fields);
    }
}
