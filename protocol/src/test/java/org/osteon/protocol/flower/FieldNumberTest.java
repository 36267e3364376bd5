package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.flower.wire.PullAppInputsRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.StartRunRequest;

/** Our wire messages have the names, numbers and types of the released descriptors. */
class FieldNumberTest {

    @Test
    void ourMessagesAreThoseOfTheNewestRelease() throws Exception {
        // Given
        List<String> lines = Files.readAllLines(SharedData.find("flower-golden/1.42.0/proto-1.42.0-compact.txt"));

        // When
        List<String> differences = differences(lines, ours());

        // Then
        assertThat(differences).isEmpty();
        assertThat(ours()).hasSizeGreaterThan(45);
        ServiceDescriptor fleet = PushMessagesResponse.getDescriptor().getFile().findServiceByName("Fleet");
        assertThat(lines.stream().filter(line -> line.startsWith("rpc Fleet.")))
                .containsExactlyInAnyOrderElementsOf(
                        fleet.getMethods().stream().map(FieldNumberTest::rpc).toList());
        ServiceDescriptor control = StartRunRequest.getDescriptor().getFile().findServiceByName("Control");
        assertThat(lines)
                .containsAll(
                        control.getMethods().stream().map(FieldNumberTest::rpc).toList());
    }

    @Test
    void theHostedAppsMessagesAreThoseOf129() throws Exception {
        // Given
        List<String> lines = Files.readAllLines(SharedData.find("flower-golden/proto-1.29.0-compact.txt")).stream()
                .map(line -> line.replace("; SimulationConfig federation_config=4", ""))
                .toList();

        // When
        Map<String, TreeSet<String>> ours = ours(Stream.of(PullAppInputsRequest.getDescriptor()));

        // Then
        assertThat(differences(lines, ours)).isEmpty();
        assertThat(ours).hasSize(15);
        ServiceDescriptor service =
                PullAppInputsRequest.getDescriptor().getFile().findServiceByName("ClientAppIo");
        assertThat(lines)
                .contains("service ClientAppIo: "
                        + service.getMethods().stream()
                                .map(method -> method.getName() + "("
                                        + method.getInputType().getName() + ")->"
                                        + method.getOutputType().getName())
                                .collect(Collectors.joining("; ")));
    }

    @Test
    void aFieldOfAnotherNumberTypeOrNameIsFound() throws Exception {
        // Given
        List<String> lines = Files.readAllLines(SharedData.find("flower-golden/1.42.0/proto-1.42.0-compact.txt"));

        // When
        List<String> planted = lines.stream()
                .map(line -> line.startsWith("message Error:") ? line.replace("sint64 code=1", "int64 code=1") : line)
                .map(line -> line.startsWith("message Node:") ? line.replace("node_id=1", "node_id=2") : line)
                .toList();

        // Then
        assertThat(differences(planted, ours()).stream().map(line -> line.replaceAll(":.*", "")))
                .containsExactly("Error", "Node");
    }

    private static List<String> differences(List<String> lines, Map<String, TreeSet<String>> ours) {
        Map<String, TreeSet<String>> theirs = new TreeMap<>();
        for (String line : lines) {
            if (line.startsWith("message ")) {
                String[] parts = line.substring(8).split(":", 2);
                theirs.put(
                        parts[0],
                        parts[1].isBlank()
                                ? new TreeSet<>()
                                : new TreeSet<>(List.of(parts[1].strip()
                                        .replaceAll("oneof\\(\\w+\\) ", "")
                                        .split("; ?"))));
            }
        }
        List<String> differences = new ArrayList<>();
        ours.forEach((name, fields) -> {
            if (!fields.equals(theirs.get(name))) {
                differences.add(name + ": ours " + fields + ", theirs " + theirs.get(name));
            }
        });
        return differences;
    }

    private static Map<String, TreeSet<String>> ours() {
        return ours(Stream.of(PushMessagesResponse.getDescriptor(), StartRunRequest.getDescriptor()));
    }

    private static Map<String, TreeSet<String>> ours(Stream<Descriptor> files) {
        Map<String, TreeSet<String>> ours = new TreeMap<>();
        for (Descriptor message :
                files.flatMap(one -> one.getFile().getMessageTypes().stream()).toList()) {
            ours.put(message.getName(), fields(message));
            for (Descriptor nested : message.getNestedTypes()) {
                if (!nested.getOptions().getMapEntry()) {
                    ours.put(message.getName() + "." + nested.getName(), fields(nested));
                }
            }
        }
        return ours;
    }

    private static TreeSet<String> fields(Descriptor message) {
        return message.getFields().stream()
                .map(field -> label(field) + " " + field.getName() + "=" + field.getNumber())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField()) {
            List<FieldDescriptor> entry = field.getMessageType().getFields();
            return "map<" + type(entry.get(0)) + "," + type(entry.get(1)) + ">";
        }
        boolean explicit =
                field.hasPresence() && field.getContainingOneof() != null && field.getRealContainingOneof() == null;
        return (field.isRepeated() ? "repeated " : explicit ? "optional " : "") + type(field);
    }

    private static String type(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.MESSAGE
                ? field.getMessageType().getName()
                : field.getType().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static String rpc(MethodDescriptor method) {
        return "rpc " + method.getService().getName() + "." + method.getName() + "("
                + method.getInputType().getName() + ")->" + (method.isServerStreaming() ? "stream " : "")
                + method.getOutputType().getName();
    }
}
