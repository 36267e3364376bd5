package org.osteon.coordinator.link;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogException;
import org.osteon.audit.log.Witness;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.Answers;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.v1.Acknowledgement;
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
import org.osteon.protocol.v1.SiteLinkGrpc;
import org.osteon.protocol.v1.SiteTold;

/** The hub's side of what enrolled sites exchange with it; polls are held without a thread. */
public final class SiteLinkService extends SiteLinkGrpc.SiteLinkImplBase {
    private static final int MOST_HOLD = 25;
    private static final int MOST_ENTRIES = 1000;
    private static final int GROWTH_PAUSE = 100;

    /** An agent that ends closes its connection within so long after its calls. */
    private static final Duration ENDING = Duration.ofSeconds(3);

    /** What a site tells of itself that the hub's own log says as well: the hub sees no other trace of it. */
    private static final Set<EventType> TOLD =
            Set.of(EventType.DECISION_REFUSED, EventType.CLOCK_BELOW_MARK, EventType.CLOCK_MENDED);

    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final Studies studies;
    private final TrustBook trust;
    private final Statements statements;
    private final Witness witness;
    private final Presence presence;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final ConcurrentHashMap<String, Poll> polls = new ConcurrentHashMap<>();
    private final AtomicBoolean growth = new AtomicBoolean();

    /** The service; it answers held polls whenever {@link #wake} is called. */
    public SiteLinkService(
            HubStore store,
            HubEvents events,
            Sites sites,
            Studies studies,
            TrustBook trust,
            Statements statements,
            Witness witness,
            Presence presence,
            ScheduledExecutorService timer,
            Clock clock) {
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.studies = studies;
        this.trust = trust;
        this.statements = statements;
        this.witness = witness;
        this.presence = presence;
        this.timer = timer;
        this.clock = clock;
    }

    /** A held poll. */
    private record Poll(
            SiteRecord site,
            PullWorkRequest request,
            StreamObserver<PullWorkResponse> observer,
            AtomicBoolean answered) {}

    /** Looks at every held poll again: there may be work. */
    public void wake() {
        timer.execute(() -> polls.values().forEach(poll -> answer(poll, false)));
    }

