package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.site.settings.FleetCarrier;

class HttpFleetCallsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final SigningKey KEY = SigningKey.ecdsaP384();

    private final AtomicBoolean stopped = new AtomicBoolean();
    private LoopbackServer server;
    private HttpFleetCalls calls;

    @BeforeEach
    void begin(@TempDir Path folder) throws Exception {
        server = new LoopbackServer(folder, "");
        calls = calls(server.pin());
    }

    @AfterEach
    void end() throws Exception {
        calls.close();
        server.close();
    }

    @Test
    void sendsWhatFlowersOwnAgentSends() throws Exception {
        // Given
        Path golden = SharedData.find("flower-golden/1.42.0/fleet-agent.jsonl");
        JsonNode heartbeat = Files.readAllLines(golden).stream()
                .map(HttpFleetCallsTest::json)
                .filter(call -> call.path("method").asText().endsWith("/SendNodeHeartbeat"))
                .findFirst()
                .orElseThrow();
        byte[] body = HexFormat.of().parseHex(heartbeat.path("request_hex").asText());
        server.answer = request -> LoopbackServer.ok(
                HexFormat.of().parseHex(heartbeat.path("response_hex").asText()));

        // When
        boolean success = calls.call(
                        FleetGrpc.getSendNodeHeartbeatMethod(), SendNodeHeartbeatRequest.parseFrom(body), LIMIT)
                .getSuccess();

        // Then
        assertThat(success).isTrue();
        LoopbackServer.Request sent = server.requests.take();
        assertThat(sent.line()).isEqualTo(heartbeat.path("http").asText() + " HTTP/1.1");
        assertThat(sent.body()).isEqualTo(body);
        Set<String> theirs = new TreeSet<>();
        heartbeat
                .path("metadata")
                .forEach(header -> theirs.add(header.path(0).asText().toLowerCase(java.util.Locale.ROOT)));
        theirs.remove("accept-encoding");
        assertThat(sent.headers().keySet()).containsAll(theirs);
        assertThat(sent.headers())
                .containsEntry("content-type", "application/protobuf")
                .containsEntry("accept", "application/protobuf")
                .doesNotContainKeys("upgrade", "transfer-encoding", "expect", "accept-encoding");
    }

    @Test
    void signsEachCallAnewWithStrictBase64() throws Exception {
        // When
        calls.call(FleetGrpc.getPullMessagesMethod(), pull(), LIMIT);
        calls.call(FleetGrpc.getPullMessagesMethod(), PullMessagesRequest.getDefaultInstance(), LIMIT);

        // Then
        NodeSignature first = signature(server.requests.take());
        LoopbackServer.Request empty = server.requests.take();
        NodeSignature second = signature(empty);
        assertThat(first.holds(KEY.publicKey())).isTrue();
        assertThat(second.holds(KEY.publicKey())).isTrue();
        assertThat(second.time()).isAfter(first.time());
        assertThat(empty.headers()).containsEntry("content-length", "0");
        assertThat(empty.number()).as("the connection is kept").isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "503 Service Unavailable, UNAVAILABLE",
        "502 Bad Gateway, UNAVAILABLE",
        "504 Gateway Timeout, UNAVAILABLE",
        "403 Forbidden, PERMISSION_DENIED",
        "401 Unauthorized, UNAUTHENTICATED",
        "412 Precondition Failed, FAILED_PRECONDITION",
        "404 Not Found, UNIMPLEMENTED",
        "400 Bad Request, UNKNOWN",
        "500 Internal Server Error, UNKNOWN",
        "302 Found, UNKNOWN"
    })
    void failsAsGrpcWould(String status, Status.Code code) {
        // Given
        server.answer = request -> LoopbackServer.says(
                status,
                "application/json\r\nlocation: https://" + server.address() + "/elsewhere",
                "{\"code\": 2004, \"detail\": \"Failed to\\u001b activate.\"}".getBytes(StandardCharsets.US_ASCII));

        // When
        StatusRuntimeException failure = failure(LIMIT);

        // Then
        assertThat(failure.getStatus().getCode()).isEqualTo(code);
        assertThat(failure.getStatus().getDescription())
                .isEqualTo("HTTP " + status.substring(0, 3) + " 2004 Failed to  activate.");
        assertThat(server.requests).as("neither repeated nor redirected").hasSize(1);
    }

    @Test
    void refusesAnAnswerOfAnotherType() {
        // Given
        server.answer = request -> LoopbackServer.says("200 OK", "text/html", new byte[3]);

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void refusesAnAnswerThatIsNoMessage() {
        // Given
        server.answer = request -> LoopbackServer.ok(new byte[] {(byte) 0xff, 1, 2});

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    }

    @Test
    void refusesMoreBytesThanAnAnswerCanHave() {
        // Given
        server.answer = request -> LoopbackServer.ok(new byte[17 * 1024 * 1024]);

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void refusesALongError() {
        // Given
        server.answer = request -> LoopbackServer.says("503 Busy", "application/json", new byte[9 * 1024]);

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void repeatsOnceWhatMetADeadConnection() {
        // Given
        ActivateNodeResponse node =
                ActivateNodeResponse.newBuilder().setNodeId(-5L).build();
        server.answer =
                request -> request.number() > 1 ? LoopbackServer.HANG_UP : LoopbackServer.ok(node.toByteArray());
        ActivateNodeRequest request = ActivateNodeRequest.newBuilder()
                .setPublicKey(ByteString.copyFromUtf8("key"))
                .build();

        // When
        calls.call(FleetGrpc.getActivateNodeMethod(), request, LIMIT);
        long again =
                calls.call(FleetGrpc.getActivateNodeMethod(), request, LIMIT).getNodeId();

        // Then
        assertThat(again).isEqualTo(-5L);
        assertThat(server.requests).hasSize(3);
        assertThat(server.requests.stream()
                        .map(r -> r.headers().get(NodeSignature.TIMESTAMP_HEADER))
                        .distinct())
                .as("each signed anew")
                .hasSize(3);
    }

    @Test
    void givesUpAfterTheSecondTry() {
        // Given
        server.answer = request -> LoopbackServer.HANG_UP;

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(server.requests).hasSize(2);
    }

    @Test
    void saysWhatTheServerSaysOfAnObjectThatWasSentTwice() {
        // Given
        server.answer = request -> server.requests.size() == 1
                ? LoopbackServer.HANG_UP
                : LoopbackServer.ok(PushObjectResponse.getDefaultInstance().toByteArray());

        // When
        boolean repeated = calls.call(FleetGrpc.getPushObjectMethod(), PushObjectRequest.getDefaultInstance(), LIMIT)
                .getStored();

        // Then: whether the first try brought it there is for the next push of the whole reply to find out
        assertThat(server.requests).hasSize(2);
        assertThat(repeated).isFalse();
    }

    @Test
    void doesNotRepeatAnAnswerThatBrokeOff() {
        // Given
        server.answer = request -> {
            byte[] whole = LoopbackServer.ok(new byte[100]);
            byte[] part = java.util.Arrays.copyOf(whole, whole.length - 1);
            CompletableFuture.runAsync(() -> close(), CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
            return part;
        };

        // When and then
        assertThat(failure(LIMIT).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void refusesAServerWithAnotherKey() {
        // Given
        calls.close();
        calls = calls(Digest.of(new byte[] {1}));

        // When
        StatusRuntimeException failure = failure(LIMIT);

        // Then
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure.getStatus().getDescription()).startsWith("the server's key is ");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void endsACallThatTakesTooLong() {
        // Given
        CountDownLatch never = new CountDownLatch(1);
        server.answer = request -> held(never);

        // When and then
        assertThat(failure(Duration.ofMillis(300)).getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        never.countDown();
    }

    @Test
    void theRedSwitchEndsWhatIsUnderWayAndLetsNothingBegin() throws Exception {
        // Given
        CountDownLatch never = new CountDownLatch(1);
        server.answer = request -> held(never);
        CompletableFuture<StatusRuntimeException> held = CompletableFuture.supplyAsync(() -> failure(LIMIT));
        server.requests.take();

        // When
        stopped.set(true);
        calls.hangUp();

        // Then
        assertThat(held.get(10, TimeUnit.SECONDS).getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(catchThrowableOfType(
                        FleetSession.Stopped.class, () -> calls.call(FleetGrpc.getPullMessagesMethod(), pull(), LIMIT)))
                .isNotNull();
        assertThat(server.requests).isEmpty();
        never.countDown();
    }

    @Test
    void namesTheOtherCarrier(@TempDir Path folder) throws Exception {
        // Given
        StatusRuntimeException down = Status.UNAVAILABLE.withDescription("down").asRuntimeException();
        try (LoopbackServer grpc = new LoopbackServer(folder, "h2")) {
            // When and then
            assertThat(explained(server, FleetCarrier.GRPC, down))
                    .startsWith("FLEET_SPEAKS_HTTP: ")
                    .contains("fleetCarrier = \"http\"");
            assertThat(server.requests.take().line()).isEqualTo("GET /health HTTP/1.1");
            assertThat(explained(grpc, FleetCarrier.HTTP, down))
                    .startsWith("FLEET_SPEAKS_GRPC: ")
                    .contains("fleetCarrier = \"grpc\"");
            assertThat(explained(server, FleetCarrier.HTTP, down)).isEqualTo("down");
            stopped.set(true);
            assertThat(explained(server, FleetCarrier.GRPC, down)).isEqualTo("down");
            assertThat(server.requests).isEmpty();
        }
    }

    private String explained(LoopbackServer other, FleetCarrier ours, StatusRuntimeException failure) {
        return new OtherCarrier(other.address(), other.pin(), ours, stopped::get)
                .explain(failure)
                .getStatus()
                .getDescription();
    }

    private HttpFleetCalls calls(Digest pin) {
        return new HttpFleetCalls(server.address(), pin, KEY, Clock.systemUTC(), stopped::get);
    }

    private StatusRuntimeException failure(Duration limit) {
        return catchThrowableOfType(
                StatusRuntimeException.class, () -> calls.call(FleetGrpc.getPullMessagesMethod(), pull(), limit));
    }

    private static PullMessagesRequest pull() {
        return PullMessagesRequest.newBuilder()
                .setNode(Node.newBuilder().setNodeId(-5))
                .build();
    }

    private static NodeSignature signature(LoopbackServer.Request request) {
        Base64.Decoder base64 = Base64.getDecoder();
        return new NodeSignature(
                new String(base64.decode(request.headers().get("flwr-public-key")), StandardCharsets.US_ASCII),
                request.headers().get("flwr-timestamp"),
                base64.decode(request.headers().get("flwr-signature")));
    }

    private static byte[] held(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return LoopbackServer.HANG_UP;
    }

    private void close() {
        try {
            server.close();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
