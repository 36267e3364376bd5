package org.osteon.coordinator.hub;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osteon.console.Console;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.registry.ModelExport;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.round.InitialArrays;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.round.UngovernedPlan;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.Answers;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.VerificationKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.Answer;
import org.osteon.protocol.v1.AnswerQuestionRequest;
import org.osteon.protocol.v1.Chunk;
import org.osteon.protocol.v1.ConfirmSiteRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.IssueTokenRequest;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.ProveRequest;
import org.osteon.protocol.v1.RegisterFlowerNodeRequest;
import org.osteon.protocol.v1.ReplayRoundRequest;
import org.osteon.protocol.v1.RevokeSiteRequest;
import org.osteon.protocol.v1.RunConformanceRequest;
import org.osteon.protocol.v1.RunRef;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.protocol.v1.UngovernedRunRequest;

/** What the hub's people ask, each call by an authenticated principal of an allowed role. */
public final class HubService extends HubGrpc.HubImplBase {
    private static final int CHUNK = 1024 * 1024;
    private static final int DRY_RUN_SECONDS = 10;

    private final HubFolder folder;
    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final TrustBook trust;
    private final Studies studies;
    private final Rounds rounds;
    private final RunView views;
    private final Models models;
    private final ObjectStore objects;
    private final ModelEvidence evidence;
    private final Console console;
    private final Statements statements;
    private final ScheduledExecutorService timer;

    /** The service. */
    public HubService(
            HubFolder folder,
            HubStore store,
            HubEvents events,
            Sites sites,
            TrustBook trust,
            Studies studies,
            Rounds rounds,
            RunView views,
            Models models,
            ObjectStore objects,
            ModelEvidence evidence,
            Console console,
            Statements statements,
            ScheduledExecutorService timer) {
        this.folder = folder;
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.trust = trust;
        this.studies = studies;
        this.rounds = rounds;
        this.views = views;
        this.models = models;
        this.objects = objects;
        this.evidence = evidence;
        this.console = console;
        this.statements = statements;
        this.timer = timer;
    }

