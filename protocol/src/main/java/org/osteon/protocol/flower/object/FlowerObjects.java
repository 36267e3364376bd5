package org.osteon.protocol.flower.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.Error;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;

/** Makes and reads the bodies of Flower's objects. */
public final class FlowerObjects {
    /** Bytes of a chunk, as Flower from 1.23 on cuts arrays. */
    public static final int CHUNK_BYTES = 5 * 1024 * 1024;

    /** The type of a chunk. */
    static final String CHUNK = "ArrayChunk";

    private static final int MAX_DIMENSIONS = 32;

    private FlowerObjects() {}

    /**
     * An array as its object describes it.
     *
     * @param dtype NumPy's name
     * @param shape extents
     * @param stype serialisation, {@code numpy.ndarray}
     * @param chunks chunk ids in order, repeats included
     */
    public record ArrayBody(String dtype, List<Integer> shape, String stype, List<String> chunks) {
        /** Takes copies. */
        public ArrayBody {
            shape = List.copyOf(shape);
            chunks = List.copyOf(chunks);
        }
    }

    /** A chunk of an array's bytes. */
    public static FlowerObject chunk(byte[] bytes) {
        return new FlowerObject(CHUNK, List.of(), bytes);
    }

    /** An array over chunks. */
    public static FlowerObject array(ArrayBody array) {
        List<String> children = new ArrayList<>(new LinkedHashSet<>(array.chunks()));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("dtype", array.dtype());
        ArrayNode shape = body.putArray("shape");
        array.shape().forEach(shape::add);
        body.put("stype", array.stype());
        ArrayNode indices = body.putArray("arraychunk_ids");
        Map<String, Integer> places = new HashMap<>();
        children.forEach(child -> places.put(child, places.size()));
        array.chunks().forEach(chunk -> indices.add(places.get(chunk)));
        return new FlowerObject("Array", children, PythonJson.write(body));
    }

    /**
     * Reads an array.
     *
     * @throws FlowerException with code {@code OBJECT_MALFORMED} when the body is not an array's, or a child is not
     *     used
     */
    public static ArrayBody readArray(FlowerObject object) {
        JsonNode body = body(object, "Array");
        JsonNode extents = body.path("shape");
        if (!body.path("dtype").isTextual()
                || !body.path("stype").isTextual()
                || !extents.isArray()
                || extents.size() > MAX_DIMENSIONS
                || !body.path("arraychunk_ids").isArray()) {
            throw new FlowerException("OBJECT_MALFORMED", "an array lacks dtype, shape, stype or chunks");
        }
        List<Integer> shape = new ArrayList<>();
        for (JsonNode extent : extents) {
            if (!extent.isIntegralNumber() || !extent.canConvertToInt() || extent.intValue() < 0) {
                throw new FlowerException("OBJECT_MALFORMED", "an array's extent is not a count");
            }
            shape.add(extent.intValue());
        }
        List<String> chunks = new ArrayList<>();
        for (JsonNode index : body.path("arraychunk_ids")) {
            if (!index.isIntegralNumber()
                    || !index.canConvertToInt()
                    || index.intValue() < 0
                    || index.intValue() >= object.children().size()) {
                throw new FlowerException("OBJECT_MALFORMED", "an array names a chunk it does not have");
            }
            chunks.add(object.children().get(index.intValue()));
        }
        allUsed(object, chunks);
        return new ArrayBody(
                body.path("dtype").asText(), shape, body.path("stype").asText(), chunks);
    }

    /** A record of named arrays, or a dictionary of named records: names to child ids. */
    public static FlowerObject names(String type, Map<String, String> ids) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ids.forEach(body::put);
        return new FlowerObject(type, new ArrayList<>(new LinkedHashSet<>(ids.values())), PythonJson.write(body));
    }

    /** Reads an {@code ArrayRecord} or {@code RecordDict}: names to child ids, in order. */
    public static Map<String, String> readNames(FlowerObject object, String type) {
        Map<String, String> names = new LinkedHashMap<>();
        Set<String> children = new HashSet<>(object.children());
        body(object, type).fields().forEachRemaining(field -> {
            String id = field.getValue().textValue();
            if (id == null || !children.contains(id)) {
                throw new FlowerException("OBJECT_MALFORMED", "a record names a child it does not have");
            }
            names.put(field.getKey(), id);
        });
        allUsed(object, names.values());
        return names;
    }

    /** A metric record. */
    public static FlowerObject metrics(MetricRecord record) {
        return new FlowerObject("MetricRecord", List.of(), record.toByteArray());
    }

    /** A config record. */
    public static FlowerObject config(ConfigRecord record) {
        return new FlowerObject("ConfigRecord", List.of(), record.toByteArray());
    }

    /** Reads a metric record. */
    public static MetricRecord readMetrics(FlowerObject object) {
        expect(object, "MetricRecord");
        try {
            return MetricRecord.parseFrom(object.body());
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("OBJECT_MALFORMED", "a metric record is not protobuf");
        }
    }

    /** Reads a config record. */
    public static ConfigRecord readConfig(FlowerObject object) {
        expect(object, "ConfigRecord");
        try {
            return ConfigRecord.parseFrom(object.body());
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("OBJECT_MALFORMED", "a config record is not protobuf");
        }
    }

    /**
     * A message over its content; the id is computed with an empty {@code message_id} in the metadata.
     *
     * @param metadata without message id
     * @param contentId id of the RecordDict
     */
    public static FlowerObject message(Metadata metadata, String contentId) {
        Message message = Message.newBuilder()
                .setMetadata(metadata.toBuilder().clearMessageId())
                .build();
        return new FlowerObject("Message", List.of(contentId), message.toByteArray());
    }

    /**
     * A message that reports an error and has no content.
     *
     * @param metadata without message id
     * @param error code and reason; the reason goes to the other party
     */
    public static FlowerObject errorMessage(Metadata metadata, Error error) {
        Message message = Message.newBuilder()
                .setMetadata(metadata.toBuilder().clearMessageId())
                .setError(error)
                .build();
        return new FlowerObject("Message", List.of(), message.toByteArray());
    }

    /** Reads a message object: metadata, and an error where there is one. */
    public static Message readMessage(FlowerObject object) {
        expect(object, "Message");
        try {
            return Message.parseFrom(object.body());
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("OBJECT_MALFORMED", "a message is not protobuf");
        }
    }

    private static void allUsed(FlowerObject object, Collection<String> used) {
        if (!new LinkedHashSet<>(used).containsAll(object.children())) {
            throw new FlowerException("OBJECT_MALFORMED", "an object has a child that its body does not name");
        }
    }

    private static JsonNode body(FlowerObject object, String type) {
        expect(object, type);
        return PythonJson.read(object.body());
    }

    private static void expect(FlowerObject object, String type) {
        if (!object.type().equals(type)) {
            throw new FlowerException("OBJECT_TYPE", "expected an object of type " + type + ", was " + object.type());
        }
    }
}
