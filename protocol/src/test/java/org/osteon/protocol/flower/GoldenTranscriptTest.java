package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.record.NamedValues;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeResponse;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetFabResponse;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetResponse;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetResponse;

/**
 * Transcripts of real Flower runs decode without an unknown field, and their objects are rebuilt to the same identity.
 */
class GoldenTranscriptTest {
    private static final Map<String, List<Parser<? extends Message>>> METHODS = Map.ofEntries(
            Map.entry("RegisterNode", List.of(RegisterNodeFleetRequest.parser(), RegisterNodeFleetResponse.parser())),
            Map.entry("ActivateNode", List.of(ActivateNodeRequest.parser(), ActivateNodeResponse.parser())),
            Map.entry("DeactivateNode", List.of(DeactivateNodeRequest.parser(), DeactivateNodeResponse.parser())),
            Map.entry(
                    "UnregisterNode",
                    List.of(UnregisterNodeFleetRequest.parser(), UnregisterNodeFleetResponse.parser())),
            Map.entry(
                    "SendNodeHeartbeat",
                    List.of(SendNodeHeartbeatRequest.parser(), SendNodeHeartbeatResponse.parser())),
            Map.entry("PullMessages", List.of(PullMessagesRequest.parser(), PullMessagesResponse.parser())),
            Map.entry("PushMessages", List.of(PushMessagesRequest.parser(), PushMessagesResponse.parser())),
            Map.entry("GetRun", List.of(GetRunRequest.parser(), GetRunResponse.parser())),
            Map.entry("GetFab", List.of(GetFabRequest.parser(), GetFabResponse.parser())),
            Map.entry("PushObject", List.of(PushObjectRequest.parser(), PushObjectResponse.parser())),
            Map.entry("PullObject", List.of(PullObjectRequest.parser(), PullObjectResponse.parser())),
            Map.entry(
                    "ConfirmMessageReceived",
                    List.of(ConfirmMessageReceivedRequest.parser(), ConfirmMessageReceivedResponse.parser())));

    @ParameterizedTest
    @ValueSource(strings = {"fleet.jsonl", "1.42.0/fleet.jsonl", "1.42.0/fleet-agent.jsonl"})
    void everyCallDecodesAndEveryObjectIsRebuilt(String name) throws Exception {
        // Given
        Path file = SharedData.find("flower-golden/" + name);
        Set<String> misuses = Files.readAllLines(misuseList()).stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.split("\\s")[0])
                .collect(Collectors.toSet());
        List<String> faults = new ArrayList<>();
        Map<String, Integer> calls = new TreeMap<>();
        Map<String, Integer> objects = new TreeMap<>();
        int skipped = 0;

