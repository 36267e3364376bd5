package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StopRunRequest;

/** What real {@code flwr} commands and SuperLinks said to each other decodes without an unknown field. */
class ControlTranscriptTest {
    private static final FileDescriptor FILE = StartRunRequest.getDescriptor().getFile();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "control.jsonl",
                "1.42.0/control.jsonl",
                "1.42.0/control-login.jsonl",
                "1.42.0/control-grpc-1.36.0.jsonl"
            })
    void everyServedCallDecodes(String name) throws Exception {
        // Given
        Set<String> served = new TreeSet<>();
        List<String> faults = new ArrayList<>();
        List<String> lines = Files.readAllLines(SharedData.find("flower-golden/" + name));

        // When
        for (int i = 0; i < lines.size(); i++) {
            JsonNode call = new ObjectMapper().readTree(lines.get(i));
            String method = call.path("method").asText().replaceAll(".*/", "");
            Descriptor request = FILE.findMessageTypeByName(method + "Request");
            if (request == null) {
                continue;
            }
            served.add(method);
            String where = name + ":" + (i + 1) + " " + method;
            decode(request, call.path("request_hex"), where, faults);
            if (Set.of("", "200", "OK").contains(call.path("status").asText(""))) {
                JsonNode answer = call.path("response_hex");
                Descriptor response = FILE.findMessageTypeByName(method + "Response");
                if (method.equals("StreamLogs") && call.has("http")) {
                    frames(answer.asText()).forEach(frame -> decode(response, frame, where, faults));
                } else {
                    decode(response, answer, where, faults);
                }
            }
        }

        // Then
        assertThat(faults).isEmpty();
        assertThat(served).hasSizeGreaterThan(2);
    }

    @Test
    void anUnknownFieldIsFound() {
        List<String> faults = new ArrayList<>();
        decode(
                StopRunRequest.getDescriptor(),
                new ObjectMapper().getNodeFactory().textNode("0805" + "980601"),
                "planted",
                faults);
        assertThat(faults).hasSize(1);
    }

    /**
     * The messages of a stream over HTTP, each behind four bytes of its length; a reader may have gone before its end.
     */
    private static List<JsonNode> frames(String hex) {
        List<JsonNode> frames = new ArrayList<>();
        int at = 0;
        while (at + 8 <= hex.length()) {
            int end = at + 8 + 2 * Integer.parseUnsignedInt(hex.substring(at, at + 8), 16);
            if (end > hex.length()) {
                break;
            }
            frames.add(new ObjectMapper().getNodeFactory().textNode(hex.substring(at + 8, end)));
            at = end;
        }
        assertThat(frames).isNotEmpty();
        return frames;
    }

    private static void decode(Descriptor type, JsonNode hex, String where, List<String> faults) {
        if (hex.isArray()) {
            hex.forEach(one -> decode(type, one, where, faults));
            return;
        }
        try {
            unknown(DynamicMessage.parseFrom(type, HexFormat.of().parseHex(hex.asText(""))), where, faults);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            faults.add(where + ": " + e);
        }
    }

    private static void unknown(Message message, String where, List<String> faults) {
        message.getUnknownFields()
                .asMap()
                .keySet()
                .forEach(number -> faults.add(
                        where + ": " + message.getDescriptorForType().getName() + " has an unknown field " + number));
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                for (Object one : value instanceof List<?> many ? many : List.of(value)) {
                    unknown((Message) one, where, faults);
                }
            }
        });
    }
}
