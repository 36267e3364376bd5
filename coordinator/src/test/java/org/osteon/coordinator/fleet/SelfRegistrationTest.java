package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.HttpNode.Answer;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetResponse;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.sign.SigningKey;

class SelfRegistrationTest {
    private static final NodeGate.Window OPEN =
            new NodeGate.Window(Optional.of(Instant.now().plus(Duration.ofHours(1))));

    @TempDir
    Path folder;

    private final List<HttpFleetCarrier> carriers = new ArrayList<>();
    private RunningHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
    }

    @AfterEach
    void stop() {
        carriers.forEach(HttpFleetCarrier::stop);
        hub.close();
    }

    private String open(NodeGate.Window window) throws IOException {
        HttpFleetCarrier carrier = new HttpFleetCarrier(
                hub.part(FleetHandlers.class),
                new NodeGate(hub.part(Sites.class), hub.part(UsedTimes.class), Clock.systemUTC(), window),
                new BodyPlaces(1),
                hub.folder().tls(),
                "127.0.0.1:0",
                HttpLimits.USUAL,
                Clock.systemUTC());
        carrier.start();
        carriers.add(carrier);
        return carrier.address();
    }

    /** One call over a connection of its own: the hub ends one whose caller it refuses before the body. */
    private Answer call(String address, SigningKey key, String method, byte[] body) throws IOException {
        try (HttpNode node = new HttpNode(hub.folder().tls(), address, "http/1.1")) {
            return node.call(key, method, body);
        }
    }

    private Answer register(String node, SigningKey key) throws IOException {
        return call(
                node,
                key,
                "RegisterNode",
                RegisterNodeFleetRequest.newBuilder()
                        .setPublicKey(ByteString.copyFromUtf8(key.publicKey().pem()))
                        .build()
                        .toByteArray());
    }

    private Answer leave(String node, SigningKey key, long id) throws IOException {
        return call(
                node,
                key,
                "UnregisterNode",
                UnregisterNodeFleetRequest.newBuilder().setNodeId(id).build().toByteArray());
    }

    private Answer run(String node, SigningKey key, long id) throws IOException {
        return call(
                node,
                key,
                "GetRun",
                GetRunRequest.newBuilder()
                        .setNode(Node.newBuilder().setNodeId(id))
                        .setRunId(7)
                        .build()
                        .toByteArray());
    }

    private SiteRecord site(long id) {
        return hub.part(Sites.class).all().stream()
                .filter(site -> site.nodeId().equals(Long.toUnsignedString(id)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sendsAnUnknownKeyAwayWhenTheWindowIsShut() throws Exception {
        for (NodeGate.Window shut : List.of(
                NodeGate.Window.SHUT,
                new NodeGate.Window(Optional.of(Instant.now().minusSeconds(1))),
                new NodeGate.Window(Optional.of(Instant.now().plus(Duration.ofDays(30)))))) {
            String node = open(shut);
            Answer answer = register(node, SigningKey.ecdsaP384());

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.reason()).isEqualTo("NODE_UNKNOWN");
        }
        assertThat(hub.part(Sites.class).all()).isEmpty();
    }

    @Test
    void givesAPendingNodeNothingUntilItsFingerprintIsConfirmed() throws Exception {
        SigningKey key = SigningKey.ecdsaP384();
        String node = open(OPEN);
        // When
        long id =
                RegisterNodeFleetResponse.parseFrom(register(node, key).body()).getNodeId();
        Answer activated = call(
                node,
                key,
                "ActivateNode",
                ActivateNodeRequest.newBuilder()
                        .setPublicKey(ByteString.copyFromUtf8(key.publicKey().pem()))
                        .setHeartbeatInterval(30)
                        .build()
                        .toByteArray());
        Answer beat = call(
                node,
                key,
                "SendNodeHeartbeat",
                SendNodeHeartbeatRequest.newBuilder()
                        .setNode(Node.newBuilder().setNodeId(id))
                        .setHeartbeatInterval(30)
                        .build()
                        .toByteArray());

        // Then: it lives, and gets nothing
        assertThat(activated.status()).isEqualTo(200);
        assertThat(SendNodeHeartbeatResponse.parseFrom(beat.body()).getSuccess())
                .isTrue();
        assertThat(site(id).state()).isEqualTo("pending");
        assertThat(run(node, key, id).reason()).isEqualTo("NODE_PENDING");
        Answer pushed = call(
                node,
                key,
                "PushObject",
                PushObjectRequest.newBuilder()
                        .setNode(Node.newBuilder().setNodeId(id))
                        .setObjectId("0".repeat(64))
                        .build()
                        .toByteArray());
        assertThat(pushed.status()).isEqualTo(403);
        assertThat(pushed.reason()).isEqualTo("NODE_PENDING");

        // When
        hub.part(Sites.class).confirm(site(id).name(), key.publicKey().fingerprint(), "operator");

        // Then
        assertThat(run(node, key, id).reason()).isEqualTo("RUN_NOT_RUNNING");
    }

    @Test
    void letsOnlyAFewWait() throws Exception {
        String node = open(OPEN);
        // Given
        SigningKey first = SigningKey.ecdsaP384();
        long id = RegisterNodeFleetResponse.parseFrom(register(node, first).body())
                .getNodeId();
        for (int i = 1; i < 16; i++) {
            assertThat(register(node, SigningKey.ecdsaP384()).status()).isEqualTo(200);
        }

        // When
        Answer full = register(node, SigningKey.ecdsaP384());

        // Then
        assertThat(full.status()).isEqualTo(401);
        assertThat(full.reason()).isEqualTo("NODES_PENDING_FULL");

        // When: one that waits goes
        assertThat(leave(node, first, id).status()).isEqualTo(200);

        // Then
        assertThat(register(node, SigningKey.ecdsaP384()).status()).isEqualTo(200);
    }

    @Test
    void revokesAConfirmedNodeThatUnregisters() throws Exception {
        SigningKey key = SigningKey.ecdsaP384();
        String node = open(OPEN);
        // Given
        long id =
                RegisterNodeFleetResponse.parseFrom(register(node, key).body()).getNodeId();
        hub.part(Sites.class).confirm(site(id).name(), key.publicKey().fingerprint(), "operator");

        // When
        assertThat(leave(node, key, id).status()).isEqualTo(200);

        // Then: its key counts no more, not even to register anew
        assertThat(site(id).state()).isEqualTo("revoked");
        assertThat(register(node, key).reason()).isEqualTo("NODE_UNKNOWN");
    }
}