        // When
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode call = new ObjectMapper().readTree(lines.get(i));
            String where = name + ":" + (i + 1);
            if (misuses.contains(where)) {
                skipped++;
                continue;
            }
            String method = call.path("method").asText().replaceAll(".*/", "");
            calls.merge(method, 1, Integer::sum);
            try {
                Message request = METHODS.get(method).get(0).parseFrom(bytes(call.path("request_hex")));
                unknown(request, where + " request", faults);
                rebuild(request, where, objects, faults);
                if (!call.path("response_hex").isMissingNode()
                        && !call.path("response_hex").isNull()
                        && succeeded(call)) {
                    Message response = METHODS.get(method).get(1).parseFrom(bytes(call.path("response_hex")));
                    unknown(response, where + " response", faults);
                    rebuild(response, where, objects, faults);
                }
            } catch (Exception e) {
                faults.add(where + " " + method + ": " + e);
            }
        }

        // Then
        System.out.println("golden " + name + ": calls " + calls + ", misuses left out " + skipped
                + ", objects rebuilt " + objects);
        assertThat(faults).isEmpty();
        assertThat(calls).isNotEmpty();
        assertThat(objects).containsKeys("Message", "RecordDict", "MetricRecord");
        assertThat(skipped).isEqualTo(misuses.size());
    }

    @Test
    void anUnknownFieldAtAnyDepthIsFound() throws Exception {
        // Given: a node inside a request with a field 99
        byte[] bytes = HexFormat.of().parseHex("0a05" + "0801" + "980601");

        // When
        List<String> faults = new ArrayList<>();
        unknown(GetRunRequest.parseFrom(bytes), "planted", faults);

        // Then
        assertThat(faults).hasSize(1);
    }

    @Test
    void anObjectThatIsNotRebuiltToItsIdentityIsFound() {
        // Given: a captured body with one space more than its values explain, and an object under another's id
        String id = "a".repeat(64);
        FlowerObject spaced = new FlowerObject(
                "RecordDict", List.of(id), ("{\"metrics\":  \"" + id + "\"}").getBytes(StandardCharsets.UTF_8));
        FlowerObject honest = FlowerObjects.names("RecordDict", Map.of("metrics", id));
        List<String> faults = new ArrayList<>();

        // When
        rebuild(pushed(spaced, spaced.id()), "planted", new TreeMap<>(), faults);
        rebuild(pushed(honest, id), "planted", new TreeMap<>(), faults);
        rebuild(pushed(honest, honest.id()), "honest", new TreeMap<>(), faults);

        // Then
        assertThat(faults).hasSize(2).allMatch(fault -> fault.startsWith("planted"));
    }

    private static PushObjectRequest pushed(FlowerObject object, String id) {
        return PushObjectRequest.newBuilder()
                .setObjectId(id)
                .setObjectContent(com.google.protobuf.ByteString.copyFrom(object.encoded()))
                .build();
    }

    @Test
    void rebuildsTheReferenceReply() {
        // Given: the metric record {eval_loss: 0.25, num-examples: 5} of a real evaluate reply
        var record = org.osteon.protocol.flower.wire.MetricRecord.newBuilder()
                .addItems(metric("eval_loss")
                        .setValue(org.osteon.protocol.flower.wire.MetricRecordValue.newBuilder()
                                .setDouble(0.25)))
                .addItems(metric("num-examples")
                        .setValue(org.osteon.protocol.flower.wire.MetricRecordValue.newBuilder()
                                .setSint64(5)))
                .build();

        // When
        FlowerObject metrics = FlowerObjects.metrics(record);
        FlowerObject content = FlowerObjects.names("RecordDict", Map.of("metrics", metrics.id()));
        FlowerObject reply = FlowerObjects.message(
                Metadata.newBuilder()
                        .setRunId(7395840397681891949L)
                        .setSrcNodeId(663220084126126909L)
                        .setDstNodeId(1)
                        .setReplyToMessageId("94a7a0250a56c57fa3c85168fb50b01aebcfefbe8859c5fd7ee3627818f71873")
                        .setMessageType("evaluate")
                        .setTtl(43196.436609983444)
                        .setCreatedAt(1795359798.458493)
                        .build(),
                content.id());

        // Then
        assertThat(metrics.id()).isEqualTo("f6cb70739db9915dbebd17808e9a7784168b9a0a041aeeada497cf370ab22094");
        assertThat(content.id()).isEqualTo("8f5922d672d97947afae49d440c265aefeb86df1719f706dfae9fb71a0d0b575");
        assertThat(reply.id()).isEqualTo("53c7cca90564f7b650347100a58baa491fbc27859dd75278525da24fcb348961");
    }

    private static org.osteon.protocol.flower.wire.MetricRecord.Item.Builder metric(String key) {
        return org.osteon.protocol.flower.wire.MetricRecord.Item.newBuilder().setKey(key);
    }

    private static boolean succeeded(JsonNode call) {
        String status = call.path("status").asText("200");
        return "200".equals(status) || "OK".equals(status) || "StatusCode.OK".equals(status);
    }

    private static byte[] bytes(JsonNode hex) {
        return HexFormat.of().parseHex(hex.asText(""));
    }

    private static Path misuseList() {
        Path file = Path.of("src/test/resources/org/osteon/protocol/flower/golden-misuses.txt");
        return Files.exists(file) ? file : Path.of("protocol").resolve(file);
    }

    /** Parses an object's values and builds the object again from them alone. */
    private static void rebuild(Message message, String where, Map<String, Integer> objects, List<String> faults) {
        byte[] content = null;
        String id = "";
        if (message instanceof PushObjectRequest push) {
            content = push.getObjectContent().toByteArray();
            id = push.getObjectId();
        } else if (message instanceof PullObjectResponse pull && pull.getObjectFound() && pull.getObjectAvailable()) {
            content = pull.getObjectContent().toByteArray();
        }
        if (content == null) {
            return;
        }
        FlowerObject captured = FlowerObject.decode(content);
        FlowerObject built = rebuilt(captured);
        if (!built.id().equals(captured.id()) && isCompactJson(captured)) {
            built = compact(built);
        }
        objects.merge(captured.type(), 1, Integer::sum);
        if (!built.id().equals(captured.id()) || !id.isEmpty() && !id.equals(built.id())) {
            faults.add(where + ": " + captured.type() + " rebuilt to another identity, body "
                    + new String(captured.body(), StandardCharsets.ISO_8859_1));
        }
    }

    /** Some peers write JSON without spaces; then the rebuilt values are written so as well. */
    private static boolean isCompactJson(FlowerObject object) {
        return Set.of("Array", "ArrayRecord", "RecordDict").contains(object.type())
                && !new String(object.body(), StandardCharsets.UTF_8).contains("\": ");
    }

    private static FlowerObject compact(FlowerObject object) {
        try {
            ObjectMapper mapper = new ObjectMapper();
            return new FlowerObject(
                    object.type(), object.children(), mapper.writeValueAsBytes(mapper.readTree(object.body())));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static FlowerObject rebuilt(FlowerObject object) {
        return switch (object.type()) {
            case "ArrayChunk" -> FlowerObjects.chunk(array(object.body()));
            case "Array" -> FlowerObjects.array(FlowerObjects.readArray(object));
            case "ArrayRecord", "RecordDict" ->
                FlowerObjects.names(object.type(), new LinkedHashMap<>(FlowerObjects.readNames(object, object.type())));
            case "MetricRecord" ->
                FlowerObjects.metrics(
                        NamedValues.of(FlowerObjects.readMetrics(object)).toMetricRecord());
            case "ConfigRecord" ->
                FlowerObjects.config(
                        NamedValues.of(FlowerObjects.readConfig(object)).toConfigRecord());
            default -> {
                var message = FlowerObjects.readMessage(object);
                yield object.children().isEmpty()
                        ? FlowerObjects.errorMessage(copy(message.getMetadata()), copy(message.getError()))
                        : FlowerObjects.message(
                                copy(message.getMetadata()), object.children().get(0));
            }
        };
    }

    /** The npy bytes of the array's elements, read as numbers and written as numbers; these arrays fit in one chunk. */
    private static byte[] array(byte[] npy) {
        NumpyFormat.Header header = NumpyFormat.header(npy);
        ByteBuffer payload = ByteBuffer.wrap(npy, header.payloadOffset(), npy.length - header.payloadOffset());
        ByteBuffer elements = NumpyPayload.canonical(header, payload).order(ByteOrder.LITTLE_ENDIAN);
        byte[] start = NumpyFormat.headerBytes(header.dtype(), header.shape());
        ByteBuffer out =
                ByteBuffer.allocate(start.length + elements.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(start);
        while (elements.hasRemaining()) {
            switch (header.dtype()) {
                case "float32" -> out.putFloat(elements.getFloat());
                case "float64" -> out.putDouble(elements.getDouble());
                case "int64", "uint64" -> out.putLong(elements.getLong());
                default -> out.put(elements.get());
            }
        }
        return out.array();
    }

    /** The same values in a new message, field by field, so that no captured bytes are carried along. */
    @SuppressWarnings("unchecked")
    private static <M extends Message> M copy(M message) {
        Message.Builder builder = message.newBuilderForType();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            Object value = field.getValue();
            if (value instanceof List<?> list) {
                list.forEach(entry ->
                        builder.addRepeatedField(field.getKey(), entry instanceof Message m ? copy(m) : entry));
            } else {
                builder.setField(field.getKey(), value instanceof Message m ? copy(m) : value);
            }
        }
        return (M) builder.build();
    }

    private static void unknown(Message message, String where, List<String> faults) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            faults.add(where + ": unknown field "
                    + message.getUnknownFields().asMap().keySet() + " in "
                    + message.getDescriptorForType().getName());
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getValue() instanceof List<?> list) {
                list.stream()
                        .filter(Message.class::isInstance)
                        .forEach(entry -> unknown((Message) entry, where, faults));
            } else if (field.getValue() instanceof Message child) {
                unknown(child, where, faults);
            }
        }
    }
}
