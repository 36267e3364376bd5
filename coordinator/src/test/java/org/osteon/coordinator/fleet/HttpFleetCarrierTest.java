package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.HttpNode.Answer;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.sign.SigningKey;

/** A hub's HTTP port, asked byte by byte as Flower's SuperNodes do and as nobody should. */
class HttpFleetCarrierTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final HttpLimits PATIENT = new HttpLimits(LONG, LONG, LONG, LONG, LONG, 1_000);

    @TempDir
    static Path folder;

    private static RunningHub hub;
    private static FleetHandlers fleet;
    private static SigningKey key;
    private static SiteRecord site;

    private final List<HttpFleetCarrier> carriers = new ArrayList<>();
    private final BodyPlaces places = new BodyPlaces(1);

    @BeforeAll
    static void aHubWithANode() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        fleet = hub.part(FleetHandlers.class);
        key = SigningKey.ecdsaP384();
        site = registered(key);
    }

    @AfterAll
    static void stopHub() {
        hub.close();
    }

    @AfterEach
    void stop() {
        carriers.forEach(HttpFleetCarrier::stop);
    }

    private static SiteRecord registered(SigningKey node) {
        return hub.part(Sites.class).registerFlowerNode(node.publicKey(), "operator");
    }

    private HttpFleetCarrier carrier(HttpLimits limits) throws IOException {
        HttpFleetCarrier carrier = new HttpFleetCarrier(
                fleet,
                new NodeGate(hub.part(Sites.class), hub.part(UsedTimes.class), Clock.systemUTC(), NodeGate.Window.SHUT),
                places,
                hub.folder().tls(),
                "127.0.0.1:0",
                limits,
                Clock.systemUTC());
        carrier.start();
        carriers.add(carrier);
        return carrier;
    }

    private HttpNode connect(HttpLimits limits) throws IOException {
        return new HttpNode(hub.folder().tls(), carrier(limits).address(), "http/1.1");
    }

    private static HttpNode connect() throws IOException {
        return new HttpNode(hub.folder().tls(), hub.fleetHttp(), "http/1.1");
    }

    private static Node node(SiteRecord record) {
        return Node.newBuilder()
                .setNodeId(Long.parseUnsignedLong(record.nodeId()))
                .build();
    }

    private static byte[] heartbeat() {
        return SendNodeHeartbeatRequest.newBuilder()
                .setNode(node(site))
                .setHeartbeatInterval(30)
                .build()
                .toByteArray();
    }

    private static byte[] poll(SiteRecord record) {
        return PullMessagesRequest.newBuilder().setNode(node(record)).build().toByteArray();
    }

    private static byte[] object(int bytes) {
        return PushObjectRequest.newBuilder()
                .setNode(node(site))
                .setObjectId("0".repeat(64))
                .setObjectContent(ByteString.copyFrom(new byte[bytes]))
                .build()
                .toByteArray();
    }

    /** A reply to nothing, which the handler refuses. */
    private static byte[] reply(int bytes) {
        return PushMessagesRequest.newBuilder()
                .setNode(node(site))
                .addAllClientappRuntimeList(Collections.nCopies(bytes / Double.BYTES, 0.0))
                .build()
                .toByteArray();
    }

    private static OutgoingMessage message(SiteRecord to, int number) {
        return new OutgoingMessage.Builder()
                .config("config", "server-round", number)
                .build(Metadata.newBuilder()
                        .setRunId(7)
                        .setSrcNodeId(1)
                        .setDstNodeId(Long.parseUnsignedLong(to.nodeId()))
                        .setMessageType("train")
                        .setTtl(600)
                        .setCreatedAt(Instant.now().getEpochSecond())
                        .build());
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    @Test
    void answersCallAfterCallOverOneConnection() throws Exception {
        try (HttpNode node = connect()) {
            // When
            Answer activated = node.call(
                    key,
                    "ActivateNode",
                    ActivateNodeRequest.newBuilder()
                            .setPublicKey(
                                    ByteString.copyFromUtf8(key.publicKey().pem()))
                            .setHeartbeatInterval(30)
                            .build()
                            .toByteArray());
            Answer beat = node.call(key, "SendNodeHeartbeat", heartbeat());
            Answer left = node.call(
                    key,
                    "DeactivateNode",
                    DeactivateNodeRequest.newBuilder()
                            .setNodeId(node(site).getNodeId())
                            .build()
                            .toByteArray());

            // Then
            assertThat(activated.status()).isEqualTo(200);
            assertThat(activated.headers()).containsEntry("content-type", FleetHttp.MEDIA_TYPE);
            assertThat(ActivateNodeResponse.parseFrom(activated.body()).getNodeId())
                    .isEqualTo(node(site).getNodeId());
            assertThat(SendNodeHeartbeatResponse.parseFrom(beat.body()).getSuccess())
                    .isTrue();
            assertThat(left.status()).isEqualTo(200);
            assertThat(left.headers()).containsEntry("content-length", "0");
        }
    }

    @Test
    void takesAChunkAndRequestsThatComeTogether() throws Exception {
        try (HttpNode node = connect()) {
            // When: the second call is sent before the first is answered
            node.ask(key, "PushObject", object(5 * 1024 * 1024));
            node.ask(key, "SendNodeHeartbeat", heartbeat());

            // Then: nothing waits for that object, and both are answered in order
            Answer pushed = node.answer();
            assertThat(pushed.status()).isEqualTo(200);
            assertThat(PushObjectResponse.parseFrom(pushed.body()).getStored()).isFalse();
            assertThat(SendNodeHeartbeatResponse.parseFrom(node.answer().body()).getSuccess())
                    .isTrue();
        }
    }

    @Test
    void saysThatItIsThere() throws Exception {
        try (HttpNode node = connect()) {
            node.head("GET " + FleetHttp.HEALTH + " HTTP/1.1", Map.of("Host", "127.0.0.1"));
            assertThat(node.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void bindsBodyAndNodeToTheKeyOfTheHeaders() throws Exception {
        // Given
        SigningKey other = SigningKey.ecdsaP384();
        SiteRecord victim = registered(other);
        ByteString pem = ByteString.copyFromUtf8(other.publicKey().pem());
        Map<String, Message> calls = Map.of(
                "RegisterNode",
                        RegisterNodeFleetRequest.newBuilder().setPublicKey(pem).build(),
                "ActivateNode",
                        ActivateNodeRequest.newBuilder().setPublicKey(pem).build(),
                "PullMessages",
                        PullMessagesRequest.newBuilder().setNode(node(victim)).build());

        for (Map.Entry<String, Message> call : calls.entrySet()) {
            try (HttpNode node = connect()) {
                // When
                Answer answer = node.call(key, call.getKey(), call.getValue().toByteArray());

                // Then
                assertThat(answer.status()).as(call.getKey()).isEqualTo(401);
                assertThat(answer.reason()).endsWith("NOT_ITS_OWN");
            }
        }
    }

    @Test
    void sendsAwayWhoIsNotKnownBeforeTheBodyIsRead() throws Exception {
        try (HttpNode node = connect()) {
            // When: no byte of the body is sent
            node.head(
                    "POST " + FleetHttp.path("PushObject") + " HTTP/1.1",
                    HttpNode.headers(SigningKey.ecdsaP384(), 5_000_000));

            // Then
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.reason()).isEqualTo("NODE_UNKNOWN");
            assertThat(answer.headers()).containsEntry("connection", "close");
        }
    }

    @ParameterizedTest
    @CsvSource({"flwr-public-key", "flwr-timestamp", "flwr-signature"})
    void sendsAwayWhoLeavesOutAHeader(String name) throws Exception {
        try (HttpNode node = connect()) {
            Map<String, String> headers = HttpNode.headers(key, 0);
            headers.remove(name);
            node.head("POST " + FleetHttp.path("PullMessages") + " HTTP/1.1", headers);
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.reason()).isEqualTo("NODE_HEADERS_MISSING");
        }
    }

    @Test
    void sendsAwayWhoSignsWithAnotherKey() throws Exception {
        try (HttpNode node = connect()) {
            NodeSignature forged = NodeSignature.make(SigningKey.ecdsaP384(), Instant.now());
            node.head(
                    "POST " + FleetHttp.path("PullMessages") + " HTTP/1.1",
                    HttpNode.headers(
                            new NodeSignature(key.publicKey().pem(), forged.timestamp(), forged.signature()), 0));
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.reason()).isEqualTo("NODE_SIGNATURE_INVALID");
        }
    }

    @ParameterizedTest
    @CsvSource({"-306", "6", "-86400"})
    void asksANodeWithAWrongClockToTryAgain(long seconds) throws Exception {
        try (HttpNode node = connect()) {
            NodeSignature late = NodeSignature.make(key, Instant.now().plusSeconds(seconds));
            node.head(
                    "POST " + FleetHttp.path("SendNodeHeartbeat") + " HTTP/1.1",
                    HttpNode.headers(late, heartbeat().length));
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.reason()).isEqualTo("NODE_TIMESTAMP_OUTSIDE_WINDOW");
            assertThat(CanonicalJson.readTree(answer.body()).path("code").isInt())
                    .isTrue();
        }
    }

    @Test
    void takesASignatureOnceWhateverCarrierItComesBy() throws Exception {
        // Given
        NodeSignature signature = NodeSignature.make(key, Instant.now());
        NodeGate gate =
                new NodeGate(hub.part(Sites.class), hub.part(UsedTimes.class), Clock.systemUTC(), NodeGate.Window.SHUT);
        assertThat(gate.admit(signature, "PullMessages")).isInstanceOf(Outcome.Done.class);

        // When
        try (HttpNode node = connect()) {
            node.head("POST " + FleetHttp.path("SendNodeHeartbeat") + " HTTP/1.1", HttpNode.headers(signature, 0));

            // Then
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.reason()).isEqualTo("NODE_TIMESTAMP_USED");
        }
    }

    @Test
    void tellsANodeThatARunIsNotForIt() throws Exception {
        try (HttpNode node = connect()) {
            Answer answer = node.call(
                    key,
                    "GetRun",
                    GetRunRequest.newBuilder()
                            .setNode(node(site))
                            .setRunId(99)
                            .build()
                            .toByteArray());
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.headers()).containsEntry("content-type", "application/json");
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            "{\"code\":2007,\"detail\":\"This is not for this node now.\",\"extra\":\"RUN_NOT_RUNNING\"}");
            // The connection lives on
            assertThat(node.call(key, "SendNodeHeartbeat", heartbeat()).status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/fleet/pull-messages, Content-Type, application/json, 415, CONTENT_TYPE",
        "POST, /v1/fleet/pull-messages, Content-Encoding, gzip, 415, CONTENT_TYPE",
        "POST, /v1/fleet/pull-messages, Content-Length, 65537, 413, BODY_TOO_LARGE",
        "POST, /v1/fleet/push-object, Content-Length, 8388609, 413, BODY_TOO_LARGE",
        "POST, /v1/fleet/push-object, Content-Length, 99999999999999999999, 400, HTTP_MALFORMED",
        "POST, /v1/fleet/push-object, Content-Length, -1, 400, HTTP_MALFORMED",
        "POST, /v1/fleet/push-object, Transfer-Encoding, chunked, 400, HTTP_MALFORMED",
        "GET, /v1/fleet/pull-messages, Accept, text/html, 405, POST_ONLY",
        "POST, /v1/fleet/no-such-call, Accept, text/html, 404, NO_SUCH_CALL",
        "POST, /v1/fleet/pull-messages?x=1, Accept, text/html, 404, NO_SUCH_CALL",
    })
    void refusesWhatNoNodeSends(String method, String path, String name, String value, int status, String reason)
            throws Exception {
        try (HttpNode node = connect()) {
            // When
            Map<String, String> headers = HttpNode.headers(key, 0);
            headers.keySet().removeIf(name::equalsIgnoreCase);
            headers.put(name, value);
            node.head(method + " " + path + " HTTP/1.1", headers);

            // Then
            Answer answer = node.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.reason()).isEqualTo(reason);
            assertThat(CanonicalJson.readTree(answer.body()).path("code").isInt())
                    .isTrue();
        }
    }

    @Test
    void refusesAnUnreadableBodyAndGoesOn() throws Exception {
        try (HttpNode node = connect()) {
            Answer answer = node.call(key, "PullMessages", new byte[] {(byte) 0xff, 1, 2});
            assertThat(answer.status()).isEqualTo(400);
            assertThat(CanonicalJson.readTree(answer.body()).path("code").asInt())
                    .isEqualTo(1003);
            assertThat(node.call(key, "SendNodeHeartbeat", heartbeat()).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void refusesHeadersThatDoNotEnd() throws Exception {
        try (HttpNode node = connect()) {
            Map<String, String> headers = HttpNode.headers(key, 0);
            headers.put("X-Long", "x".repeat(9_000));
            node.head("POST " + FleetHttp.path("PullMessages") + " HTTP/1.1", headers);
            assertThat(node.answer().status()).isEqualTo(431);
        }
        try (HttpNode node = connect()) {
            node.head("POST /" + "x".repeat(2_000) + " HTTP/1.1", Map.of());
            assertThat(node.answer().status()).isEqualTo(431);
        }
        try (HttpNode node = connect()) {
            node.head("not HTTP at all", Map.of());
            assertThat(node.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void endsAConnectionThatSaysNothing() throws Exception {
        try (HttpNode node = connect(new HttpLimits(LONG, SHORT, LONG, LONG, LONG, 10))) {
            node.send("POST /v1/fleet/pull-mess".getBytes(StandardCharsets.US_ASCII));
            assertThat(node.ended()).isTrue();
        }
    }

    @Test
    void givesUpASlowBodyAndItsPlace() throws Exception {
        byte[] body = reply(100_000);
        HttpFleetCarrier carrier = carrier(new HttpLimits(LONG, LONG, SHORT, LONG, LONG, 10));
        try (HttpNode slow = new HttpNode(hub.folder().tls(), carrier.address());
                HttpNode next = new HttpNode(hub.folder().tls(), carrier.address())) {
            // Given: one body that stops half way has the only place
            slow.head("POST " + FleetHttp.path("PushMessages") + " HTTP/1.1", HttpNode.headers(key, body.length));
            slow.send(new byte[] {body[0]});

            // When
            Answer late = slow.answer();

            // Then
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.reason()).isEqualTo("BODY_TOO_SLOW");
            assertThat(next.call(key, "PushMessages", body).status()).isEqualTo(403);
        }
    }

    @Test
    void letsLargeBodiesWaitForAPlaceAndSmallOnesPass() throws Exception {
        // Given: the only place is taken
        HttpFleetCarrier carrier = carrier(PATIENT);
        assertThat(places.enter("other", () -> {})).isTrue();
        try (HttpNode large = new HttpNode(hub.folder().tls(), carrier.address());
                HttpNode small = new HttpNode(hub.folder().tls(), carrier.address())) {
            large.ask(key, "PushMessages", reply(100_000));
            assertThat(small.call(key, "PushMessages", reply(100)).status()).isEqualTo(403);

            // When
            places.leave("other");

            // Then
            assertThat(large.answer().status()).isEqualTo(403);
        }
        until(() -> places.enter("other", () -> {}));
    }

    @Test
    void takesObjectsWithoutAPlace() throws Exception {
        HttpFleetCarrier carrier = carrier(PATIENT);
        assertThat(places.enter("other", () -> {})).isTrue();
        try (HttpNode node = new HttpNode(hub.folder().tls(), carrier.address())) {
            assertThat(node.call(key, "PushObject", object(5 * 1024 * 1024)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void leavesNothingOfAnObjectThatDidNotComeWhole() throws Exception {
        byte[] body = object(200_000);
        HttpFleetCarrier carrier = carrier(PATIENT);
        try (HttpNode node = new HttpNode(hub.folder().tls(), carrier.address())) {
            // Given
            node.head("POST " + FleetHttp.path("PushObject") + " HTTP/1.1", HttpNode.headers(key, body.length));
            node.send(Arrays.copyOf(body, 150_000));
            until(() -> arriving() == 1);
        }
        until(() -> arriving() == 0);
    }

    @Test
    void refusesAnObjectAsSoonAsItsBytesAreNone() throws Exception {
        byte[] body = new byte[200_000];
        Arrays.fill(body, (byte) 0xFF);
        try (HttpNode node = connect()) {
            node.head("POST " + FleetHttp.path("PushObject") + " HTTP/1.1", HttpNode.headers(key, body.length));
            node.send(Arrays.copyOf(body, 100_000));
            assertThat(node.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void sendsAnObjectOfManyPieces() throws Exception {
        // Given
        byte[] values = new byte[800_000];
        new Random(1).nextBytes(values);
        Path file = Files.write(folder.resolve("values"), values);
        OutgoingMessage message = new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(List.of(ArraySpec.shared("w", "float32", 200_000)), file))
                .build(Metadata.newBuilder().setRunId(7).build());
        fleet.send(site.nodeId(), message);
        try (HttpNode node = connect()) {
            for (String id : message.ids()) {
                // When
                Answer answer = node.call(
                        key,
                        "PullObject",
                        PullObjectRequest.newBuilder()
                                .setNode(node(site))
                                .setObjectId(id)
                                .build()
                                .toByteArray());

                // Then
                assertThat(answer.status()).isEqualTo(200);
                PullObjectResponse object = PullObjectResponse.parseFrom(answer.body());
                assertThat(object.getObjectFound() && object.getObjectAvailable())
                        .isTrue();
                assertThat(Digest.of(object.getObjectContent().toByteArray()).hex())
                        .isEqualTo(id);
            }
            // When: the file is shorter than it was
            Files.write(file, new byte[10]);
            Answer damaged = node.call(
                    key,
                    "PullObject",
                    PullObjectRequest.newBuilder()
                            .setNode(node(site))
                            .setObjectId(message.ids().get(0))
                            .build()
                            .toByteArray());
            assertThat(damaged.status()).isEqualTo(503);
            assertThat(damaged.reason()).isEqualTo("TRY_AGAIN");
        } finally {
            fleet.withdraw(site.nodeId(), message.id());
        }
    }

    private static long arriving() {
        try (Stream<Path> files =
                Files.list(hub.folder().folder().resolve("spool").resolve("arriving"))) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void asksALargeBodyToTryAgainWhenNoPlaceGetsFree() throws Exception {
        HttpFleetCarrier carrier = carrier(new HttpLimits(LONG, LONG, LONG, SHORT, LONG, 10));
        assertThat(places.enter("other", () -> {})).isTrue();
        try (HttpNode large = new HttpNode(hub.folder().tls(), carrier.address())) {
            large.head("POST " + FleetHttp.path("PushMessages") + " HTTP/1.1", HttpNode.headers(key, 100_000));
            Answer answer = large.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.reason()).isEqualTo("HUB_BUSY");
        }
    }

    @Test
    void givesBackThePlaceOfACallerWhoIsGone() throws Exception {
        HttpFleetCarrier carrier = carrier(PATIENT);
        try (HttpNode node = new HttpNode(hub.folder().tls(), carrier.address())) {
            node.head("POST " + FleetHttp.path("PushMessages") + " HTTP/1.1", HttpNode.headers(key, 100_000));
            node.send(new byte[10]);
            until(() -> !aPlaceIsFree());
        }
        until(this::aPlaceIsFree);
    }

    /** Takes the only place when it is free. */
    private boolean aPlaceIsFree() {
        Runnable nothing = () -> {};
        if (places.enter("other", nothing)) {
            places.leave("other");
            return true;
        }
        places.forget(nothing);
        return false;
    }

    @Test
    void holdsPollsOfManyNodesWithAFewThreads() throws Exception {
        // Given
        int many = 200;
        HttpFleetCarrier carrier = carrier(PATIENT);
        List<SiteRecord> records = new ArrayList<>();
        List<HttpNode> nodes = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            SigningKey own = SigningKey.ecdsaP384();
            SiteRecord record = registered(own);
            HttpNode node = new HttpNode(hub.folder().tls(), carrier.address());
            node.ask(own, "PullMessages", poll(record));
            records.add(record);
            nodes.add(node);
        }

        // When
        until(() -> records.stream().allMatch(record -> fleet.lastContact(record.nodeId()) > 0));
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fleet-http-"))
                .count();
        int last = many - 1;
        fleet.send(records.get(last).nodeId(), message(records.get(last), 1));
        Answer told = nodes.get(last).answer();
        fleet.endPolls();

        // Then: this carrier's and the hub's own, two loops and eight workers at most each
        assertThat(threads).isLessThanOrEqualTo(20);
        assertThat(PullMessagesResponse.parseFrom(told.body()).getMessagesListCount())
                .isEqualTo(1);
        for (HttpNode node : nodes.subList(0, last)) {
            Answer empty = node.answer();
            assertThat(empty.status()).isEqualTo(200);
            assertThat(empty.body()).isEmpty();
            node.close();
        }
        nodes.get(last).close();
    }

    @Test
    void keepsAMessageForANodeWhosePollIsGone() throws Exception {
        // Given: a poll whose connection ends while it is held
        SigningKey own = SigningKey.ecdsaP384();
        SiteRecord record = registered(own);
        HttpFleetCarrier carrier = carrier(PATIENT);
        OutgoingMessage message = message(record, 1);
        try (HttpNode node = new HttpNode(hub.folder().tls(), carrier.address())) {
            node.ask(own, "PullMessages", poll(record));
            until(() -> fleet.lastContact(record.nodeId()) > 0);
        }
        until(() -> carrier.connections() == 0);

        // When
        fleet.send(record.nodeId(), message);

        // Then
        try (HttpNode again = new HttpNode(hub.folder().tls(), carrier.address())) {
            Answer answer = again.call(own, "PullMessages", poll(record));
            assertThat(PullMessagesResponse.parseFrom(answer.body())
                            .getMessagesList(0)
                            .getMetadata()
                            .getMessageId())
                    .isEqualTo(message.id());
        }
    }

    @Test
    void turnsAwayWhoSpeaksHttp2WhateverWasAgreedInTheHandshake() throws Exception {
        for (String[] offered : new String[][] {{"h2"}, {"h2", "http/1.1"}, {}}) {
            try (HttpNode node = new HttpNode(hub.folder().tls(), hub.fleetHttp(), offered)) {
                assertThat(node.protocol()).isEqualTo(offered.length == 0 ? "" : offered[offered.length - 1]);
                node.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(node.ended()).isTrue();
            }
        }
    }

    @Test
    void takesNoMoreConnectionsThanItsLimit() throws Exception {
        HttpFleetCarrier carrier = carrier(new HttpLimits(LONG, LONG, LONG, LONG, LONG, 1));
        try (HttpNode first = new HttpNode(hub.folder().tls(), carrier.address())) {
            assertThatThrownBy(() -> new HttpNode(hub.folder().tls(), carrier.address()))
                    .isInstanceOf(IOException.class);
            assertThat(first.call(key, "SendNodeHeartbeat", heartbeat()).status())
                    .isEqualTo(200);
        }
    }
}