    @Override
    public void status(Empty request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("federation", folder.federation());
            view.put("address", folder.address());
            view.put("fleetHttp", folder.fleetHttp().orElse(HubFolder.OFF));
            view.put("tlsPin", folder.tls().pin().hex());
            view.put("logKey", events.log().noteKey().vkey());
            view.put("trustRoot", folder.root().digest().hex());
            view.put("logSize", events.publish().size());
            view.put("allowUngoverned", folder.allowUngoverned());
            view.put("sites", sites.all().stream().map(HubService::site).toList());
            Answers.json(observer, view);
        });
    }

    @Override
    public void issueToken(IssueTokenRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, sites.issueToken(request.getSite(), caller())));
    }

    @Override
    public void confirmSite(ConfirmSiteRequest request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer, site(sites.confirm(request.getSite(), request.getFingerprint(), caller()))));
    }

    @Override
    public void revokeSite(RevokeSiteRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            Map<String, Object> revoked = site(sites.revoke(request.getSite(), caller()));
            rounds.lookAgain();
            Answers.json(observer, revoked);
        });
    }

    @Override
    public void addKey(AddKeyRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            VerificationKey key = VerificationKey.ofPem(request.getKeyPem());
            sites.addKey(request.getRole(), request.getHolder(), key, caller());
            Answers.json(
                    observer, Map.of("role", request.getRole(), "holder", request.getHolder(), "keyId", key.keyId()));
        });
    }

    @Override
    public void issueLink(IssueLinkRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, console.link(request.getPerson(), request.getRole())));
    }

    @Override
    public void trust(Empty request, StreamObserver<Document> observer) {
        Answers.guard(observer, () -> document(observer, trust.current().bytes()));
    }

    @Override
    public void publishStudy(Document request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            Digest digest = studies.publish(request.getEnvelope().toByteArray(), caller());
            Answers.json(observer, Map.of("digest", digest.hex()));
        });
    }

    @Override
    public void listStudies(Empty request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            List<Map<String, Object>> list = new ArrayList<>();
            for (SignedDocument<Study> study : studies.all()) {
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("study", study.digest().hex());
                view.put("name", study.document().name());
                view.put("version", study.document().version());
                view.put("decisions", studies.decisions(study.digest()));
                list.add(view);
            }
            Answers.json(observer, Map.of("studies", list));
        });
    }

    @Override
    public void showStudy(StudyRef request, StreamObserver<Document> observer) {
        Answers.guard(
                observer,
                () -> document(observer, studies.get(request.getStudy()).bytes()));
    }

    @Override
    public void studyQuestions(StudyRef request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer,
                        Map.of(
                                "questions",
                                statements.questions(
                                        studies.get(request.getStudy()).digest()))));
    }

    @Override
    public void answerQuestion(AnswerQuestionRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            var answer = statements.answer(
                    studies.get(request.getStudy()).digest(),
                    request.getSite(),
                    request.getQuestion(),
                    request.getText(),
                    caller());
            Answers.json(
                    observer,
                    Map.of(
                            "digest",
                            answer.digest().hex(),
                            "question",
                            answer.document().question().hex(),
                            "site",
                            request.getSite()));
        });
    }

    @Override
    public void dryRun(StudyRef request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            SignedDocument<Study> study = studies.get(request.getStudy());
            Studies.DryRun asked = studies.dryRun(study.document(), caller());
            timer.schedule(() -> asked.complete().complete(null), DRY_RUN_SECONDS, TimeUnit.SECONDS);
            asked.complete()
                    .thenRun(() -> Answers.guard(
                            observer,
                            () -> Answers.json(
                                    observer, Map.of("answers", studies.answers(study.digest(), asked.id())))));
        });
    }

    @Override
    public void startRun(StudyRef request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer,
                        views.of(rounds.start(studies.get(request.getStudy()).document(), caller()))));
    }

    @Override
    public void startUngovernedRun(UngovernedRunRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            if (!folder.allowUngoverned()) {
                throw CallException.refused(
                        "UNGOVERNED_NOT_ALLOWED",
                        "this hub runs governed studies only; an operator can set allowUngoverned = true");
            }
            List<ArraySpec> specs = new ArrayList<>();
            List<InitialArrays.Part> arrays = new ArrayList<>();
            for (NamedArray array : request.getArraysList()) {
                ArraySpec spec = new ArraySpec(array.getName(), array.getDtype(), array.getShapeList(), "shared");
                if (!array.getData().isEmpty()
                        && spec.bytes() != array.getData().size()) {
                    throw CallException.wrong(
                            "ARRAY_MALFORMED", "array " + spec.name() + " does not have the bytes of its shape");
                }
                specs.add(spec);
                arrays.add(
                        new InitialArrays.Part(array.getData().isEmpty() ? spec.bytes() : 0, array.getData()::writeTo));
            }
            UngovernedPlan plan = new UngovernedPlan(
                    request.getRounds(),
                    request.getNodes(),
                    specs,
                    Base64.getEncoder().encodeToString(request.getFab().toByteArray()),
                    Aggregation.of(
                            request.getStrategy().isEmpty() ? "fedavg" : request.getStrategy(),
                            request.getStrategyOptionsMap()),
                    request.getMessageType());
            Answers.json(observer, views.of(rounds.startUngoverned(plan, new InitialArrays(arrays), caller())));
        });
    }

    @Override
    public void registerFlowerNode(RegisterFlowerNodeRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            if (!folder.allowUngoverned()) {
                throw CallException.refused(
                        "UNGOVERNED_NOT_ALLOWED",
                        "this hub takes no Flower nodes; an operator can set allowUngoverned = true");
            }
            Answers.json(
                    observer, site(sites.registerFlowerNode(VerificationKey.ofPem(request.getNodeKeyPem()), caller())));
        });
    }

    @Override
    public void listRuns(Empty request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer,
                        Map.of("runs", rounds.all().stream().map(views::line).toList())));
    }

    @Override
    public void showRun(ShowRunRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            RunRecord run = rounds.get(request.getRun());
            if (request.getUnlessState().isEmpty() || !request.getUnlessState().equals(views.stateKey(run))) {
                Answers.json(observer, views.of(run));
            } else {
                views.whenChanged(
                        request.getRun(),
                        request.getUnlessState(),
                        Math.min(25, request.getHoldSeconds()),
                        timer,
                        changed -> Answers.guard(observer, () -> Answers.json(observer, views.of(changed))));
            }
        });
    }

    @Override
    public void stopRun(RunRef request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, views.of(rounds.stop(request.getRun(), caller()))));
    }

    @Override
    public void pauseRun(RunRef request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, views.of(rounds.pause(request.getRun(), caller()))));
    }

    @Override
    public void resumeRun(RunRef request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, views.of(rounds.resume(request.getRun(), caller()))));
    }

    @Override
    public void replayRound(ReplayRoundRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> Answers.json(observer, rounds.replay(request.getRun(), request.getRound())));
    }

    @Override
    public void listModels(Empty request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer,
                        Map.of(
                                "models",
                                models.all().stream().map(HubService::model).toList())));
    }

    @Override
    public void showModel(ModelRef request, StreamObserver<Document> observer) {
        Answers.guard(
                observer,
                () -> document(
                        observer,
                        SignedDocument.sign(models.get(request.getModel()), folder.hubKey())
                                .bytes()));
    }

    @Override
    public void modelFlags(ModelRef request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(observer, Map.of("flags", statements.flags(models.get(request.getModel())))));
    }

    @Override
    public void exportModel(ModelRef request, StreamObserver<Chunk> observer) {
        Answers.guard(observer, () -> {
            ModelVersion model = models.get(request.getModel());
            stream(observer, ModelExport.write(model, objects.file(model.arrays()), request.getFormat()));
        });
    }

    @Override
    public void runConformance(RunConformanceRequest request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer,
                        evidence.runConformance(
                                models.get(request.getModel()),
                                request.getDeclaration().toByteArray(),
                                tables(request))));
    }

    private static Map<String, byte[]> tables(RunConformanceRequest request) {
        Map<String, byte[]> tables = new LinkedHashMap<>();
        request.getTablesList()
                .forEach(table -> tables.put(table.getName(), table.getContent().toByteArray()));
        return tables;
    }

    @Override
    public void conformanceReport(ModelRef request, StreamObserver<Document> observer) {
        Answers.guard(observer, () -> document(observer, evidence.report(models.get(request.getModel()))));
    }

    @Override
    public void releaseModel(Document request, StreamObserver<Answer> observer) {
        Answers.guard(
                observer,
                () -> Answers.json(
                        observer, evidence.release(request.getEnvelope().toByteArray())));
    }

    @Override
    public void events(EventsRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            int limit = Math.max(1, Math.min(1000, request.getLimit() == 0 ? 1000 : request.getLimit()));
            List<Object> entries = new ArrayList<>();
            store.read(sql -> sql.sql("SELECT leaf FROM event WHERE seq >= ? ORDER BY seq LIMIT " + limit)
                            .param(request.getFrom())
                            .query((row, n) -> row.getString(1))
                            .list())
                    .forEach(leaf -> entries.add(CanonicalJson.readTree(leaf.getBytes(StandardCharsets.UTF_8))));
            Answers.json(observer, Map.of("entries", entries));
        });
    }

    @Override
    public void prove(ProveRequest request, StreamObserver<Answer> observer) {
        Answers.guard(observer, () -> {
            String proof = new String(events.proof(request.getEvent()).bytes(), StandardCharsets.UTF_8);
            Answers.json(observer, Map.of("proof", proof));
        });
    }

    @Override
    public void bundle(ModelRef request, StreamObserver<Chunk> observer) {
        Answers.guard(observer, () -> stream(observer, evidence.bundle(models.get(request.getModel()))));
    }

    private static void stream(StreamObserver<Chunk> observer, byte[] bytes) {
        for (int at = 0; at < bytes.length; at += CHUNK) {
            ByteString part = UnsafeByteOperations.unsafeWrap(bytes, at, Math.min(CHUNK, bytes.length - at));
            observer.onNext(Chunk.newBuilder().setData(part).build());
        }
        observer.onCompleted();
    }

    private static void document(StreamObserver<Document> observer, byte[] envelope) {
        observer.onNext(
                Document.newBuilder().setEnvelope(ByteString.copyFrom(envelope)).build());
        observer.onCompleted();
    }

    private static Map<String, Object> site(SiteRecord site) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", site.name());
        view.put("nodeId", site.nodeId());
        view.put("state", site.state());
        view.put("kind", site.kind());
        view.put("fingerprint", site.nodeKey().fingerprint());
        return view;
    }

    private static Map<String, Object> model(ModelVersion model) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("model", model.digest().hex());
        view.put("digest", model.digest().hex());
        view.put(
                "parents",
                model.parent().equals(Reply.NOTHING)
                        ? List.of()
                        : List.of(model.parent().hex()));
        view.put(
                "parameters",
                model.specs().stream().mapToLong(ArraySpec::elements).sum());
        view.put("run", model.run());
        view.put("round", model.round());
        view.put("rule", model.rule());
        view.put("governed", model.governed());
        return view;
    }

    private static String caller() {
        return Principal.current().name();
    }
}
