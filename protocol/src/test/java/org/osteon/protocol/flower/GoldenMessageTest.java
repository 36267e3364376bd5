package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.sign.VerificationKey;

/** Messages, object trees and header signatures of real runs hold by our rules. */
class GoldenMessageTest {

    @ParameterizedTest
    @CsvSource({"fleet.jsonl,4,4", "1.42.0/fleet.jsonl,7,7", "1.42.0/fleet-agent.jsonl,4,4"})
    void messagesOfRealRunsAreValidAndTheirTreesNameTheirObjects(String name, int instructions, int replies)
            throws Exception {
        // Given
        Map<String, FlowerObject> objects = new HashMap<>();
        Map<String, Metadata> asked = new HashMap<>();
        List<Map.Entry<Message, ObjectTree>> sent = new ArrayList<>();
        List<Map.Entry<Message, ObjectTree>> answered = new ArrayList<>();
        for (JsonNode call : calls(name)) {
            switch (call.path("method").asText().replaceAll(".*/", "")) {
                case "PullMessages" -> {
                    if (call.path("status").asInt(200) == 200) {
                        var response = PullMessagesResponse.parseFrom(bytes(call, "response_hex"));
                        for (int i = 0; i < response.getMessagesListCount(); i++) {
                            sent.add(Map.entry(response.getMessagesList(i), response.getMessageObjectTrees(i)));
                        }
                    }
                }
                case "PushMessages" -> {
                    var request = PushMessagesRequest.parseFrom(bytes(call, "request_hex"));
                    answered.add(Map.entry(request.getMessagesList(0), request.getMessageObjectTrees(0)));
                }
                case "PullObject" -> {
                    if (call.path("status").asInt(200) == 200) {
                        var pulled = PullObjectResponse.parseFrom(bytes(call, "response_hex"));
                        keep(objects, pulled.getObjectContent().toByteArray());
                    }
                }
                case "PushObject" -> {
                    var pushed = PushObjectRequest.parseFrom(bytes(call, "request_hex"));
                    keep(objects, pushed.getObjectContent().toByteArray());
                }
                default -> {}
            }
        }

        // When
        for (var instruction : sent) {
            Metadata metadata = instruction.getKey().getMetadata();
            MessageRules.instruction(instruction.getKey(), instruction.getValue(), after(metadata));
            asked.put(metadata.getMessageId(), metadata);
        }
        for (var reply : answered) {
            Metadata metadata = reply.getKey().getMetadata();
            MessageRules.reply(
                    reply.getKey(), reply.getValue(), asked.get(metadata.getReplyToMessageId()), after(metadata));
        }

        // Then
        assertThat(sent).hasSize(instructions);
        assertThat(answered).hasSize(replies);
        for (var message : concat(sent, answered)) {
            String id = message.getKey().getMetadata().getMessageId();
            Set<String> reachable = new LinkedHashSet<>();
            reach(id, objects, reachable);
            assertThat(IncomingMessage.ids(message.getValue(), 1_000)).isEqualTo(reachable);
            IncomingMessage parts = IncomingMessage.read(id, objects::get);
            assertThat(parts.metadata().getMessageType())
                    .isEqualTo(message.getKey().getMetadata().getMessageType());
            assertThat(parts.arrays().size()
                                    + parts.metrics().size()
                                    + parts.configs().size()
                            > 0)
                    .isEqualTo(!message.getKey().hasError());
        }
    }

    @ParameterizedTest
    @CsvSource({"fleet.jsonl,0", "1.42.0/fleet.jsonl,0", "1.42.0/fleet-agent.jsonl,5"})
    void signaturesOfRealNodesHold(String name, int misuses) throws Exception {
        // Given
        List<JsonNode> calls = calls(name);

        // When
        int held = 0;
        List<String> refused = new ArrayList<>();
        for (JsonNode call : calls) {
            NodeSignature signature = signature(call);
            boolean holds = signature != null && holds(signature);
            held += holds ? 1 : 0;
            if (!holds) {
                refused.add(
                        call.path("method").asText() + " " + call.path("status").asText());
            }
        }

        // Then
        System.out.println("golden " + name + ": signatures held " + held + ", not held " + refused);
        assertThat(held + refused.size()).isEqualTo(calls.size());
        assertThat(refused).hasSize(misuses);
        assertThat(refused).allMatch(what -> what.matches(".* 4\\d\\d"));
        assertThat(held).isGreaterThan(50);
    }

    private static boolean holds(NodeSignature signature) {
        try {
            return signature.timely(signature.time().plusMillis(20))
                    && signature.holds(VerificationKey.ofPem(signature.publicKeyPem()));
        } catch (FlowerException | SignatureException e) {
            return false;
        }
    }

    private static @org.jspecify.annotations.Nullable NodeSignature signature(JsonNode call) {
        Map<String, String> headers = new HashMap<>();
        for (JsonNode header : call.path("metadata")) {
            headers.put(header.get(0).asText(), header.get(1).asText());
        }
        String time = headers.get(NodeSignature.TIMESTAMP_HEADER);
        String key = headers.get(NodeSignature.PUBLIC_KEY_HTTP_HEADER);
        String value = headers.get(NodeSignature.SIGNATURE_HTTP_HEADER);
        if (time != null && key != null && value != null) {
            try {
                return new NodeSignature(
                        new String(Base64.getDecoder().decode(key), StandardCharsets.US_ASCII),
                        time,
                        Base64.getDecoder().decode(value));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        key = headers.get(NodeSignature.PUBLIC_KEY_HEADER);
        value = headers.get(NodeSignature.SIGNATURE_HEADER);
        return time == null || key == null || value == null
                ? null
                : new NodeSignature(
                        new String(HexFormat.of().parseHex(key), StandardCharsets.US_ASCII),
                        time,
                        HexFormat.of().parseHex(value));
    }

    private static Instant after(Metadata metadata) {
        return Instant.ofEpochMilli((long) (metadata.getCreatedAt() * 1000) + 1_000);
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static void keep(Map<String, FlowerObject> objects, byte[] content) {
        try {
            FlowerObject object = FlowerObject.decode(content);
            objects.put(object.id(), object);
        } catch (FlowerException e) {
            // A deliberate misuse of the transcript; what is missing is found missing below.
            assertThat(content.length).isLessThan(32);
        }
    }

    private static void reach(String id, Map<String, FlowerObject> objects, Set<String> reachable) {
        objects.get(id).children().forEach(child -> reach(child, objects, reachable));
        reachable.add(id);
    }

    private static List<JsonNode> calls(String name) throws Exception {
        List<JsonNode> calls = new ArrayList<>();
        for (String line : Files.readAllLines(SharedData.find("flower-golden/" + name))) {
            calls.add(new ObjectMapper().readTree(line));
        }
        return calls;
    }

    private static byte[] bytes(JsonNode call, String field) {
        return HexFormat.of().parseHex(call.path(field).asText(""));
    }
}
