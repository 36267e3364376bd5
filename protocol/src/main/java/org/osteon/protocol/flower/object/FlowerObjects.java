package org.osteon.protocol.flower.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;

/** Makes and reads the bodies of Flower's objects. */
public final class FlowerObjects {
    /** Bytes of a chunk, as Flower from 1.23 on cuts arrays. */
    public static final int CHUNK_BYTES = 5 * 1024 * 1024;

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
        return new FlowerObject("ArrayChunk", List.of(), bytes);
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
        array.chunks().forEach(chunk -> indices.add(children.indexOf(chunk)));
        return new FlowerObject("Array", children, PythonJson.write(body));
    }

    /** Reads an array. */
    public static ArrayBody readArray(FlowerObject object) {
        JsonNode body = body(object, "Array");
        List<Integer> shape = new ArrayList<>();
        body.path("shape").forEach(extent -> shape.add(extent.intValue()));
        List<String> chunks = new ArrayList<>();
        for (JsonNode index : body.path("arraychunk_ids")) {
            if (!index.canConvertToInt()
                    || index.intValue() < 0
                    || index.intValue() >= object.children().size()) {
                throw new FlowerException("OBJECT_MALFORMED", "an array names a chunk it does not have");
            }
            chunks.add(object.children().get(index.intValue()));
        }
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
        body(object, type).fields().forEachRemaining(field -> {
            String id = field.getValue().asText();
            if (!object.children().contains(id)) {
                throw new FlowerException("OBJECT_MALFORMED", "a record names a child it does not have");
            }
            names.put(field.getKey(), id);
        });
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

    /** Reads a message object: metadata, and an error where there is one. */
    public static Message readMessage(FlowerObject object) {
        expect(object, "Message");
        try {
            return Message.parseFrom(object.body());
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("OBJECT_MALFORMED", "a message is not protobuf");
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
