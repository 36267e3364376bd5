package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.HttpNode.Answer;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.MetricRecordValue;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RecordDict;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.UngovernedRunRequest;

/** What the hub makes of replies that a Flower node puts together byte by byte. */
class FlowerRepliesTest {
    @TempDir
    Path folder;

    private final SigningKey key = SigningKey.ecdsaP384();
    private RunningHub hub;
    private SiteRecord site;
    private HttpNode node;

    @BeforeEach
    void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        site = hub.part(Sites.class).registerFlowerNode(key.publicKey(), "operator");
        node = new HttpNode(hub.folder().tls(), hub.fleetHttp(), "http/1.1");
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        hub.close();
    }

    /** A reply's objects, children first, and how they hang together. */
    private record Reply(Message message, ObjectTree tree, List<FlowerObject> objects) {}

    private static byte[] fab() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("pyproject.toml"));
            zip.write("[project]\nname = \"run\"\nversion = \"1.0.0\"\n[tool.flwr.app]\npublisher = \"osteon\"\n"
                    .getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private static byte[] npy(String descr, String shape, byte[] payload) {
        String dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
        String padded = dict + " ".repeat(63 - (10 + dict.length()) % 64) + "\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        out.writeBytes(ByteBuffer.allocate(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) padded.length())
                .array());
        out.writeBytes(padded.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static ObjectTree leaf(FlowerObject object, ObjectTree... children) {
        return ObjectTree.newBuilder()
                .setObjectId(object.id())
                .addAllChildren(List.of(children))
                .build();
    }

    private Reply reply(Metadata instruction, byte[] npy, List<Integer> shape, boolean metrics) {
        FlowerObject chunk = FlowerObjects.chunk(npy);
        FlowerObject array = FlowerObjects.array(
                new FlowerObjects.ArrayBody("float32", shape, "numpy.ndarray", List.of(chunk.id())));
        FlowerObject arrays = FlowerObjects.names("ArrayRecord", Map.of("bias", array.id()));
        FlowerObject metric = FlowerObjects.metrics(MetricRecord.newBuilder()
                .addItems(MetricRecord.Item.newBuilder()
                        .setKey("num-examples")
                        .setValue(MetricRecordValue.newBuilder().setSint64(3)))
                .build());
        Map<String, String> records = new LinkedHashMap<>();
        records.put("arrays", arrays.id());
        List<ObjectTree> trees = new ArrayList<>();
        trees.add(leaf(arrays, leaf(array, leaf(chunk))));
        List<FlowerObject> objects = new ArrayList<>(List.of(chunk, array, arrays));
        if (metrics) {
            records.put("metrics", metric.id());
            trees.add(leaf(metric));
            objects.add(metric);
        }
        FlowerObject dict = FlowerObjects.names("RecordDict", records);
        Metadata metadata = MessageRules.replyMetadata(instruction, Instant.now());
        FlowerObject root = FlowerObjects.message(metadata, dict.id());
        objects.add(dict);
        objects.add(root);
        Message message = Message.newBuilder()
                .setMetadata(metadata.toBuilder().setMessageId(root.id()))
                .setContent(RecordDict.getDefaultInstance())
                .build();
        return new Reply(message, leaf(root, leaf(dict, trees.toArray(ObjectTree[]::new))), objects);
    }

    private Node self() {
        return Node.newBuilder()
                .setNodeId(Long.parseUnsignedLong(site.nodeId()))
                .build();
    }

    private String run() throws IOException {
        return tree(hub.as("engineer")
                        .startUngovernedRun(UngovernedRunRequest.newBuilder()
                                .setRounds(1)
                                .setNodes(1)
                                .addArrays(NamedArray.newBuilder()
                                        .setName("bias")
                                        .setDtype("float32")
                                        .addShape(2)
                                        .setData(ByteString.copyFrom(new byte[8])))
                                .setFab(ByteString.copyFrom(fab()))
                                .build())
                        .getJson())
                .path("run")
                .asText();
    }

    private Metadata instruction() throws IOException {
        return PullMessagesResponse.parseFrom(node.call(
                                key,
                                "PullMessages",
                                PullMessagesRequest.newBuilder()
                                        .setNode(self())
                                        .build()
                                        .toByteArray())
                        .body())
                .getMessagesList(0)
                .getMetadata();
    }

    private Answer announce(Reply reply) throws IOException {
        return node.call(
                key,
                "PushMessages",
                PushMessagesRequest.newBuilder()
                        .setNode(self())
                        .addMessagesList(reply.message())
                        .addMessageObjectTrees(reply.tree())
                        .build()
                        .toByteArray());
    }

    private boolean push(Reply reply, String id, byte[] bytes) throws IOException {
        return PushObjectResponse.parseFrom(node.call(
                                key,
                                "PushObject",
                                PushObjectRequest.newBuilder()
                                        .setNode(self())
                                        .setRunId(reply.message().getMetadata().getRunId())
                                        .setObjectId(id)
                                        .setObjectContent(ByteString.copyFrom(bytes))
                                        .build()
                                        .toByteArray())
                        .body())
                .getStored();
    }

    private void send(Reply reply) throws IOException {
        assertThat(announce(reply).status()).isEqualTo(200);
        for (FlowerObject object : reply.objects()) {
            assertThat(push(reply, object.id(), object.encoded())).isTrue();
        }
    }

    private JsonNode over(String run) {
        JsonNode view = tree(hub.as("engineer")
                .showRun(ShowRunRequest.newBuilder().setRun(run).build())
                .getJson());
        for (int i = 0; i < 10 && "running".equals(view.path("state").asText()); i++) {
            view = tree(hub.as("engineer")
                    .showRun(ShowRunRequest.newBuilder()
                            .setRun(run)
                            .setUnlessState(view.path("stateKey").asText())
                            .setHoldSeconds(5)
                            .build())
                    .getJson());
        }
        return view;
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "not a number; <f4; (2,); 2; NaN",
                "infinite; <f4; (2,); 2; Infinity",
                "another type; <i4; (2,); 2; 1",
                "giant in the header; <f4; (2147483647, 2147483647, 2147483647); 2; 1",
                "negative in the header; <f4; (-2,); 2; 1",
                "three elements said, two sent; <f4; (3,); 3; 1",
                "a pickled object; |O; (2,); 2; 1",
            })
    void rejectsArraysThatAreNotTheModels(String what, String descr, String shape, int said, float value)
            throws Exception {
        // Given
        String run = run();

        // When
        send(reply(instruction(), npy(descr, shape, floats(1, value)), List.of(said), true));

        // Then: no model comes of it, and the hub says why
        JsonNode view = over(run);
        assertThat(view.path("state").asText()).as(what).isEqualTo("stalled");
        assertThat(view.path("rounds")
                        .path(0)
                        .path("rejected")
                        .path(0)
                        .path("reason")
                        .asText())
                .as(what)
                .isNotEmpty();
    }

    @Test
    void believesTheBytesAndNotWhatIsSaidOfThem() throws Exception {
        String run = run();
        send(reply(instruction(), npy("<f4", "(2,)", floats(1, 2)), List.of(2147483647), true));
        assertThat(over(run).path("state").asText()).isEqualTo("completed");
    }

    @Test
    void rejectsAReplyWithoutMetrics() throws Exception {
        String run = run();
        send(reply(instruction(), npy("<f4", "(2,)", floats(1, 2)), List.of(2), false));
        assertThat(over(run)
                        .path("rounds")
                        .path(0)
                        .path("rejected")
                        .path(0)
                        .path("reason")
                        .asText())
                .isEqualTo("RECORDS_NOT_ONE_EACH");
    }

    @Test
    void storesNoObjectUnderAnotherIdAndTakesTheRightOneAfterwards() throws Exception {
        // Given
        String run = run();
        Reply reply = reply(instruction(), npy("<f4", "(2,)", floats(1, 2)), List.of(2), true);
        assertThat(announce(reply).status()).isEqualTo(200);
        FlowerObject chunk = reply.objects().get(0);
        byte[] whole = chunk.encoded();

        // When: cut off, or somebody else's bytes
        assertThat(push(reply, chunk.id(), Arrays.copyOf(whole, whole.length - 1)))
                .isFalse();
        assertThat(push(reply, chunk.id(), reply.objects().get(1).encoded())).isFalse();
        assertThat(push(reply, "0".repeat(64), whole)).isFalse();

        // Then
        for (FlowerObject object : reply.objects()) {
            assertThat(push(reply, object.id(), object.encoded())).isTrue();
        }
        assertThat(over(run).path("state").asText()).isEqualTo("completed");
    }

    @Test
    void tellsANodeThatRepeatsItselfThatItsReplyIsThere() throws Exception {
        // Given: a reply that was taken, whose last answers the node did not get
        String run = run();
        Reply reply = reply(instruction(), npy("<f4", "(2,)", floats(1, 2)), List.of(2), true);
        send(reply);

        // When
        FlowerObject last = reply.objects().get(reply.objects().size() - 1);
        boolean again = push(reply, last.id(), last.encoded());

        // Then: a Flower node would give up at false
        assertThat(again).isTrue();
        assertThat(announce(reply).status()).isEqualTo(403);
        JsonNode view = over(run);
        assertThat(view.path("state").asText()).isEqualTo("completed");
        assertThat(view.path("rounds").path(0).path("counted").size()).isEqualTo(1);
    }

    @Test
    void takesNoReplyInAnotherName() throws Exception {
        run();
        Reply reply = reply(instruction(), npy("<f4", "(2,)", floats(1, 2)), List.of(2), true);
        Message forged = reply.message().toBuilder()
                .setMetadata(reply.message().getMetadata().toBuilder().setSrcNodeId(12345))
                .build();
        Answer answer = announce(new Reply(forged, reply.tree(), reply.objects()));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.reason()).isEqualTo("REPLY_IN_ANOTHER_NAME");
    }
}
