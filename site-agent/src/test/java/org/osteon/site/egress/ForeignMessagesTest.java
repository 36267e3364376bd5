package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.TileLog;
import org.osteon.learning.LearningException;
import org.osteon.learning.TrainingData;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.record.NamedValues;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CapsuleCheck;
import org.osteon.site.approval.CohortFacts;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.foreign.ForeignRuns;
import org.osteon.site.foreign.ForeignTraining;
import org.osteon.site.hosted.HostedReply;
import org.osteon.site.hosted.Hosting;
import org.osteon.site.hosted.RunHost;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.FleetCarrier;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.settings.SitePolicy;
import org.osteon.site.settings.SiteSettings;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Cohorts;
import org.osteon.site.training.Outbox;
import org.osteon.site.training.TrainingRuns;

/** A whole session on a SuperLink with a real store, log and ledger; the app in its sandbox is tried elsewhere. */
class ForeignMessagesTest {
    private static final String FEDERATION = "ortho-net";
    private static final String SITE = "hospital-a";
    private static final String SERVER = "superlink.example:9092";
    private static final List<ArraySpec> ARRAYS = List.of(ArraySpec.shared("weight", "float32", 2));
    private static final Digest SNAPSHOT = Digest.of("snapshot".getBytes(StandardCharsets.US_ASCII));
    private static final Study.Cohort COHORT = new Study.Cohort(
            "SELECT patient, age, fracture FROM export", "fracture", 2, List.of(new Study.Feature("age", 0, 1)), 2);

    @TempDir
    Path folder;

    private final SigningKey officer = SigningKey.ed25519();
    private final SigningKey hub = SigningKey.ed25519();
    private final LoopbackSuperLink superLink = new LoopbackSuperLink();
    private final App app = new App();
    private final Data data = new Data();
    private SiteStore store;
    private SiteFolder site;
    private Approvals approvals;
    private HostedRuns requests;
    private Budget budget;
    private Journal journal;
    private RedSwitch redSwitch;
    private FleetSession session;
    private SiteEvents events;
    private int sent;

    /** The snapshot: three patients. */
    private static final class Data implements CohortSource, Cohorts {
        private int patients = 3;

        @Override
        public Digest snapshot() {
            return SNAPSHOT;
        }

        @Override
        public void requireFits(Study study) {}

        @Override
        public void requireFits(Study.Cohort named) {}

        @Override
        public CohortFacts facts(Study study) {
            throw new IllegalStateException();
        }

        @Override
        public CohortFacts facts(Study.Cohort named) {
            return new CohortFacts(SNAPSHOT, patients, List.of(), -1);
        }

        @Override
        public TrainingData rows(Study study, Digest snapshot) {
            throw new IllegalStateException();
        }

        @Override
        public TrainingData rows(Study.Cohort named, Digest snapshot) {
            return TrainingData.scaled(
                    named.features(), new double[][] {{61}, {72}, {83}}, new int[] {0, 1, 0}, new String[] {
                        "a", "b", "c"
                    });
        }
    }

    /** What an app answers: its number of launches in both elements. */
    private static final class App implements RunHost {
        private final List<Map<String, byte[]>> launches = new ArrayList<>();
        private String objection = "";
        private long examples = 3;
        private Runnable during = () -> {};

        @Override
        public Optional<String> objection() {
            return Optional.of(objection).filter(code -> !code.isEmpty());
        }

        @Override
        public HostedReply answer(
                HostedRun asked,
                List<String> releases,
                byte[] bundle,
                Metadata message,
                Path objects,
                Map<String, byte[]> files,
                Path draft) {
            launches.add(files);
            during.run();
            if (!HostedRun.training(message.getMessageType())) {
                Map<String, Value> numbers = new LinkedHashMap<>();
                asked.numbers(releases).forEach(name -> numbers.put(name, new Value.Real(launches.size())));
                numbers.put("num-examples", new Value.Signed(examples));
                return new HostedReply(
                        new ReceivedArrays.Payloads(draft, List.of(), Digest.of(new byte[0]), 0, true), numbers);
            }
            byte[] payload = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(launches.size())
                    .putFloat(launches.size())
                    .array();
            try {
                Files.write(draft, payload);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return new HostedReply(
                    new ReceivedArrays.Payloads(draft, ARRAYS, Digest.of(payload), 0, true),
                    Map.of("num-examples", new Value.Signed(examples)));
        }
    }

