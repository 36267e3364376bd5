package org.osteon.site.hosted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.site.settings.HostedSettings;

/** An honest and a hostile app in the real sandbox, run by the real {@code flwr-clientapp}. */
class HostedAppsTest {
    private static final List<ArraySpec> ARRAYS = List.of(ArraySpec.shared("weight", "float32", 3));
    private static final String ROWS = "4711.25,2,3\n5,6,7\n8,9,10\n";
    private static final int SECONDS = 60;

    @TempDir
    private static Path work;

    private static Machine hosting;
    private static byte[] fab;
    private static Path data;
    private static Path site;
    private static HostedApps apps;
    private static ServerSocket outside;

    private long run;
    private Path draft;
    private String output;

    @BeforeAll
    static void openHosting() throws IOException, InterruptedException {
        hosting = Machine.find();
        fab = hosting.bundle("hosted-app", work);
        data = Files.createDirectory(work.resolve("data"));
        Files.writeString(data.resolve("rows.csv"), ROWS);
        site = Files.createDirectory(work.resolve("site"));
        Files.writeString(site.resolve("node.key"), "the site's key");
        outside = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        apps = HostedApps.open(hosting.settings(data, SECONDS), site, "127.0.0.1:" + outside.getLocalPort());
    }

    @AfterAll
    static void closeHosting() throws IOException {
        if (outside != null) {
            outside.close();
        }
        if (hosting != null) {
            hosting.close();
        }
    }

    @BeforeEach
    void newRun() throws IOException {
        run = Math.abs(new java.util.Random().nextLong());
        draft = Files.createTempFile(work, "draft", "");
        output = "";
    }

