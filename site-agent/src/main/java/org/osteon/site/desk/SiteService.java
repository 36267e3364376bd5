package org.osteon.site.desk;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.console.Console;
import org.osteon.protocol.call.Answers;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.v1.AddDataRequest;
import org.osteon.protocol.v1.Answer;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.JournalRequest;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.protocol.v1.WithdrawPatientRequest;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CohortFacts;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.egress.Egress;
import org.osteon.site.egress.RedSwitch;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.hosted.Hosting;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.osteon.site.statement.Statements;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Outbox;

/** What officer and operator ask of their own site. */
public final class SiteService extends SiteGrpc.SiteImplBase {
    private static final int MOST_EVENTS = 1000;
    private static final Duration HUB_PATIENCE = Duration.ofSeconds(10);

    private final SiteFolder site;
    private final SiteStore store;
    private final SiteEvents events;
    private final Approvals approvals;
    private final PolicyEvaluator policy;
    private final Snapshots snapshots;
    private final Budget budget;
    private final Journal journal;
    private final Outbox outbox;
    private final RedSwitch redSwitch;
    private final Egress egress;
    private final Console console;
    private final PatientDesk patients;
    private final Statements statements;
    private final HostedRuns hosted;
    private final Hosting hosting;

    /** Over these parts of the site. */
    public SiteService(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            PolicyEvaluator policy,
            Snapshots snapshots,
            Budget budget,
            Journal journal,
            Outbox outbox,
            RedSwitch redSwitch,
            Egress egress,
            PatientDesk patients,
            Statements statements,
            HostedRuns hosted,
            Hosting hosting,
            Console console) {
        this.site = site;
        this.store = store;
        this.events = events;
        this.approvals = approvals;
        this.policy = policy;
        this.snapshots = snapshots;
        this.budget = budget;
        this.journal = journal;
        this.outbox = outbox;
        this.redSwitch = redSwitch;
        this.egress = egress;
        this.patients = patients;
        this.statements = statements;
        this.hosted = hosted;
        this.hosting = hosting;
        this.console = console;
    }

    @Override
    public void issueLink(IssueLinkRequest request, StreamObserver<Answer> observer) {
        answer(observer, () -> console.link(request.getPerson(), request.getRole()));
    }

