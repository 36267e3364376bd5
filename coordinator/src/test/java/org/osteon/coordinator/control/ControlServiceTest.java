package org.osteon.coordinator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.LoginService;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.wire.ControlGrpc;
import org.osteon.protocol.flower.wire.Fab;
import org.osteon.protocol.flower.wire.GetAuthTokensRequest;
import org.osteon.protocol.flower.wire.GetLoginDetailsRequest;
import org.osteon.protocol.flower.wire.ListFederationsRequest;
import org.osteon.protocol.flower.wire.ListNodesRequest;
import org.osteon.protocol.flower.wire.ListRunsRequest;
import org.osteon.protocol.flower.wire.ListRunsResponse;
import org.osteon.protocol.flower.wire.NodeInfo;
import org.osteon.protocol.flower.wire.RefreshAuthTokensRequest;
import org.osteon.protocol.flower.wire.RegisterNodeRequest;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.flower.wire.Scalar;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StartRunResponse;
import org.osteon.protocol.flower.wire.StopRunRequest;
import org.osteon.protocol.flower.wire.StreamLogsRequest;
import org.osteon.protocol.flower.wire.StreamLogsResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeRequest;
import org.osteon.protocol.sign.SigningKey;

class ControlServiceTest {
    private static final Metadata.Key<String> ACCESS = key("flwr-oidc-access-token");
    private static final Metadata.Key<String> REFRESH = key("flwr-oidc-refresh-token");
    private static final Metadata.Key<String> VERSION = key("flwr-package-version");
    private static final String FEDERATION = "@osteon/ortho-net";
    private static final String PYPROJECT = """
            [project]
            name = "app1"
            version = "1.0.0"
            [tool.flwr.app]
            publisher = "lab"
            [tool.flwr.app.config]
            lr = 0.1
            %s
            """;

    @TempDir
    static Path folder;

    private static RunningHub hub;
    private static final Login LOGIN = new Login();
    private static ControlHandlers handlers;
    private static ControlServer server;
    private static ManagedChannel channel;
    private static HttpClient http;

    /** The login service's answers: tokens and the people they name. */
    private static final class Login implements LoginService {
        private final Map<String, Person> people = new HashMap<>();
        private final Map<String, Tokens> renewals = new HashMap<>();

        @Override
        public Optional<Person> holder(String token) {
            return Optional.ofNullable(people.get(token));
        }

        @Override
        public Device begin() {
            return new Device("device-1", "https://login.example/device?user_code=AB", 600, 5);
        }

        @Override
        public Optional<Tokens> finish(String deviceCode) throws IOException {
            switch (deviceCode) {
                case "device-1":
                    return Optional.empty();
                case "done":
                    return Optional.of(new Tokens("engineer", "refresh-1"));
                case "away":
                    throw new IOException("away");
                default:
                    throw CallException.refused("LOGIN_REFUSED", "the login service knows of no such sign-in");
            }
        }

        @Override
        public Tokens refresh(String refreshToken) {
            return Optional.ofNullable(renewals.get(refreshToken))
                    .orElseThrow(() -> CallException.refused("LOGIN_REFUSED", "the sign-in is over; sign in again"));
        }
    }