    @Test
    void anHonestAppIsAskedTwiceAndKeepsItsStateHere() {
        HostedReply first = ask(apps, "nothing");
        HostedReply second = ask(apps, "nothing");
        assertThat(first.metrics())
                .containsExactly(
                        Map.entry("num-examples", new Value.Signed(3)), Map.entry("launches", new Value.Signed(1)));
        assertThat(second.metrics()).containsEntry("launches", new Value.Signed(2));
        ByteBuffer weight = ByteBuffer.wrap(read(draft)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(weight.getFloat(4)).isEqualTo(1 - 0.01f * (float) ((2 + 6 + 9) / 3.0));
        assertThat(apps.release()).startsWith("1.2");
    }

    @Test
    void anEvaluationAnswersTheNumbersThatWereNamedAndNoArrays() {
        HostedReply reply = ask(apps, evaluation("nothing"), "evaluate");
        assertThat(reply.metrics()).containsOnlyKeys("num-examples", "eval_loss");
        assertThat(reply.metrics()).containsEntry("num-examples", new Value.Signed(3));
        assertThat(reply.metrics().get("eval_loss")).isInstanceOf(Value.Real.class);
        assertThat(reply.arrays().specs()).isEmpty();
        assertThat(read(draft)).isEmpty();
        assertThat(code(() -> ask(apps, evaluation("evaluate-arrays"), "evaluate")))
                .isEqualTo("HOSTED_REPLY_NOT_DECLARED");
    }

    /** The app as it is approved for evaluation with one number. */
    private static HostedApp evaluation(String way) {
        HostedApp app = app(way);
        return new HostedApp(
                app.fab(),
                app.fabId(),
                app.fabVersion(),
                app.runConfig(),
                Set.of("evaluate"),
                "",
                List.of(),
                "metrics",
                List.of("num-examples", "eval_loss"),
                true);
    }

    @Test
    void endsAndForgetsWhatAnAgentThatWasKilledLeft() throws IOException, InterruptedException {
        // Given
        HostedSettings settings = hosting.settings(data, SECONDS);
        Process left = new ProcessBuilder("sleep", "300").start();
        List<Path> groups = new ArrayList<>();
        for (Path parent : settings.cgroups()) {
            Path group = Files.createDirectory(parent.resolve(LaunchFolder.prefix(site) + "left"));
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(left.pid()));
            groups.add(group);
        }

        // When
        Limits.sweep(settings, LaunchFolder.prefix(site));

        // Then
        assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(groups).isNotEmpty().noneMatch(Files::exists);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dns", "tcp", "udp", "unix", "files", "processes", "disk-bomb"})
    void everyWayOutIsShutAndSeen(String way) throws IOException {
        HostedReply reply = ask(apps, way);
        assertThat(reply.metrics()).containsEntry("num-examples", new Value.Signed(3));
        assertThat(output).contains("TRIED " + way + " ").doesNotContain("GotOut");
        assertThat(data.resolve("rows.csv")).hasContent(ROWS);
        assertThat(nobodyCalled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "extra-array, HOSTED_REPLY_NOT_DECLARED",
        "extra-record, HOSTED_REPLY_NOT_DECLARED",
        "extra-metric, HOSTED_REPLY_NOT_DECLARED",
        "metric-list, HOSTED_REPLY_NOT_DECLARED",
        "config, HOSTED_REPLY_NOT_DECLARED",
        "wider-array, HOSTED_REPLY_NOT_DECLARED",
        "other-dtype, HOSTED_REPLY_NOT_DECLARED",
        "not-finite, HOSTED_REPLY_NOT_FINITE",
        "error-reason, HOSTED_APP_FAILED",
        "raise, HOSTED_APP_FAILED",
        "memory-bomb, HOSTED_APP_OUT_OF_MEMORY"
    })
    void aReplyWithMoreThanWasDeclaredDoesNotLeave(String way, String code) {
        assertThatThrownBy(() -> ask(apps, way))
                .isInstanceOfSatisfying(
                        HostedFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageNotContaining("4711");
        assertThat(read(draft)).as("nothing of a refused reply is kept").isEmpty();
    }

    @Test
    void aForkBombIsStoppedAtTheGroupsLimit() {
        // Flower's own threads may be refused, too, so that the app ends itself.
        assertThat(code(() -> ask(apps, "fork-bomb"))).isIn("", "HOSTED_APP_FAILED");
        assertThat(output)
                .containsPattern("TRIED fork-bomb after [0-9]{1,2} processes: BlockingIOError")
                .doesNotContain("GotOut");
    }

    @Test
    void whatAnAppPrintsStaysHereAndIsBounded() {
        ask(apps, "log");
        assertThat(output).contains("ROWS [[4711.25");
        ask(apps, "flood");
        assertThat(output.length()).isEqualTo(Sandbox.MOST_OUTPUT);
    }

    @Test
    void anAppThatDoesNotEndIsEndedWithItsChildren() throws IOException {
        ask(apps, "leave-behind");
        HostedApps hurried = HostedApps.open(hosting.settings(data, 8), site, "127.0.0.1:" + outside.getLocalPort());
        assertThat(code(() -> ask(hurried, "sleep"))).isEqualTo("HOSTED_APP_TOO_SLOW");
        for (Path group : hosting.settings(data, 1).cgroups()) {
            try (Stream<Path> left = Files.list(group)) {
                assertThat(left.filter(Files::isDirectory))
                        .as("every launch's group is gone")
                        .isEmpty();
            }
        }
    }

    @Test
    void anotherBundleAndAnotherMessageAreNotTaken() {
        HostedApp app = app("nothing");
        OutgoingMessage message = message("query");
        Path objects = objects(message);
        assertThat(code(() ->
                        apps.run(app, new byte[] {1}, message.message(), message.tree(), objects, Map.of(), draft)))
                .isEqualTo("HOSTED_APP_UNKNOWN");
        assertThat(code(() -> apps.run(app, fab, message.message(), message.tree(), objects, Map.of(), draft)))
                .isEqualTo("HOSTED_MESSAGE_NOT_APPROVED");
    }

    @Test
    void anEnvironmentUnderALinkIsHosted() throws IOException {
        Path link = Files.createSymbolicLink(work.resolve("current"), hosting.flower());
        HostedApps linked = HostedApps.open(
                hosting.settings(data, SECONDS).withFlower(link), site, "127.0.0.1:" + outside.getLocalPort());
        assertThat(ask(linked, "nothing").metrics()).containsEntry("num-examples", new Value.Signed(3));
    }

    @Test
    void anAppThatFlowerNeverFetchedIsSaidSo() throws IOException, InterruptedException {
        Path other = hosting.environment(work.resolve("broken"), "1.29.0");
        HostedApps broken = HostedApps.open(
                hosting.settings(data, SECONDS).withFlower(other), site, "127.0.0.1:" + outside.getLocalPort());
        assertThat(code(() -> ask(broken, "nothing"))).isEqualTo("HOSTED_APP_NOT_STARTED");
        assertThat(read(draft)).isEmpty();
    }

    @Test
    void nothingIsHostedWhereTheSiteOrNoLimitIsSeen() throws IOException {
        String hub = "127.0.0.1:" + outside.getLocalPort();
        assertThat(code(() -> HostedApps.open(hosting.settings(work, SECONDS), site, hub)))
                .isEqualTo("HOSTING_NOT_ISOLATED");
        var limited = hosting.settings(data, SECONDS);
        var unlimited = new org.osteon.site.settings.HostedSettings(
                limited.flower(), data, limited.user(), List.of(), 512, 64, 1, SECONDS, Map.of());
        assertThat(code(() -> HostedApps.open(unlimited, site, hub))).isEqualTo("HOSTING_WITHOUT_LIMITS");
    }

    private HostedReply ask(HostedApps hosted, String way) {
        return ask(hosted, app(way), "train");
    }

    private HostedReply ask(HostedApps hosted, HostedApp app, String type) {
        OutgoingMessage message = message(type);
        Path objects = objects(message);
        try {
            return hosted.run(app, fab, message.message(), message.tree(), objects, Map.of(), draft);
        } finally {
            output = new String(read(site.resolve("hosted/output").resolve(message.id())), StandardCharsets.UTF_8);
        }
    }

    private static HostedApp app(String way) {
        Map<String, Object> target = Map.of(
                "tcp", List.of(List.of("127.0.0.1", outside.getLocalPort()), List.of("::1", outside.getLocalPort())),
                "udp", List.of(List.of("127.0.0.1", 9), List.of("127.0.0.1", outside.getLocalPort())),
                "abstract", "osteon-nobody",
                "sockets", List.of("/run/dbus/system_bus_socket", "/var/run/docker.sock"),
                "secrets",
                        List.of(
                                site.resolve("node.key").toString(),
                                data.resolve("rows.csv").toString()),
                "written",
                        List.of(
                                site.resolve("out.csv").toString(),
                                work.resolve("out.csv").toString()),
                "processes", List.of(ProcessHandle.current().pid()),
                "marker", "surefire",
                "memoryMiB", 512);
        return new HostedApp(
                Digest.of(fab),
                "osteon/hosted",
                "1.0.0",
                Map.of(
                        "try", new Value.Text(way),
                        "target", new Value.Text(new String(CanonicalJson.write(target), StandardCharsets.UTF_8))),
                Set.of("train"),
                "arrays",
                ARRAYS,
                "metrics",
                List.of("num-examples", "launches"));
    }

    private OutgoingMessage message(String type) {
        Path base = draft.resolveSibling(draft.getFileName() + ".base");
        try {
            Files.write(
                    base,
                    ByteBuffer.allocate(12)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putFloat(1)
                            .putFloat(1)
                            .putFloat(1)
                            .array());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        double now = Instant.now().toEpochMilli() / 1e3;
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(ARRAYS, base))
                .config("config", "server-round", 1)
                .build(Metadata.newBuilder()
                        .setRunId(run)
                        .setSrcNodeId(MessageRules.HUB_NODE)
                        .setDstNodeId(77)
                        .setTtl(MessageRules.DEFAULT_TTL)
                        .setCreatedAt(now)
                        .setMessageType(type)
                        .build());
    }

    private static Path objects(OutgoingMessage message) {
        try {
            Path folder = Files.createTempDirectory(work, "objects");
            for (String id : message.ids()) {
                FlowerObject object = message.object(id);
                Files.write(folder.resolve(id), object.encoded());
            }
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean nobodyCalled() throws IOException {
        outside.setSoTimeout(20);
        try {
            outside.accept().close();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    private static String code(ThrowingCallable call) {
        try {
            call.call();
            return "";
        } catch (HostedFailure e) {
            return e.code();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