    @Override
    public void status(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("site", site.settings().site());
            view.put("federation", site.settings().federation());
            view.put("nodeKey", site.nodeKey().publicKey().fingerprint());
            view.put("state", egress.state());
            view.put("hub", site.settings().hub());
            view.put("trouble", egress.trouble());
            view.put("reference", egress.reference());
            view.put(
                    "lastContact",
                    egress.lastContact() == 0
                            ? ""
                            : Instant.ofEpochMilli(egress.lastContact()).toString());
            view.put("studies", approvals.known().size());
            view.put("hosted", hostedRuns());
            view.put(
                    "snapshot",
                    snapshots
                            .newest()
                            .map(snapshot -> snapshot.commitment().hex())
                            .orElse(""));
            view.put("log", events.log().checkpoint().size());
            return view;
        });
    }

    @Override
    public void listStudies(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            List<Map<String, Object>> studies = new ArrayList<>();
            for (SignedDocument<Study> study : approvals.all()) {
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("study", study.digest().hex());
                view.put("name", study.document().name());
                view.put("version", study.document().version());
                view.put("decision", decision(study.digest()));
                studies.add(view);
            }
            return Map.of("studies", studies, "hosted", hostedRuns());
        });
    }

    @Override
    public void showStudy(StudyRef request, StreamObserver<Document> observer) {
        Answers.guard(observer, () -> {
            observer.onNext(Document.newBuilder()
                    .setEnvelope(ByteString.copyFrom(hosted.named(request.getStudy())
                            .map(SignedDocument::bytes)
                            .orElseGet(() -> approvals.get(request.getStudy()).bytes())))
                    .build());
            observer.onCompleted();
        });
    }

    @Override
    public void review(StudyRef request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            Optional<SignedDocument<HostedRun>> run = hosted.named(request.getStudy());
            if (run.isPresent()) {
                return review(run.orElseThrow().document());
            }
            Study study = approvals.get(request.getStudy()).document();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("site", site.settings().site());
            view.put("trustRoot", site.root().digest().hex());
            view.put("agentRelease", SiteFolder.AGENT_RELEASE);
            view.put("study", study.digest().hex());
            try {
                CohortFacts facts = snapshots.facts(study);
                view.put("snapshot", facts.snapshot().hex());
                view.put("patients", facts.patients());
                view.put("columns", facts.columns());
                if (facts.smallestCell() >= 0) {
                    view.put("smallestCell", facts.smallestCell());
                }
            } catch (CohortSource.CohortUnavailable e) {
                view.put("snapshot", "");
                view.put("patients", 0);
                view.put("columns", List.of());
                view.put("unavailable", e.reason().code());
            }
            view.put("planned", study.plan().differentiallyPrivate() ? budget.epsilon(study) : 0.0);
            view.put("remaining", budget.epsilonLeft(study));
            view.put("policy", site.settings().policy().view());
            view.put("objections", policy.objections(study, List.of()));
            new Amendment(approvals, site)
                    .of(study, String.valueOf(view.get("snapshot")))
                    .ifPresent(amendment -> view.put("amendment", amendment));
            view.put("questions", statements.questions(study.digest()));
            view.put("decision", decision(study.digest()));
            view.put(
                    "capsule",
                    approvals
                            .capsule(study.digest())
                            .map(capsule -> capsule.digest().hex())
                            .orElse(""));
            return view;
        });
    }

    /** The digest of a study or of a foreign run. */
    private String asked(String reference) {
        return hosted.named(reference)
                .map(run -> run.digest().hex())
                .orElseGet(() -> approvals.get(reference).digest().hex());
    }

    private List<Map<String, String>> hostedRuns() {
        return hosted.all().stream()
                .map(run -> Map.of(
                        "study", run.digest().hex(),
                        "app", run.document().app(),
                        "version", run.document().version(),
                        "decision", decision(run.digest())))
                .toList();
    }

    /** What the officer's program needs beside a foreign run's own document. */
    private Map<String, Object> review(HostedRun document) {
        Digest run = document.digest();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", site.settings().site());
        view.put("trustRoot", site.root().digest().hex());
        view.put("agentRelease", SiteFolder.AGENT_RELEASE);
        view.put("study", run.hex());
        view.put(
                "snapshot",
                snapshots.newest().map(snapshot -> snapshot.commitment().hex()).orElse(""));
        view.put("policy", site.settings().policy().view());
        view.put("hosting", hosting.on());
        Map<String, Integer> answered = new LinkedHashMap<>();
        document.messageTypes().forEach(type -> answered.put(type, budget.answers(run, type)));
        view.put("answered", answered);
        view.put("decision", decision(run));
        Optional<SignedDocument<Capsule>> capsule = approvals.capsule(run);
        view.put("capsule", capsule.map(signed -> signed.digest().hex()).orElse(""));
        view.put(
                "approvedRounds",
                capsule.map(signed -> signed.document().rounds()).orElse(0));
        List<String> releases =
                capsule.map(signed -> signed.document().releases()).orElse(List.of());
        view.put("approvedReleases", releases);
        view.put(
                "approvedTypes",
                document.messageTypes().stream()
                        .filter(type -> document.covers(releases, type))
                        .toList());
        view.put("roundsCounted", "per-document");
        view.put("data", capsule.map(signed -> signed.document().data()).orElse(List.of()));
        return view;
    }

    @Override
    public void decide(Document request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            var decision = approvals.decide(request.getEnvelope().toByteArray());
            egress.wake();
            Duration patience = redSwitch.on() ? Duration.ZERO : HUB_PATIENCE;
            approvals
                    .atHub(decision.digest(), patience)
                    .thenAccept(atHub ->
                            Answers.guard(observer, () -> Answers.json(observer, decided(decision, atHub))));
        });
    }

    @Override
    public void ask(Document request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            var statement = statements.take(request.getEnvelope().toByteArray());
            egress.wake();
            statements
                    .atHub(statement.digest(), redSwitch.on() ? Duration.ZERO : HUB_PATIENCE)
                    .thenAccept(atHub -> Answers.guard(
                            observer,
                            () -> Answers.json(
                                    observer,
                                    Map.of(
                                            "site", site.settings().site(),
                                            "study",
                                                    statement.document().study().hex(),
                                            "question", statement.digest().hex(),
                                            "hub", atHub.code()))));
        });
    }

    private Map<String, Object> decided(SignedDocument<? extends Decision> decision, Approvals.AtHub atHub) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", site.settings().site());
        view.put("study", decision.document().study().hex());
        view.put(
                "decision",
                decision.document() instanceof Capsule
                        ? "approved"
                        : decision(decision.document().study()));
        view.put("hub", atHub.code());
        return view;
    }

    @Override
    public void findPatient(PatientRef request, StreamObserver<Answer> observer) {
        answer(observer, () -> patients.find(request.getPatient()));
    }

    @Override
    public void withdrawPatient(WithdrawPatientRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            var told = patients.withdraw(
                    request.getPatient(),
                    request.getNoticesList().stream()
                            .map(ByteString::toByteArray)
                            .toList(),
                    redSwitch.on() ? Duration.ZERO : HUB_PATIENCE);
            egress.wake();
            told.whenComplete((view, failure) -> Answers.guard(observer, () -> {
                if (failure != null) {
                    throw new IllegalStateException("what was withdrawn cannot be shown", failure);
                }
                Answers.json(observer, view);
            }));
        });
    }

    @Override
    public void journal(JournalRequest request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            String study = request.getStudy().isEmpty() ? "" : asked(request.getStudy());
            List<Journal.Entry> entries = journal.entries(
                    Journal.Filter.of(study, request.getType(), request.getSince(), request.getUntil()));
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("entries", entries.stream().map(Journal::view).toList());
            view.put(
                    "perDay",
                    Journal.sums(
                            entries,
                            "day",
                            entry -> entry.time()
                                    .atZone(ZoneOffset.UTC)
                                    .toLocalDate()
                                    .toString()));
            view.put("perStudy", Journal.sums(entries, "study", Journal.Entry::study));
            return view;
        });
    }

    @Override
    public void verifyJournal(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            List<Journal.Entry> entries = journal.entries(Journal.Filter.all());
            List<String> findings = new JournalAudit(outbox, entries, logged()).findings();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("ok", findings.isEmpty());
            view.put("entries", entries.size());
            view.put("findings", findings);
            return view;
        });
    }

    @Override
    public void budget(Empty request, StreamObserver<Answer> observer) {
        answer(
                observer,
                () -> budget.view(
                        snapshots
                                .newest()
                                .map(snapshot -> snapshot.manifest().patients())
                                .orElse(0L),
                        approvals.all().stream()
                                .mapToDouble(study -> study.document().privacy().delta())
                                .filter(delta -> delta > 0)
                                .min()
                                .orElse(Budget.SHOWN_DELTA)));
    }

    @Override
    public void stopAll(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> switched(true));
    }

    @Override
    public void resume(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> switched(false));
    }

    @Override
    public void addData(AddDataRequest request, StreamObserver<Answer> observer) {
        answer(
                observer,
                () -> Snapshots.view(snapshots.add(
                        path(request.getSnapshot()), Principal.current().name())));
    }

    @Override
    public void policy(Empty request, StreamObserver<Answer> observer) {
        answer(observer, () -> site.settings().policy().view());
    }

    @Override
    public void receipts(StudyRef request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            String study = request.getStudy().isEmpty()
                    ? ""
                    : approvals.get(request.getStudy()).digest().hex();
            List<Receipt> receipts = store.read(sql -> sql.sql(
                            "SELECT envelope FROM receipt WHERE ? = '' OR study = ? ORDER BY received, digest")
                    .params(study, study)
                    .query((row, n) -> SignedDocument.read(
                                    row.getString(1).getBytes(StandardCharsets.UTF_8), Receipt.class)
                            .document())
                    .list());
            return Map.of("receipts", receipts.stream().map(CanonicalJson::tree).toList());
        });
    }

    @Override
    public void events(EventsRequest request, StreamObserver<Answer> observer) {
        answer(observer, () -> {
            int limit = request.getLimit() <= 0 ? MOST_EVENTS : Math.min(MOST_EVENTS, request.getLimit());
            List<Object> entries = events.leaves(request.getFrom(), limit).stream()
                    .<Object>map(leaf -> CanonicalJson.tree(Event.read(leaf)))
                    .toList();
            return Map.of("entries", entries);
        });
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw CallException.wrong("PATH_MALFORMED", "the snapshot's path is not a path of this system");
        }
    }

    private Map<String, Object> switched(boolean stop) {
        redSwitch.set(stop, Principal.current().name());
        if (stop) {
            egress.hangUp();
        } else {
            egress.wake();
        }
        return Map.of(
                "site",
                site.settings().site(),
                "nodeKey",
                site.nodeKey().publicKey().fingerprint(),
                "state",
                egress.state());
    }

    private String decision(Digest study) {
        return approvals
                .newest(study)
                .map(decision -> switch (decision.document().getClass().getSimpleName()) {
                    case "Capsule" -> "approved";
                    case "Refusal" -> "refused";
                    default -> "revoked";
                })
                .orElse("open");
    }

    /** Updates that the log says were sent, read from the log's own files. */
    private Set<Digest> logged() {
        Path folder = site.folder().resolve("log");
        Checkpoint head = events.publish();
        LogReader reader = new LogReader(folder);
        List<Event> all = new ArrayList<>();
        reader.verify(head, leaf -> all.add(Event.read(leaf)));
        return all.stream()
                .filter(event -> event.type() == EventType.UPDATE_SENT)
                .flatMap(event -> event.ref("update").stream())
                .collect(Collectors.toSet());
    }

    private static void answer(StreamObserver<Answer> observer, Supplier<Object> work) {
        Answers.guard(observer, () -> Answers.json(observer, work.get()));
    }
}