    @BeforeEach
    void openSite() throws IOException {
        byte[] bundle = bundle("");
        superLink.bundle = bundle;
        superLink.run =
                Run.newBuilder().setRunId(5).setFabHash(Digest.of(bundle).hex()).build();
        site = site();
        open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void open() {
        store = SiteStore.open(folder);
        ClockGuard clock = new ClockGuard(store, Clock.systemUTC());
        TileLog log = TileLog.open(folder.resolve("log"), site.logOrigin(), site.logKey(), 0);
        events = new SiteEvents(store, log, FEDERATION, clock);
        budget = new Budget(store, site.settings().policy());
        PolicyEvaluator policy =
                new PolicyEvaluator(site.settings().policy(), data, budget, budget, plan -> Optional.of("HOSTING_OFF"));
        CapsuleCheck capsules =
                new CapsuleCheck(SITE, FEDERATION, SiteFolder.AGENT_RELEASE, List.of(officer.publicKey()), 1);
        requests = new HostedRuns(store, events, site.nodeKey(), clock);
        approvals = new Approvals(store, events, capsules, policy, data, requests, site.root(), SITE, clock);
        Outbox outbox = new Outbox(store, folder.resolve("outbox"));
        journal = new Journal(store);
        redSwitch = new RedSwitch(store, events);
        ForeignRuns foreign = new ForeignRuns(site, requests, approvals, capsules, data, clock);
        session = new FleetSession(
                superLink,
                new OtherCarrier(SERVER, site.settings().fleetPin(), FleetCarrier.GRPC, () -> false),
                site,
                new TrainingRuns(
                        site,
                        store,
                        events,
                        approvals,
                        capsules,
                        policy,
                        data,
                        budget,
                        outbox,
                        data,
                        Hosting.open(site.settings()),
                        clock),
                new ForeignMessages(
                        superLink,
                        foreign,
                        new ForeignTraining(site, store, events, budget, policy, data, app, outbox, clock)),
                outbox,
                journal,
                redSwitch,
                store,
                events,
                clock);
    }

    private SiteFolder site() {
        SiteSettings settings = new SiteSettings(
                folder,
                SITE,
                FEDERATION,
                "127.0.0.1:1",
                Optional.empty(),
                Optional.empty(),
                "hub.example:1",
                SNAPSHOT,
                SERVER,
                SNAPSHOT,
                FleetCarrier.GRPC,
                false,
                List.of(),
                true,
                new SitePolicy(0, 0, 0, 2, true, 1),
                Optional.empty());
        FederationRoot root = new FederationRoot(
                FederationRoot.SCHEMA,
                FEDERATION,
                hub.publicKey(),
                "osteon/ortho-net/hub",
                SigningKey.ed25519().publicKey(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
        return new SiteFolder(
                settings,
                TlsIdentity.create(folder, List.of("localhost")),
                SigningKey.ecdsaP384(),
                SigningKey.ed25519(),
                SigningKey.ed25519(),
                new byte[32],
                root,
                List.of(officer.publicKey()));
    }

    private static byte[] bundle(String more) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("pyproject.toml"));
            zip.write(("[project]\nname = \"bones\"\nversion = \"1.0.0\"\n[tool.flwr.app]\npublisher = \"someone\"\n"
                            + "[tool.flwr.app.config]\nnum-server-rounds = 2\n" + more)
                    .getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** One message of the run, and one turn of the session. */
    private void ask(String type) throws IOException {
        Path model = Files.write(folder.resolve("model"), new byte[8]);
        sent++;
        double now = Instant.now().toEpochMilli() / 1000.0;
        superLink.send(new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(ARRAYS, model))
                .config("config", "server-round", sent)
                .build(Metadata.newBuilder()
                        .setRunId(superLink.run.getRunId())
                        .setSrcNodeId(MessageRules.HUB_NODE)
                        .setDstNodeId(LoopbackSuperLink.NODE)
                        .setGroupId(Integer.toString(sent))
                        .setMessageType(type)
                        .setCreatedAt(now)
                        .setTtl(3600)
                        .build()));
        session.turn();
    }

    private String reason() {
        assertThat(superLink.answers).isNotEmpty();
        return superLink.answers.get(superLink.answers.size() - 1).getError().getReason();
    }

    private Digest asked() {
        return requests.all().get(0).digest();
    }

    private void decide(Decision decision) {
        approvals.decide(SignedDocument.sign(decision, officer).bytes());
    }

    private Capsule capsule(int rounds, List<Study.Cohort> named) {
        return capsule(rounds, requests.all().get(0).document().releases(), named);
    }

    private Capsule capsule(int rounds, List<String> releases, List<Study.Cohort> named) {
        return capsule(requests.all().get(0).document(), rounds, releases, named);
    }

    private Capsule capsule(HostedRun run, int rounds, List<String> releases, List<Study.Cohort> named) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(1);
        return new Capsule(
                Capsule.SCHEMA,
                FEDERATION,
                site.root().digest(),
                run.digest(),
                SITE,
                SNAPSHOT,
                SiteFolder.AGENT_RELEASE,
                0,
                0,
                rounds,
                releases,
                run.purpose(),
                List.of(),
                now,
                now.plus(Duration.ofDays(1)),
                now,
                named);
    }

    /** A run that asked once and was approved. */
    private void approved(int rounds) throws IOException {
        ask("train");
        decide(capsule(rounds, List.of(COHORT)));
    }

    /** A run that asked once and was approved for training and evaluation, or for one of them. */
    private void approved(int rounds, List<String> types, String... numbers) throws IOException {
        ask("train");
        decide(capsule(rounds, requests.all().get(0).document().releases(types, List.of(numbers)), List.of(COHORT)));
    }

    private List<String> charges() {
        return store.read(sql -> sql.sql("SELECT state FROM charge ORDER BY made, id")
                .query(String.class)
                .list());
    }

    private List<String> logged() {
        return events.leaves(0, 1000).stream()
                .map(Event::read)
                .map(event -> event.type() + " " + event.reason())
                .toList();
    }

    private List<Journal.Entry> updates() {
        return journal.entries(Journal.Filter.all()).stream()
                .filter(entry -> entry.type().equals("update"))
                .toList();
    }

    @Test
    void refusesWhatNobodyApproved() throws IOException {
        ask("train");

        assertThat(reason()).isEqualTo("HOSTED_RUN_NOT_APPROVED");
        assertThat(app.launches).isEmpty();
        assertThat(charges()).isEmpty();
        assertThat(requests.all()).hasSize(1);
    }

    @Test
    void answersWhatWasApprovedWithTheRowsThatWereNamed() throws IOException {
        // Given
        approved(2);
        List<String> whenItLeft = new ArrayList<>();
        superLink.onPush = () -> {
            whenItLeft.addAll(charges());
            updates().forEach(entry -> whenItLeft.add(entry.study()));
        };

        // When
        ask("train");

        // Then
        IncomingMessage answer = superLink.last();
        assertThat(answer.arrays()).containsOnlyKeys("arrays");
        assertThat(answer.arrays().get("arrays")).containsOnlyKeys("weight");
        assertThat(answer.configs()).isEmpty();
        assertThat(NamedValues.of(answer.metrics().get("metrics")).values())
                .containsExactly(Map.entry("num-examples", new Value.Signed(3)));
        assertThat(new String(app.launches.get(0).get("cohort.csv"), StandardCharsets.US_ASCII))
                .isEqualTo("age,fracture\n61.0,0\n72.0,1\n83.0,0\n");
        assertThat(whenItLeft)
                .as("charge and journal are there before anything leaves")
                .containsExactly("committed", asked().hex());
        assertThat(updates().get(0).to()).isEqualTo(SERVER);
        assertThat(updates().get(0).fields()).contains("arrays.weight float32[2]", "metrics.num-examples sint64");
        assertThat(budget.view(3, 1e-5).toString()).contains("exactReleaseMade=true", "mechanism=ExactRelease");
    }

    @Test
    void givesNoRowsWhereNoneAreNamed() throws IOException {
        ask("train");
        decide(capsule(1, List.of()));

        ask("train");

        assertThat(app.launches).containsExactly(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HOSTING_NOT_SET_UP", "HOSTING_NOT_ISOLATED", "HOSTING_WITHOUT_LIMITS"})
    void refusesWithoutHostingAndChargesNothing(String code) throws IOException {
        app.objection = code;
        approved(2);

        ask("train");

        assertThat(reason()).isEqualTo(code);
        assertThat(app.launches).isEmpty();
        assertThat(charges()).isEmpty();
        assertThat(logged()).as("the log has the reason").contains("INSTRUCTION_REFUSED " + code);
        assertThat(updates()).isEmpty();
    }

    @Test
    void refusesABundleThatIsNotItsHashes() throws IOException {
        approved(2);
        superLink.bundle = bundle("more = 1\n");

        ask("train");

        assertThat(reason()).isEqualTo("RUN_UNREADABLE");
        assertThat(app.launches).isEmpty();
    }

    @Test
    void refusesAnotherBundleAsAnotherRun() throws IOException {
        approved(2);
        superLink.bundle = bundle("more = 1\n");
        superLink.run = superLink.run.toBuilder()
                .setFabHash(Digest.of(superLink.bundle).hex())
                .build();

        ask("train");

        assertThat(reason()).isEqualTo("HOSTED_RUN_NOT_APPROVED");
        assertThat(app.launches).isEmpty();
        assertThat(requests.all()).hasSize(2);
    }

    @Test
    void refusesOneRoundMoreThanApproved() throws IOException {
        approved(1);
        ask("train");

        ask("train");

        assertThat(reason()).isEqualTo("CAPSULE_ROUNDS_EXHAUSTED");
        assertThat(app.launches).hasSize(1);
        assertThat(charges()).containsExactly("committed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"system", "get_parameters", "train.校准"})
    void refusesTypesThatNoAppIsAsked(String type) throws IOException {
        approved(2);

        ask(type);

        assertThat(reason()).isEqualTo("MESSAGE_TYPE_UNKNOWN");
        assertThat(app.launches).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"query", "train.other", "evaluate.other"})
    void asksForAQueryOrAnActionByItself(String type) throws IOException {
        approved(2);

        ask(type);

        assertThat(reason()).isEqualTo("HOSTED_RUN_NOT_APPROVED");
        assertThat(app.launches).isEmpty();
        assertThat(requests.all()).hasSize(2);
        HostedRun run = requests.all().stream()
                .map(SignedDocument::document)
                .filter(one -> one.messageTypes().equals(List.of(type)))
                .findFirst()
                .orElseThrow();
        assertThat(run.arrays().isEmpty()).isEqualTo(!type.startsWith("train"));

        decide(capsule(run, 1, run.releases(), List.of(COHORT)));
        ask(type);

        assertThat(superLink.answers.get(superLink.answers.size() - 1).hasError())
                .isFalse();
        assertThat(app.launches).hasSize(1);
        assertThat(charges()).containsExactly("committed");
        assertThat(budget.answers(run.digest(), type)).isEqualTo(1);

        ask(type);
        assertThat(reason()).isEqualTo("CAPSULE_ROUNDS_EXHAUSTED");
        ask("train");
        assertThat(app.launches).as("training has a budget of its own").hasSize(2);
    }

    @Test
    void refusesAnEvaluationWhereTrainingAloneIsApproved() throws IOException {
        approved(2);

        ask("evaluate");

        assertThat(reason()).isEqualTo("HOSTED_MESSAGE_NOT_APPROVED");
        assertThat(app.launches).isEmpty();
        assertThat(charges()).isEmpty();
    }

    @Test
    void refusesATrainingWhereEvaluationAloneIsApproved() throws IOException {
        approved(2, List.of("evaluate"));

        ask("train");
        String refused = reason();
        ask("evaluate");

        assertThat(refused).isEqualTo("HOSTED_MESSAGE_NOT_APPROVED");
        assertThat(superLink.last().metrics()).containsOnlyKeys("metrics");
        assertThat(app.launches).hasSize(1);
    }

    @Test
    void answersAnEvaluationWithTheNumbersThatWereNamedAndNoArrays() throws IOException {
        approved(2, List.of("train", "evaluate"), "eval_loss");

        ask("evaluate");

        IncomingMessage answer = superLink.last();
        assertThat(answer.arrays()).isEmpty();
        assertThat(answer.configs()).isEmpty();
        assertThat(NamedValues.of(answer.metrics().get("metrics")).values())
                .containsOnly(
                        Map.entry("num-examples", new Value.Signed(3)), Map.entry("eval_loss", new Value.Real(1)));
        assertThat(app.launches.get(0)).containsOnlyKeys("cohort.csv");
        assertThat(charges()).containsExactly("committed");
        assertThat(updates().get(0).fields()).contains("metrics.eval_loss double", "metrics.num-examples sint64");
        assertThat(logged()).contains("BUDGET_COMMITTED ", "UPDATE_SENT ");
        assertThat(budget.view(3, 1e-5).toString()).contains("exactReleaseMade=true", "mechanism=ExactRelease");
    }

    @Test
    void countsTrainingsAndEvaluationsEachForThemselves() throws IOException {
        approved(1, List.of("train", "evaluate"));
        ask("train");
        ask("evaluate");
        assertThat(charges()).containsExactly("committed", "committed");

        ask("evaluate");

        assertThat(reason()).isEqualTo("CAPSULE_ROUNDS_EXHAUSTED");
        assertThat(app.launches).hasSize(2);
        assertThat(budget.charges(asked()).stream()
                        .map(charge -> charge.type() + " " + charge.round())
                        .toList())
                .containsExactlyInAnyOrder("train 1", "evaluate 1");
    }

    @Test
    void countsOnWhenTheSameRunIsStartedAgainAndApprovedAgain() throws IOException {
        // Given
        approved(1);
        ask("train");
        decide(capsule(2, List.of(COHORT)));
        superLink.run = superLink.run.toBuilder().setRunId(6).build();

        // When
        ask("train");
        ask("train");

        // Then
        assertThat(requests.all()).as("it is the same document").hasSize(1);
        assertThat(reason()).isEqualTo("CAPSULE_ROUNDS_EXHAUSTED");
        assertThat(budget.charges(asked()).stream()
                        .map(charge -> charge.run() + " " + charge.round())
                        .toList())
                .containsExactlyInAnyOrder("5 1", "6 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "evaluate"})
    void letsNoAnswerLeaveThatIsAboutTooFewPatients(String type) throws IOException {
        approved(2, List.of("train", "evaluate"), "eval_loss");
        app.examples = 1;

        ask(type);

        assertThat(reason()).isEqualTo("SITE_DATA_RULE");
        assertThat(charges()).containsExactly("reserved");
        assertThat(updates()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evaluate/num-examples,evaluate/rows of a",
                "evaluate/eval_loss",
                "arrays,evaluate/num-examples",
                "arrays,metrics/num-examples,metrics/loss",
                "arrays,metrics/num-examples,query/num-examples"
            })
    void takesNoApprovalOfPartsOrOfAnythingBeside(String releases) throws IOException {
        ask("train");
        Capsule capsule = capsule(1, List.of(releases.split(",")), List.of(COHORT));

        assertThatThrownBy(() -> decide(capsule))
                .isInstanceOfSatisfying(
                        CallException.class,
                        e -> assertThat(e.code()).isIn("CAPSULE_WIDER_THAN_STUDY", "RELEASE_NOT_APPROVED"));
        assertThat(approvals.capsule(asked())).isEmpty();
    }

    @Test
    void refusesAfterARevocation() throws IOException {
        approved(2);
        decide(new Revocation(
                Revocation.SCHEMA,
                FEDERATION,
                asked(),
                SITE,
                approvals.capsule(asked()).orElseThrow().digest(),
                "a board's decision",
                Instant.now().truncatedTo(ChronoUnit.SECONDS)));

        ask("train");

        assertThat(reason()).isEqualTo("CAPSULE_REVOKED");
        assertThat(app.launches).isEmpty();
    }

    @Test
    void keepsTheChargeOfAnAppThatFailed() throws IOException {
        approved(1);
        app.during = () -> {
            throw new LearningException("HOSTED_APP_FAILED", "it ended");
        };

        ask("train");

        assertThat(reason()).isEqualTo("HOSTED_APP_FAILED");
        assertThat(charges()).containsExactly("reserved");
        assertThat(updates()).isEmpty();
        ask("train");
        assertThat(reason()).isEqualTo("CAPSULE_ROUNDS_EXHAUSTED");
    }

    @Test
    void namesNoRuleAboutRowsOutside() throws IOException {
        approved(2);
        data.patients = 1;

        ask("train");

        assertThat(reason()).isEqualTo("SITE_DATA_RULE");
        assertThat(charges()).isEmpty();
    }

    @Test
    void takesNoApprovalOfTooFewPatients() throws IOException {
        ask("train");
        data.patients = 1;
        Capsule capsule = capsule(1, List.of(COHORT));

        assertThatThrownBy(() -> decide(capsule))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo("COHORT_TOO_SMALL"));
        assertThat(approvals.capsule(asked())).isEmpty();
    }

    @Test
    void chargesAndAnswersOnceWhatAnEndInMidAppCut() throws IOException {
        // Given
        approved(2);
        app.during = () -> {
            throw new IllegalStateException("killed");
        };
        assertThatThrownBy(() -> ask("train")).isInstanceOf(IllegalStateException.class);
        assertThat(charges()).containsExactly("reserved");
        int before = superLink.answers.size();

        // When: the process is there again
        store.close();
        app.during = () -> {};
        open();
        session.turn();

        // Then
        assertThat(superLink.answers).hasSize(before + 1);
        assertThat(superLink.last().arrays()).containsOnlyKeys("arrays");
        assertThat(charges()).containsExactly("committed");
        assertThat(updates()).hasSize(1);
    }

    @Test
    void sendsTheSameBytesAfterALostLine() throws IOException {
        // Given
        approved(2);
        superLink.lostPushes = 1;
        assertThatThrownBy(() -> ask("train")).isInstanceOf(StatusRuntimeException.class);

        // When: the process was killed before the line was back
        store.close();
        open();
        session.turn();

        // Then
        assertThat(app.launches).hasSize(1);
        assertThat(superLink.last().arrays()).containsOnlyKeys("arrays");
        assertThat(charges()).containsExactly("committed");
        assertThat(updates()).hasSize(1);
        List<String> states = store.read(sql ->
                sql.sql("SELECT state FROM hosted_reply").query(String.class).list());
        assertThat(states).containsExactly("sent");
    }

    @Test
    void letsNothingLeaveAfterTheSwitchWasThrownInMidApp() throws IOException {
        approved(2);
        int before = superLink.answers.size();
        app.during = () -> redSwitch.set(true, "officer");

        assertThatThrownBy(() -> ask("train")).isInstanceOf(FleetSession.Stopped.class);

        assertThat(superLink.answers).hasSize(before);
        redSwitch.set(false, "officer");
        session.turn();
        assertThat(superLink.last().arrays()).containsOnlyKeys("arrays");
        assertThat(app.launches).hasSize(1);
    }
}
