package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.HttpNode.Answer;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.sign.SigningKey;

/** Seeded nonsense over the HTTP carrier: every answer is one that the wire knows, and the hub goes on. */
class HttpFleetFuzzTest {
    private static final long SEED = 20261128;
    private static final int REQUESTS = 300;
    private static final Set<Integer> KNOWN = Set.of(200, 400, 401, 403, 404, 405, 411, 413, 415, 431, 503);

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final SigningKey key = SigningKey.ecdsaP384();

    private static Map<String, byte[]> bodies(SiteRecord site, SigningKey key) {
        Node node = Node.newBuilder()
                .setNodeId(Long.parseUnsignedLong(site.nodeId()))
                .build();
        ByteString pem = ByteString.copyFromUtf8(key.publicKey().pem());
        String id = "ab".repeat(32);
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put(
                "RegisterNode",
                RegisterNodeFleetRequest.newBuilder().setPublicKey(pem).build().toByteArray());
        bodies.put(
                "ActivateNode",
                ActivateNodeRequest.newBuilder()
                        .setPublicKey(pem)
                        .setHeartbeatInterval(30)
                        .build()
                        .toByteArray());
        bodies.put(
                "SendNodeHeartbeat",
                SendNodeHeartbeatRequest.newBuilder()
                        .setNode(node)
                        .setHeartbeatInterval(30)
                        .build()
                        .toByteArray());
        bodies.put(
                "GetRun",
                GetRunRequest.newBuilder().setNode(node).setRunId(7).build().toByteArray());
        bodies.put(
                "GetFab",
                GetFabRequest.newBuilder()
                        .setNode(node)
                        .setRunId(7)
                        .setHashStr(id)
                        .build()
                        .toByteArray());
        bodies.put(
                "PullObject",
                PullObjectRequest.newBuilder()
                        .setNode(node)
                        .setRunId(7)
                        .setObjectId(id)
                        .build()
                        .toByteArray());
        bodies.put(
                "PushObject",
                PushObjectRequest.newBuilder()
                        .setNode(node)
                        .setRunId(7)
                        .setObjectId(id)
                        .setObjectContent(ByteString.copyFromUtf8("ArrayChunk  3\0abc"))
                        .build()
                        .toByteArray());
        bodies.put(
                "ConfirmMessageReceived",
                ConfirmMessageReceivedRequest.newBuilder()
                        .setNode(node)
                        .setRunId(7)
                        .setMessageObjectId(id)
                        .build()
                        .toByteArray());
        bodies.put(
                "PushMessages",
                PushMessagesRequest.newBuilder()
                        .setNode(node)
                        .addMessagesList(Message.newBuilder()
                                .setMetadata(Metadata.newBuilder()
                                        .setRunId(7)
                                        .setMessageId(id)
                                        .setSrcNodeId(node.getNodeId())
                                        .setDstNodeId(1)
                                        .setReplyToMessageId(id)
                                        .setTtl(60)
                                        .setMessageType("train")))
                        .addMessageObjectTrees(ObjectTree.newBuilder()
                                .setObjectId(id)
                                .addChildren(ObjectTree.newBuilder().setObjectId(id)))
                        .build()
                        .toByteArray());
        return bodies;
    }

    /** Flips, cuts, repeats or puts in bytes, a few times. */
    private byte[] mutated(byte[] whole) {
        byte[] bytes = whole.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
            }
        }
        return bytes;
    }

    private Map<String, String> mutated(Map<String, String> headers) {
        List<String> names = List.copyOf(headers.keySet());
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(4)) {
            case 0 -> headers.remove(name);
            case 1 -> headers.put(name, "x".repeat(random.nextInt(12_000)));
            case 2 -> headers.put(name, headers.getOrDefault(name, "") + "\u00e9%\u0007");
            default ->
                headers.put(
                        NodeSignature.SIGNATURE_HTTP_HEADER,
                        Base64.getEncoder().encodeToString(mutated(new byte[104])));
        }
        return headers;
    }

    @Test
    void everyAnswerIsOneOfTheWire() throws Exception {
        try (RunningHub hub = new RunningHub(folder.resolve("hub"))) {
            SiteRecord site = hub.part(Sites.class).registerFlowerNode(key.publicKey(), "operator");
            Map<String, byte[]> bodies = bodies(site, key);
            List<String> methods = List.copyOf(bodies.keySet());
            Map<Integer, Integer> seen = new TreeMap<>();
            HttpNode node = null;
            for (int i = 0; i < REQUESTS; i++) {
                if (node == null) {
                    node = new HttpNode(hub.folder().tls(), hub.fleetHttp(), "http/1.1");
                }
                String method = methods.get(random.nextInt(methods.size()));
                byte[] body = mutated(bodies.getOrDefault(method, new byte[0]));
                Map<String, String> headers = HttpNode.headers(key, body.length);
                boolean whole = random.nextInt(3) > 0;
                try {
                    node.head("POST " + FleetHttp.path(method) + " HTTP/1.1", whole ? headers : mutated(headers));
                    node.send(body);
                    if (!whole && !headers.getOrDefault("Content-Length", "").equals(String.valueOf(body.length))) {
                        // What follows is read as another request; the connection is of no more use.
                        seen.merge(status(node), 1, Integer::sum);
                        node.close();
                        node = null;
                        continue;
                    }
                    int status = status(node);
                    seen.merge(status, 1, Integer::sum);
                    assertThat(status)
                            .as("request %d, %s", i, method)
                            .matches(one -> one == 0 ? !whole : KNOWN.contains(one));
                    if (status == 0 || !whole) {
                        node.close();
                        node = null;
                    }
                } catch (IOException gone) {
                    // The hub may end a connection whose head it cannot read, but not that of a whole request.
                    assertThat(whole).as("request %d, %s: %s", i, method, gone).isFalse();
                    node.close();
                    node = null;
                }
            }
            if (node != null) {
                node.close();
            }

            // Then: answers of several kinds, none that would end an active node's work, and the hub goes on
            assertThat(seen.keySet()).contains(200, 400, 401, 403).doesNotContain(500, 412);
            try (HttpNode after = new HttpNode(hub.folder().tls(), hub.fleetHttp(), "http/1.1")) {
                Answer beat =
                        after.call(key, "SendNodeHeartbeat", bodies.getOrDefault("SendNodeHeartbeat", new byte[0]));
                assertThat(beat.status())
                        .as(new String(beat.body(), StandardCharsets.UTF_8))
                        .isEqualTo(200);
            }
        }
    }

    /** The status, or 0 when the connection ends without an answer. */
    private static int status(HttpNode node) throws IOException {
        try {
            return node.answer().status();
        } catch (EOFException | SocketException ended) {
            return 0;
        }
    }
}
