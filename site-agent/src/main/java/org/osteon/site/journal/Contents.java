package org.osteon.site.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Error;
import org.osteon.protocol.flower.wire.Metadata;

/**
 * The fields of something that leaves, read from its bytes: one line a field, its path and its type, such as
 * {@code document.study sha256} or {@code arrays.gradient float64[3]}. A member that the type does not declare has no
 * line and stops the whole from leaving.
 */
public final class Contents {
    private Contents() {}

    /** The fields of a signed document. */
    public static List<String> of(SignedDocument<?> signed) {
        return envelope("", signed.bytes(), signed.document().getClass());
    }

    /** The fields of a leaf of the site's log. */
    public static List<String> ofLeaf(byte[] leaf) {
        return document("", CanonicalJson.readTree(leaf), Event.class);
    }

    /** The fields of a log's signed head. */
    public static List<String> of(Checkpoint head) {
        Checkpoint read = Checkpoint.parse(head.bytes());
        return List.of(
                "origin text",
                "size integer",
                "root bytes[" + read.root().length + "]",
                "signatures[].name text",
                "signatures[].value bytes");
    }

    /**
     * The fields of a cosignature: one line of a note.
     *
     * @throws IllegalStateException when it is anything else
     */
    public static List<String> ofCosignature(byte[] line) {
        if (!new String(line, StandardCharsets.UTF_8).matches("— \\S+ [A-Za-z0-9+/]+=*\n?")) {
            throw new IllegalStateException("a cosignature is one line with a name and a value");
        }
        return List.of("name text", "value bytes");
    }

    /** The fields of a Flower message with all its records; arrays with dtype and shape. */
    public static List<String> of(OutgoingMessage message) {
        List<String> fields = new ArrayList<>();
        fields.addAll(members("message.", Metadata.getDescriptor().getFields()));
        if (message.message().hasError()) {
            fields.addAll(members("error.", Error.getDescriptor().getFields()));
            return fields;
        }
        IncomingMessage parts = IncomingMessage.read(message.id(), id -> object(message, id));
        parts.arrays()
                .forEach((record, arrays) -> arrays.forEach(
                        (name, array) -> fields.add(record + "." + name + " " + array.dtype() + shape(array))));
        parts.metrics()
                .forEach((record, metrics) -> metrics.getItemsList()
                        .forEach(item -> fields.add(record + "." + item.getKey() + " "
                                + item.getValue().getValueCase().name().toLowerCase(java.util.Locale.ROOT))));
        parts.configs()
                .forEach((record, config) -> config.getItemsList().forEach(item -> {
                    if (!record.equals(Reply.RECORD) || !item.getKey().equals(Reply.RECORD)) {
                        throw new IllegalStateException("a reply carries the record " + Reply.RECORD + " alone");
                    }
                    fields.addAll(envelope("reply.", item.getValue().getBytes().toByteArray(), Reply.class));
                }));
        return fields;
    }

    private static FlowerObject object(OutgoingMessage message, String id) {
        FlowerObject object = message.object(id);
        if (object == null) {
            throw new IllegalStateException("a message names an object that it does not have");
        }
        return object;
    }

    private static String shape(FlowerObjects.ArrayBody array) {
        return array.shape().toString().replace(" ", "");
    }

    private static List<String> members(String prefix, List<FieldDescriptor> all) {
        return all.stream()
                .map(field ->
                        prefix + field.getName() + " " + field.getType().name().toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    private static List<String> envelope(String prefix, byte[] bytes, Class<?> type) {
        JsonNode tree = CanonicalJson.readTree(bytes);
        List<String> fields = new ArrayList<>(document(prefix + "document.", tree.path("document"), type));
        fields.addAll(List.of(
                prefix + "signatures[].scheme text",
                prefix + "signatures[].keyId text",
                prefix + "signatures[].value bytes"));
        return fields;
    }

    private static List<String> document(String prefix, JsonNode tree, Class<?> type) {
        List<String> declared = new ArrayList<>();
        record(prefix, type, declared);
        Set<String> known = new LinkedHashSet<>();
        declared.forEach(line -> known.add(line.substring(0, line.indexOf(' '))));
        present(prefix.substring(0, Math.max(0, prefix.length() - 1)), tree, known);
        return declared;
    }

    /** Every value in the tree stands under a path that the type declares. */
    private static void present(String path, JsonNode node, Set<String> known) {
        if (node.isArray()) {
            node.forEach(child -> present(path + "[]", child, known));
        } else if (node.isObject()) {
            node.fields().forEachRemaining(member -> {
                String below = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
                present(known.contains(path + ".*") ? path + ".*" : below, member.getValue(), known);
            });
        } else if (!known.contains(path)) {
            throw new IllegalStateException("what is to leave has a field that its type does not declare: " + path);
        }
    }

    private static void record(String prefix, Class<?> type, List<String> fields) {
        for (RecordComponent component : type.getRecordComponents()) {
            field(prefix + component.getName(), component.getGenericType(), fields);
        }
    }

    private static void field(String path, Type type, List<String> fields) {
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            field(path + "[]", list.getActualTypeArguments()[0], fields);
        } else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            field(path + ".*", map.getActualTypeArguments()[1], fields);
        } else if (type == Digest.class) {
            fields.add(path + " sha256");
        } else if (type == String.class) {
            fields.add(path + " text");
        } else if (type == Instant.class) {
            fields.add(path + " time");
        } else if (type == double.class) {
            fields.add(path + " number");
        } else if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            fields.add(path + " integer");
        } else if (type == boolean.class) {
            fields.add(path + " flag");
        } else if (type instanceof Class<?> whole && whole.isEnum()) {
            fields.add(path + " code");
        } else if (type instanceof Class<?> whole && whole.isRecord()) {
            record(path + ".", whole, fields);
        } else {
            throw new IllegalStateException("a field of what leaves has a type without a name: " + path);
        }
    }
}