    /** The log has grown: asks for cosignatures shortly, once for many entries. */
    public void logGrew() {
        if (growth.compareAndSet(false, true)) {
            timer.schedule(
                    () -> {
                        growth.set(false);
                        polls.values().forEach(poll -> answer(poll, false));
                    },
                    GROWTH_PAUSE,
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void pullWork(PullWorkRequest request, StreamObserver<PullWorkResponse> observer) {
        Answers.guard(observer, () -> {
            Poll poll = new Poll(caller(), request, observer, new AtomicBoolean());
            noteWho(poll);
            Poll older = polls.put(poll.site().name(), poll);
            if (older != null) {
                answer(older, true);
            }
            int hold = Math.max(0, Math.min(MOST_HOLD, request.getHoldSeconds()));
            timer.schedule(() -> answer(poll, true), hold, TimeUnit.SECONDS);
            answer(poll, hold == 0);
        });
    }

    /** Who called, what they told of themselves, and whether they hang up before they are answered. */
    private void noteWho(Poll poll) {
        String site = poll.site().name();
        presence.calls(site);
        if (poll.request().hasTold()) {
            SiteTold told = poll.request().getTold();
            presence.tells(site, told.getRelease(), told.getClock(), told.getCertificateUntil());
        }
        Connections.Connection connection = Connections.current();
        if (connection != null && poll.observer() instanceof ServerCallStreamObserver<PullWorkResponse> call) {
            call.setOnCancelHandler(() -> {
                if (polls.remove(site, poll)) {
                    long now = System.nanoTime();
                    presence.hangsUp(site, () -> connection.outlived(now, ENDING.toNanos()));
                }
            });
        }
    }

    @Override
    public void pushDecision(PushDecisionRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(
                observer, () -> studies.decide(caller(), request.getEnvelope().toByteArray()));
    }

    @Override
    public void pushStatement(PushStatementRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(
                observer, () -> statements.take(caller(), request.getEnvelope().toByteArray()));
    }

    @Override
    public void pushDryRunAnswer(PushDryRunAnswerRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(
                observer,
                () -> studies.answer(
                        request.getId(), caller(), request.getEnvelope().toByteArray()));
    }

    @Override
    public void cosign(CosignRequest request, StreamObserver<CosignResponse> observer) {
        Answers.guard(observer, () -> {
            SiteRecord site = caller();
            Checkpoint next = parse(request.getCheckpoint().toByteArray());
            Known known = known(site.logOrigin());
            List<byte[]> proof = request.getConsistencyList().stream()
                    .map(ByteString::toByteArray)
                    .toList();
            Witness.Outcome outcome = ofLogs(() -> witness.judge(
                    site.logNoteKey(), known.size(), known.root(), request.getOldSize(), proof, next, clock.instant()));
            if (outcome instanceof Witness.Outcome.Cosigned cosigned) {
                Checkpoint seen = cosigned.seen().with(cosigned.line());
                remember(seen);
                agreed(site);
                observer.onNext(CosignResponse.newBuilder()
                        .setCosignature(ByteString.copyFromUtf8(cosigned.line()))
                        .setKnownSize(seen.size())
                        .build());
            } else if (outcome instanceof Witness.Outcome.Conflict conflict) {
                if (next.size() < conflict.knownSize()) {
                    contradicted(site, "LOG_TRUNCATED", known, next);
                }
                observer.onNext(CosignResponse.newBuilder()
                        .setKnownSize(conflict.knownSize())
                        .build());
            } else {
                if ("LOG_NOT_CONSISTENT".equals(((Witness.Outcome.Refused) outcome).code())) {
                    contradicted(site, "LOG_NOT_CONSISTENT", known, next);
                }
                throw CallException.refused(
                        ((Witness.Outcome.Refused) outcome).code(), "the hub does not cosign this checkpoint");
            }
            observer.onCompleted();
        });
    }

    @Override
    public void pushCosignature(PushCosignatureRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(observer, () -> {
            SiteRecord site = caller();
            String line = request.getCosignature().toStringUtf8();
            Checkpoint head = events.log().checkpoint();
            if (head.size() == request.getSize()
                    && ofLogs(() -> head.with(line).cosignedBy(site.cosignerNoteKey()))
                            .isPresent()) {
                events.log().addCosignature(request.getSize(), line);
            }
        });
    }

    @Override
    public void pushLog(PushLogRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(observer, () -> {
            SiteRecord site = caller();
            if (request.getEntriesCount() > MOST_ENTRIES) {
                throw CallException.wrong("TOO_MANY_ENTRIES", "at most " + MOST_ENTRIES + " log entries a call");
            }
            store.writeNow(sql -> {
                for (int i = 0; i < request.getEntriesCount(); i++) {
                    byte[] leaf = request.getEntries(i).toByteArray();
                    Event event = Event.read(leaf);
                    long index = request.getFirstIndex() + i;
                    if (index < 0 || event.seq() != index || !event.origin().equals(site.logOrigin())) {
                        throw CallException.wrong("ENTRY_MALFORMED", "a log entry is not at its place");
                    }
                    if (!Arrays.equals(event.leaf(), leaf)) {
                        throw CallException.wrong("ENTRY_MALFORMED", "a log entry is not in canonical form");
                    }
                    int added = sql.sql(
                                    "INSERT INTO site_entry(site, idx, leaf) VALUES (?, ?, ?) ON CONFLICT (site, idx) DO NOTHING")
                            .params(site.name(), index, new String(leaf, StandardCharsets.UTF_8))
                            .update();
                    if (added == 1 && TOLD.contains(event.type())) {
                        events.add(sql, told(site, event));
                    }
                }
                return request.getEntriesCount();
            });
        });
    }

    @Override
    public void confirmReceipt(ConfirmReceiptRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(observer, () -> {
            SiteRecord site = caller();
            store.writeNow(sql -> sql.sql("UPDATE receipt SET confirmed = 1 WHERE digest = ? AND site = ?")
                    .params(request.getReceipt(), site.name())
                    .update());
        });
    }

    @Override
    public void confirmAnswer(ConfirmAnswerRequest request, StreamObserver<Acknowledgement> observer) {
        acknowledge(observer, () -> statements.confirmed(caller().name(), request.getAnswer()));
    }

    /** Logs, once until they agree again, that a site's log is not the one this hub cosigned. */
    private void contradicted(SiteRecord site, String code, Known known, Checkpoint next) {
        boolean told = store.writeNow(sql -> {
            int before = sql.sql("SELECT COUNT(*) FROM state WHERE name = ?")
                    .param(contradiction(site))
                    .query(Integer.class)
                    .single();
            if (before == 0) {
                HubStore.putState(sql, contradiction(site), code);
                events.add(
                        sql,
                        EventDraft.of(EventType.SITE_LOG_CONTRADICTED, "hub", "hub")
                                .about(site.name())
                                .refused(code)
                                .value("cosigned", known.size())
                                .value("shown", next.size()));
            }
            return before == 0;
        });
        if (told) {
            events.publish();
        }
    }

    private void agreed(SiteRecord site) {
        if (store.state(contradiction(site)).isPresent()) {
            store.writeNow(sql -> sql.sql("DELETE FROM state WHERE name = ?")
                    .param(contradiction(site))
                    .update());
        }
    }

    /** A name of bounded length. */
    private static String contradiction(SiteRecord site) {
        return "log.off."
                + Digest.of(site.name().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
    }

    private static EventDraft told(SiteRecord site, Event event) {
        EventDraft draft = EventDraft.of(event.type(), site.name(), "site")
                .about(site.name())
                .value("entry", event.seq());
        event.refs().forEach(ref -> draft.ref(ref.role(), ref.sha256()));
        return event.reason().isEmpty() ? draft : draft.refused(event.reason());
    }

    /** Whatever is wrong with one poll ends that poll alone; the others are looked at all the same. */
    private void answer(Poll poll, boolean evenEmpty) {
        PullWorkResponse work;
        try {
            work = work(poll.site(), poll.request());
        } catch (RuntimeException e) {
            end(poll, () -> {
                throw e;
            });
            return;
        }
        boolean empty = work.getStudiesCount() == 0
                && work.getDryRunsCount() == 0
                && work.getReceiptsCount() == 0
                && work.getAnswersCount() == 0
                && work.getHubCheckpoint().isEmpty();
        if (!empty || evenEmpty) {
            end(poll, () -> {
                poll.observer().onNext(work);
                poll.observer().onCompleted();
            });
        }
    }

    private void end(Poll poll, Runnable last) {
        if (poll.answered().compareAndSet(false, true)) {
            polls.remove(poll.site().name(), poll);
            Answers.guard(poll.observer(), last);
        }
    }

    private PullWorkResponse work(SiteRecord site, PullWorkRequest request) {
        PullWorkResponse.Builder work = PullWorkResponse.newBuilder();
        for (SignedDocument<Study> study : studies.all()) {
            boolean asked = study.document().participation().sites().isEmpty()
                    || study.document().participation().sites().contains(site.name());
            if (asked && !request.getKnownStudiesList().contains(study.digest().hex())) {
                work.addStudies(ByteString.copyFrom(study.bytes()));
            }
        }
        studies.openQuestions(site.name()).forEach((id, envelope) -> {
            if (!request.getKnownDryRunsList().contains(id)) {
                work.addDryRuns(DryRunAsk.newBuilder().setId(id).setStudy(ByteString.copyFrom(envelope)));
            }
        });
        store.read(sql -> sql.sql("SELECT envelope FROM receipt WHERE site = ? AND confirmed = 0 ORDER BY digest")
                        .param(site.name())
                        .query((row, n) -> row.getString(1))
                        .list())
                .forEach(envelope -> work.addReceipts(ByteString.copyFromUtf8(envelope)));
        statements.unconfirmed(site.name()).forEach(answer -> work.addAnswers(ByteString.copyFrom(answer)));
        Checkpoint head = events.publish();
        if (head.size() > request.getHubCheckpointSize()) {
            work.setHubCheckpoint(ByteString.copyFrom(head.bytes()));
            try {
                events.log()
                        .consistency(request.getHubCheckpointSize(), head.size())
                        .forEach(hash -> work.addHubConsistency(ByteString.copyFrom(hash)));
            } catch (LogException e) {
                throw CallException.wrong(e.code(), "the site names a checkpoint this log never had");
            }
        }
        if (work.getStudiesCount() > 0 || work.getReceiptsCount() > 0) {
            work.setTrust(ByteString.copyFrom(trust.current().bytes()));
        }
        return work.build();
    }

    /** What this hub cosigned last of a log. */
    private record Known(long size, byte[] root) {}

    private Known known(String origin) {
        return store.read(sql -> sql.sql("SELECT size, root FROM witnessed WHERE origin = ?")
                .param(origin)
                .query((row, n) -> new Known(row.getLong(1), Base64.getDecoder().decode(row.getString(2))))
                .optional()
                .orElse(new Known(0, new byte[0])));
    }

    private void remember(Checkpoint seen) {
        store.writeNow(sql -> sql.sql(
                        "INSERT INTO witnessed(origin, size, root, note) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note")
                .params(seen.origin(), seen.size(), seen.rootBase64(), new String(seen.bytes(), StandardCharsets.UTF_8))
                .update());
    }

    private SiteRecord caller() {
        String name = Principal.current().name();
        Optional<SiteRecord> site = sites.find(name).filter(SiteRecord::active);
        return site.orElseThrow(
                () -> CallException.refused("SITE_REVOKED", "site " + name + " does not count any more"));
    }

    private static Checkpoint parse(byte[] note) {
        return ofLogs(() -> Checkpoint.parse(note));
    }

    private static <T> T ofLogs(Supplier<T> read) {
        try {
            return read.get();
        } catch (LogException e) {
            throw CallException.wrong(e.code(), "the checkpoint, its proof or its cosignature is malformed");
        }
    }

    private void acknowledge(StreamObserver<Acknowledgement> observer, Runnable work) {
        Answers.guard(observer, () -> {
            work.run();
            observer.onNext(Acknowledgement.getDefaultInstance());
            observer.onCompleted();
        });
    }
}