    @BeforeAll
    static void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        LOGIN.people.put("engineer", person("ml-engineer", "ortho-net"));
        LOGIN.people.put("operator", person("operator", "ortho-net"));
        LOGIN.people.put("regulator", person("regulator", "ortho-net"));
        LOGIN.people.put("stranger", person("ml-engineer", "knee-net"));
        LOGIN.renewals.put("refresh-1", new LoginService.Tokens("engineer", "refresh-2"));
        handlers = handlers(hub.folder(), Optional.of(LOGIN));
        server = new ControlServer(
                Optional.of("127.0.0.1:0"),
                Optional.of("127.0.0.1:0"),
                hub.folder().tls(),
                handlers);
        server.start();
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(TlsPin.clientContext(hub.folder().tls().pin()))
                .build();
        channel = Grpc.newChannelBuilder(
                        server.address(),
                        TlsPin.channelCredentials(hub.folder().tls().pin()))
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        server.stop();
        hub.close();
    }

    static Stream<Arguments> everyCallOfEveryPerson() {
        return Stream.of(ControlCall.values())
                .filter(call -> !call.open())
                .flatMap(call -> Stream.of("ml-engineer", "operator", "regulator", "data-officer")
                        .flatMap(role -> Stream.of("ortho-net", "knee-net")
                                .map(federation -> Arguments.of(call, role, federation))));
    }

    @ParameterizedTest
    @MethodSource("everyCallOfEveryPerson")
    void aCallIsForItsRolesInTheHubsOwnFederation(ControlCall call, String role, String federation) {
        // Given
        LOGIN.people.put("somebody", person(role, federation));
        boolean allowed = federation.equals("ortho-net")
                && switch (call) {
                    case START_RUN, STOP_RUN, LIST_RUNS, STREAM_LOGS -> role.equals("ml-engineer");
                    case REGISTER_NODE, UNREGISTER_NODE, LIST_NODES -> role.equals("operator");
                    case LIST_FEDERATIONS -> role.equals("ml-engineer") || role.equals("operator");
                    default -> throw new AssertionError(call);
                };

        // When: at the door, and at the handler whatever the door said
        Optional<ControlRefusal> atDoor =
                refusal(() -> handlers.admit(call, Optional.of("somebody"), Optional.empty()));
        Optional<ControlRefusal> inside = refusal(() -> call(call, person(role, federation)));

        // Then
        if (allowed) {
            assertThat(atDoor).isEmpty();
            assertThat(inside.map(ControlRefusal::number)).isNotEqualTo(Optional.of(9));
        } else {
            int number = federation.equals("ortho-net") ? 9 : 26;
            assertThat(List.of(atDoor, inside))
                    .allSatisfy(
                            one -> assertThat(one.map(ControlRefusal::number)).contains(number));
        }
    }

    @Test
    void aRunIsStartedShownFollowedAndStopped() {
        // Given
        ControlGrpc.ControlBlockingStub engineer = as("engineer");
        long node = as("operator").registerNode(nodeKey()).getNodeId();

        // When
        StartRunResponse started = engineer.startRun(fab("").setFederation(FEDERATION)
                .putAllOverrideConfig(config("fedavg", 2, 1, "weight:float32[10], bias:float64[]"))
                .build());
        long run = started.getRunId();
        Iterator<StreamLogsResponse> log =
                engineer.streamLogs(StreamLogsRequest.newBuilder().setRunId(run).build());
        StringBuilder lines = new StringBuilder(log.next().getLogOutput());
        while (!lines.toString().contains("waiting for flower-")) {
            lines.append(log.next().getLogOutput());
        }

        // Then: what it is not is said, who is awaited is named, and why
        assertThat(started.getNote())
                .contains("ServerApp is not executed")
                .contains("fedavg")
                .contains("ungoverned");
        assertThat(started.getFederation()).isEqualTo(FEDERATION);
        assertThat(lines.toString())
                .contains("ungoverned run started by ml-engineer")
                .contains("round 1: opened, 1 asked")
                .contains("(NOT_CONNECTED), never heard of yet");
        Run shown = shown(run);
        assertThat(shown.getStatus().getStatus()).isEqualTo("pending");
        assertThat(shown.getStatus().getDetails()).contains("round 1 waits for flower-");
        assertThat(shown.getFabId()).isEqualTo("lab/app1");
        assertThat(shown.getAccountName()).isEqualTo("ml-engineer");
        assertThat(shown.getPendingAt()).endsWith("+00:00");
        assertThat(engineer.listRuns(ListRunsRequest.getDefaultInstance()).getRunDictMap())
                .containsKey(run);

        // When
        assertThat(engineer.stopRun(StopRunRequest.newBuilder().setRunId(run).build())
                        .getSuccess())
                .isTrue();
        log.forEachRemaining(more -> lines.append(more.getLogOutput()));

        // Then: the stream has ended by itself, and a late reader gets all in one message
        assertThat(lines.toString()).contains("stopped by ml-engineer");
        assertThat(shown(run).getStatus().getSubStatus()).isEqualTo("stopped");
        assertThat(shown(run).getFinishedAt()).isNotEmpty();
        Iterator<StreamLogsResponse> late =
                engineer.streamLogs(StreamLogsRequest.newBuilder().setRunId(run).build());
        assertThat(late.next().getLogOutput())
                .contains("ungoverned run started by")
                .contains("stopped by ml-engineer");
        assertThat(late.hasNext()).isFalse();
        assertThat(number(() -> handlers.stopRun(
                        person("ml-engineer", "ortho-net"),
                        StopRunRequest.newBuilder().setRunId(run).build())))
                .isEqualTo(18);
        as("operator")
                .unregisterNode(
                        UnregisterNodeRequest.newBuilder().setNodeId(node).build());
    }

    @Test
    void aFollowerThatComesAgainIsToldOnlyWhatIsNew() {
        // Given: nobody can take part, so the run stalls
        ControlGrpc.ControlBlockingStub engineer = as("engineer");
        long run = engineer.startRun(fab("").putAllOverrideConfig(config("fedavg", 1, 5000, "bias:float32[2]"))
                        .build())
                .getRunId();
        Iterator<StreamLogsResponse> log =
                engineer.streamLogs(StreamLogsRequest.newBuilder().setRunId(run).build());
        StreamLogsResponse last = log.next();
        while (!last.getLogOutput().contains("stalled with")) {
            last = log.next();
        }
        assertThat(shown(run).getStatus().getDetails()).contains("waits for an engineer");
        engineer.stopRun(StopRunRequest.newBuilder().setRunId(run).build());

        // When
        Iterator<StreamLogsResponse> again = engineer.streamLogs(StreamLogsRequest.newBuilder()
                .setRunId(run)
                .setAfterTimestamp(last.getLatestTimestamp())
                .build());

        // Then
        assertThat(again.next().getLogOutput()).contains("stopped by").doesNotContain("stalled with");
    }

    @Test
    void unknownRunsAreAbsent() {
        Person engineer = person("ml-engineer", "ortho-net");
        assertThat(number(() -> handlers.stopRun(
                        engineer, StopRunRequest.newBuilder().setRunId(5).build())))
                .isEqualTo(16);
        assertThat(number(() -> handlers.listRuns(
                        engineer, ListRunsRequest.newBuilder().setRunId(5).build())))
                .isEqualTo(16);
        StatusRuntimeException absent = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> as("engineer")
                        .streamLogs(StreamLogsRequest.newBuilder().setRunId(5).build())
                        .hasNext());
        assertThat(absent.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "osteon-strategy | fedbest | osteon-strategy must be one of fedavg",
                "osteon-strategy | krum    | byzantine",
                "osteon-strategy-options | beta3=1 | beta3",
                "osteon-strategy-options | beta1 | osteon-strategy-options is not readable",
                "osteon-strategy | ''      | osteon-strategy is missing",
                "osteon-rounds   | 0       | osteon-rounds must be 1 to 10000",
                "osteon-rounds   | many    | osteon-rounds must be 1 to 10000",
                "osteon-nodes    | 10001   | osteon-nodes must be 1 to 10000",
                "osteon-arrays   | w       | osteon-arrays is not readable at \"w\"",
                "osteon-arrays   | w:float32[2], | osteon-arrays is not readable at",
                "osteon-arrays   | w:float16[2] | osteon-arrays: w: dtype",
                "osteon-arrays   | w:float32[a] | osteon-arrays is not readable",
                "osteon-arrays   | w:float32[2,] | the shape of w is not readable",
                "osteon-arrays   | w:float32[1],w:float32[1] | names w twice",
                "osteon-arrays   | w:float64[99999,99999] | more than 10000 arrays or 67108864 bytes",
                "lr              | 2       | lr reaches no node",
                "osteon-other    | 1       | osteon-other reaches no node",
                "osteon-a-very-long-key-that-nobody-should-have-to-read-in-full | 1 | osteon-a-very-long-key-that-nobody-shoul… reaches"
            })
    void aConfigurationThatWillNotDoIsRefusedByItsKey(String key, String value, String said) {
        Map<String, Scalar> config = config("fedavg", 1, 1, "w:float32[2]");
        config.put(key, text(value));
        ControlRefusal refusal = refusal(() -> handlers.startRun(
                        person("ml-engineer", "ortho-net"),
                        fab("").putAllOverrideConfig(config).build()))
                .orElseThrow();
        assertThat(refusal.number()).isEqualTo(15);
        assertThat(refusal.text()).contains(said);
    }

    @Test
    void anAppDeclaresItsOwnKeys() {
        // Given
        String declared =
                "osteon-strategy = \"fedavg\"\nosteon-rounds = 3 # rounds\nosteon-nodes = 4000\nosteon-arrays = 'w:float32[1]'";

        // When: the call's own count before the app's
        StartRunResponse started = as("engineer")
                .startRun(fab(declared)
                        .putOverrideConfig(
                                "osteon-rounds",
                                Scalar.newBuilder().setSint64(7).build())
                        .build());

        // Then
        assertThat(started.getNote()).contains("7 rounds over 4000 nodes").contains("it will stall");
        assertThat(refusal(() -> handlers.startRun(
                        person("ml-engineer", "ortho-net"),
                        fab("osteon-rounds = [1]").build())))
                .hasValueSatisfying(refused ->
                        assertThat(refused.text()).contains("osteon-rounds in its [tool.flwr.app.config] is neither"));
        assertThat(refusal(() -> handlers.startRun(person("ml-engineer", "ortho-net"), fab("").build())))
                .hasValueSatisfying(refused -> assertThat(refused.text())
                        .contains("osteon-strategy is missing")
                        .contains("does not execute an app's ServerApp"));
    }

    @Test
    void aBundleThatWillNotDoIsRefused() {
        Map<String, Scalar> config = config("fedavg", 1, 1, "w:float32[2]");
        byte[] good = zip("pyproject.toml", PYPROJECT.formatted(""));
        for (StartRunRequest.Builder wrong : List.of(
                bundle("no zip at all".getBytes(StandardCharsets.UTF_8)),
                bundle(zip("other.txt", "x")),
                bundle(zip("pyproject.toml", "[project]\nname = \"a\"")),
                bundle(zip("pyproject.toml", "#".repeat(300_000))),
                StartRunRequest.newBuilder()
                        .setFab(Fab.newBuilder().setHashStr("00").setContent(ByteString.copyFrom(good))))) {
            ControlRefusal refusal = refusal(() -> handlers.startRun(
                            person("ml-engineer", "ortho-net"),
                            wrong.putAllOverrideConfig(config).build()))
                    .orElseThrow();
            assertThat(refusal.text()).startsWith("APP_BUNDLE_MALFORMED");
        }
        assertThat(refusal(() -> handlers.startRun(
                        person("ml-engineer", "ortho-net"),
                        StartRunRequest.newBuilder().setAppSpec("@flwrlabs/app").build())))
                .isPresent();
        assertThat(number(() -> handlers.startRun(
                        person("ml-engineer", "ortho-net"),
                        fab("").setFederation("@none/default").build())))
                .isEqualTo(25);
    }

    @Test
    void aHubOfGovernedStudiesStartsNoRunAndTakesNoNode() {
        HubFolder open = hub.folder();
        ControlHandlers strict = handlers(
                new HubFolder(
                        open.folder(),
                        open.federation(),
                        open.address(),
                        open.console(),
                        open.fleetHttp(),
                        open.oidc(),
                        open.control(),
                        open.controlHttp(),
                        false,
                        open.selfRegistrationUntil(),
                        open.tls(),
                        open.hubKey(),
                        open.logKey(),
                        open.cosignerKey(),
                        open.root()),
                Optional.of(LOGIN));
        assertThat(refusal(() -> strict.startRun(
                        person("ml-engineer", "ortho-net"),
                        fab("").putAllOverrideConfig(config("fedavg", 1, 1, "w:float32[1]"))
                                .build())))
                .hasValueSatisfying(refused -> assertThat(refused.text()).startsWith("UNGOVERNED_NOT_ALLOWED"));
        assertThat(refusal(() -> strict.registerNode(person("operator", "ortho-net"), nodeKey())))
                .hasValueSatisfying(refused -> assertThat(refused.text()).startsWith("UNGOVERNED_NOT_ALLOWED"));
    }

    @Test
    void nodesAreRegisteredListedAndRevoked() {
        // Given
        Person operator = person("operator", "ortho-net");
        RegisterNodeRequest key = nodeKey();
        String site = "hospital-a";
        hub.site(site);

        // When
        long node = as("operator").registerNode(key).getNodeId();

        // Then
        assertThat(node(node).getStatus()).isEqualTo("registered");
        assertThat(node(node).getPublicKey()).isEqualTo(key.getPublicKey());
        assertThat(number(() -> handlers.registerNode(operator, key))).isEqualTo(23);
        assertThat(number(() -> handlers.registerNode(operator, RegisterNodeRequest.getDefaultInstance())))
                .isEqualTo(22);
        assertThat(number(() -> handlers.registerNode(operator, pem(SigningKey.ed25519()))))
                .isEqualTo(22);
        long governed = nodes().stream()
                .filter(one -> one.getOwnerName().equals(site))
                .findFirst()
                .orElseThrow()
                .getNodeId();
        assertThat(refusal(() -> handlers.unregisterNode(operator, unregister(governed))))
                .hasValueSatisfying(refused -> assertThat(refused.text()).contains("site with an agent"));

        // When
        as("operator").unregisterNode(unregister(node));

        // Then
        assertThat(node(node).getStatus()).isEqualTo("unregistered");
        assertThat(number(() -> handlers.unregisterNode(operator, unregister(node))))
                .isEqualTo(24);
        assertThat(number(() -> handlers.unregisterNode(operator, unregister(7))))
                .isEqualTo(24);
    }

    @Test
    void nobodyIsAnonymous() {
        for (ControlGrpc.ControlBlockingStub who : List.of(stub(new Metadata()), as("forged"))) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class, () -> who.listRuns(ListRunsRequest.getDefaultInstance()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
        ControlHandlers none = handlers(hub.folder(), Optional.empty());
        for (ControlCall call : ControlCall.values()) {
            if (!call.open()) {
                assertThat(number(() -> none.admit(call, Optional.of("engineer"), Optional.empty())))
                        .isEqualTo(19);
            }
        }
        assertThat(refusal(none::loginDetails))
                .hasValueSatisfying(refused -> assertThat(refused.text()).contains("no login service"));
    }

    @Test
    void anExpiredTokenIsRenewedWithTheRefreshTokenThatCameWithIt() {
        // Given
        Metadata headers = new Metadata();
        headers.put(ACCESS, "expired");
        headers.put(REFRESH, "refresh-1");
        AtomicReference<Metadata> head = new AtomicReference<>();
        Channel watched = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(headers),
                MetadataUtils.newCaptureMetadataInterceptor(head, new AtomicReference<>()));

        // When
        ControlGrpc.newBlockingStub(watched).listRuns(ListRunsRequest.getDefaultInstance());

        // Then
        assertThat(head.get().get(ACCESS)).isEqualTo("engineer");
        assertThat(head.get().get(REFRESH)).isEqualTo("refresh-2");
        assertThat(number(() -> handlers.admit(ControlCall.LIST_RUNS, Optional.of("expired"), Optional.of("over"))))
                .isEqualTo(36);
    }

    @Test
    void signingInIsTheLoginServicesOwnDeviceFlow() {
        ControlGrpc.ControlBlockingStub nobody = stub(new Metadata());
        var details = nobody.getLoginDetails(GetLoginDetailsRequest.getDefaultInstance());
        assertThat(details.getAuthnType()).isEqualTo("oidc");
        assertThat(details.getInterval()).isEqualTo(5);
        assertThat(nobody.getAuthTokens(device(details.getDeviceCode())).getAccessToken())
                .isEmpty();
        assertThat(nobody.getAuthTokens(device("done")).getRefreshToken()).isEqualTo("refresh-1");
        assertThat(number(() -> handlers.authTokens(device("unknown")))).isEqualTo(9001);
        assertThat(number(() -> handlers.authTokens(device("away")))).isEqualTo(9003);
    }

    @Test
    void aRefusalIsWrittenAsTheCommandsReleaseReadsIt() {
        // Given
        Metadata newer = headers("regulator");
        newer.put(VERSION, "1.36.0");
        Metadata older = headers("regulator");
        older.put(VERSION, "1.33.0");

        // When, Then
        assertThat(description(newer))
                .startsWith("{\"code\":9,\"public_message\":\"ListRuns needs the role ml-engineer");
        assertThat(description(older)).startsWith("ListRuns needs the role ml-engineer");
        assertThat(as("engineer")
                        .listFederations(ListFederationsRequest.getDefaultInstance())
                        .getFederations(0)
                        .getDescription())
                .isEmpty();
        Metadata described = headers("engineer");
        described.put(VERSION, "1.36.0");
        var federation = stub(described)
                .listFederations(ListFederationsRequest.getDefaultInstance())
                .getFederations(0);
        assertThat(federation.getName()).isEqualTo(FEDERATION);
        assertThat(federation.getDescription()).contains("ortho-net");
    }

    @Test
    void theSameCallsAreServedOverHttp() throws Exception {
        // When
        HttpResponse<byte[]> runs = post("list-runs", "engineer", new byte[0]);
        HttpResponse<byte[]> started = post(
                "start-run",
                "engineer",
                fab("").putAllOverrideConfig(config("fedavg", 1, 4000, "w:float32[1]"))
                        .build()
                        .toByteArray());

        // Then
        assertThat(runs.statusCode()).isEqualTo(200);
        assertThat(runs.headers().firstValue("content-type")).contains("application/protobuf");
        assertThat(ListRunsResponse.parseFrom(runs.body()).getNow()).endsWith("+00:00");
        long run = StartRunResponse.parseFrom(started.body()).getRunId();

        // When
        StopRunRequest stop = StopRunRequest.newBuilder().setRunId(run).build();
        assertThat(post("stop-run", "engineer", stop.toByteArray()).statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> log = post(
                "stream-logs",
                "engineer",
                StreamLogsRequest.newBuilder().setRunId(run).build().toByteArray());

        // Then: frames of a length and a message, all lines in the first
        assertThat(log.headers().firstValue("content-type")).contains("application/flower-protobuf-stream");
        DataInputStream frames = new DataInputStream(new ByteArrayInputStream(log.body()));
        byte[] first = frames.readNBytes(frames.readInt());
        assertThat(StreamLogsResponse.parseFrom(first).getLogOutput())
                .contains("run started by")
                .contains("stopped by");
        assertThat(frames.available()).isZero();
        assertThat(problem(post("stop-run", "engineer", stop.toByteArray()), 412))
                .contains("\"code\":18");
        assertThat(problem(post("list-runs", "operator", new byte[0]), 403)).contains("\"code\":9,");
        assertThat(problem(post("pull-artifacts", "engineer", new byte[0]), 501))
                .contains("\"code\":9004");
        assertThat(problem(post("stop-run", "engineer", "no message".getBytes(StandardCharsets.UTF_8)), 400))
                .contains("\"code\":1003");
        assertThat(post("refresh-auth-tokens", "expired", refresh("refresh-1")).statusCode())
                .isEqualTo(200);
        assertThat(post("get-login-details", "", new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void anExpiredTokenOverHttpIsAnsweredSoThatTheCommandRenewsIt() throws Exception {
        // A body as large as an app's is on its way when the answer comes.
        byte[] app = new byte[2_000_000];
        for (String token : List.of("expired", "")) {
            HttpResponse<byte[]> refused = post("start-run", token, app);
            assertThat(problem(refused, 401)).doesNotContain("code");
            assertThat(refused.headers().firstValue("www-authenticate")).contains("Bearer");
            assertThat(refused.headers().firstValue("cache-control")).contains("no-store");
        }
        assertThat(problem(post("refresh-auth-tokens", "expired", refresh("over")), 401))
                .contains("flwr login");
    }

    @Test
    void whatIsNoCallIsRefusedOverHttp() throws Exception {
        assertThat(send(request("/v1/control/list-runs", "engineer").GET()).statusCode())
                .isEqualTo(405);
        assertThat(send(request("/docs", "").GET()).statusCode()).isEqualTo(404);
        assertThat(send(request("/v1/control/list-runs", "engineer")
                                .setHeader("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(415);
        assertThat(post("list-runs", "engineer", new byte[100_000]).statusCode())
                .isEqualTo(413);
    }

    private static byte[] refresh(String token) {
        return RefreshAuthTokensRequest.newBuilder()
                .setRefreshToken(token)
                .build()
                .toByteArray();
    }

    private static String problem(HttpResponse<byte[]> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static HttpResponse<byte[]> post(String call, String token, byte[] body)
            throws IOException, InterruptedException {
        return send(request("/v1/control/" + call, token).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private static HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://" + server.httpAddress() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/protobuf");
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String description(Metadata headers) {
        return String.valueOf(catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> stub(headers).listRuns(ListRunsRequest.getDefaultInstance()))
                .getStatus()
                .getDescription());
    }

    private static void call(ControlCall call, Person person) {
        switch (call) {
            case START_RUN -> handlers.startRun(person, StartRunRequest.getDefaultInstance());
            case STOP_RUN -> handlers.stopRun(person, StopRunRequest.getDefaultInstance());
            case LIST_RUNS -> handlers.listRuns(person, ListRunsRequest.getDefaultInstance());
            case STREAM_LOGS ->
                handlers.streamLogs(person, StreamLogsRequest.getDefaultInstance(), new LogSink() {
                    @Override
                    public void lines(StreamLogsResponse lines) {}

                    @Override
                    public void end() {}

                    @Override
                    public boolean gone() {
                        return true;
                    }
                });
            case REGISTER_NODE -> handlers.registerNode(person, RegisterNodeRequest.getDefaultInstance());
            case UNREGISTER_NODE -> handlers.unregisterNode(person, UnregisterNodeRequest.getDefaultInstance());
            case LIST_NODES -> handlers.listNodes(person);
            case LIST_FEDERATIONS -> handlers.listFederations(person, true);
            default -> throw new AssertionError(call);
        }
    }

    private static ControlHandlers handlers(HubFolder folder, Optional<LoginService> login) {
        return new ControlHandlers(
                folder,
                hub.part(HubStore.class),
                hub.part(Sites.class),
                hub.part(Rounds.class),
                hub.part(RunView.class),
                hub.part(FleetHandlers.class),
                hub.part(Presence.class),
                () -> login,
                login.isPresent(),
                hub.part(ScheduledExecutorService.class),
                Clock.systemUTC());
    }

    private static Run shown(long run) {
        return as("engineer")
                .listRuns(ListRunsRequest.newBuilder().setRunId(run).build())
                .getRunDictOrThrow(run);
    }

    private static List<NodeInfo> nodes() {
        return as("operator").listNodes(ListNodesRequest.getDefaultInstance()).getNodesInfoList();
    }

    private static NodeInfo node(long id) {
        return nodes().stream().filter(one -> one.getNodeId() == id).findFirst().orElseThrow();
    }

    private static Optional<ControlRefusal> refusal(Runnable act) {
        try {
            act.run();
            return Optional.empty();
        } catch (ControlRefusal refusal) {
            return Optional.of(refusal);
        }
    }

    private static int number(Runnable act) {
        return refusal(act).orElseThrow().number();
    }

    private static Person person(String role, String federation) {
        return new Person(role, role, federation);
    }

    private static ControlGrpc.ControlBlockingStub as(String token) {
        return stub(headers(token));
    }

    private static Metadata headers(String token) {
        Metadata headers = new Metadata();
        headers.put(ACCESS, token);
        return headers;
    }

    private static ControlGrpc.ControlBlockingStub stub(Metadata headers) {
        return ControlGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static StartRunRequest.Builder fab(String config) {
        return bundle(zip("pyproject.toml", PYPROJECT.formatted(config)));
    }

    private static StartRunRequest.Builder bundle(byte[] zip) {
        return StartRunRequest.newBuilder()
                .setFab(Fab.newBuilder().setHashStr(Digest.of(zip).hex()).setContent(ByteString.copyFrom(zip)));
    }

    private static byte[] zip(String name, String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(text.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static Map<String, Scalar> config(String strategy, int rounds, int nodes, String arrays) {
        Map<String, Scalar> config = new HashMap<>();
        config.put("osteon-strategy", text(strategy));
        config.put("osteon-rounds", Scalar.newBuilder().setSint64(rounds).build());
        config.put("osteon-nodes", Scalar.newBuilder().setSint64(nodes).build());
        config.put("osteon-arrays", text(arrays));
        return config;
    }

    private static Scalar text(String text) {
        return Scalar.newBuilder().setString(text).build();
    }

    private static RegisterNodeRequest nodeKey() {
        return pem(SigningKey.ecdsaP384());
    }

    private static RegisterNodeRequest pem(SigningKey key) {
        return RegisterNodeRequest.newBuilder()
                .setPublicKey(ByteString.copyFromUtf8(key.publicKey().pem()))
                .build();
    }

    private static UnregisterNodeRequest unregister(long node) {
        return UnregisterNodeRequest.newBuilder().setNodeId(node).build();
    }

    private static GetAuthTokensRequest device(String code) {
        return GetAuthTokensRequest.newBuilder().setDeviceCode(code).build();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
