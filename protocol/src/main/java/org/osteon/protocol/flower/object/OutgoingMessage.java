package org.osteon.protocol.flower.object;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.ConfigRecordValue;
import org.osteon.protocol.flower.wire.Error;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.MetricRecordValue;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.RecordDict;

/** A message on its way out: the wire message, its tree, and every object; values stay in their files. */
public final class OutgoingMessage {
    private final Message message;
    private final ObjectTree tree;
    private final Map<String, EncodedObject> objects;

    private OutgoingMessage(Message message, ObjectTree tree, Map<String, EncodedObject> objects) {
        this.message = message;
        this.tree = tree;
        this.objects = objects;
    }

    /** The message as it goes into PullMessages or PushMessages: with its id, and content present but empty. */
    public Message message() {
        return message;
    }

    /** The message's id, the root of its tree. */
    public String id() {
        return message.getMetadata().getMessageId();
    }

    /** Ids of all objects with their children. */
    public ObjectTree tree() {
        return tree;
    }

    /** Ids in an order in which children come before parents. */
    public List<String> ids() {
        return new ArrayList<>(objects.keySet());
    }

    /** Whether an object is this message's. */
    public boolean has(String id) {
        return objects.containsKey(id);
    }

    /** The object of that id, or null when it is none of this message's. */
    public @Nullable FlowerObject object(String id) {
        EncodedObject encoded = objects.get(id);
        return encoded == null ? null : encoded.decoded();
    }

    /** The same as it goes over the wire, its values still in their file. */
    public @Nullable EncodedObject encoded(String id) {
        return objects.get(id);
    }

    /**
     * A message that reports an error instead of content.
     *
     * @param metadata without message id, which is computed
     * @param code one of Flower's error codes
     * @param reason goes to the other party as it is; must name no patient
     */
    public static OutgoingMessage error(Metadata metadata, int code, String reason) {
        Error error = Error.newBuilder().setCode(code).setReason(reason).build();
        FlowerObject root = FlowerObjects.errorMessage(metadata, error);
        String id = root.id();
        Message message = Message.newBuilder()
                .setMetadata(metadata.toBuilder().setMessageId(id))
                .setError(error)
                .build();
        ObjectTree tree = ObjectTree.newBuilder().setObjectId(id).build();
        return new OutgoingMessage(message, tree, Map.of(id, EncodedObject.of(root)));
    }

    /** Builds a message record by record. */
    public static final class Builder {
        private final Map<String, EncodedObject> objects = new LinkedHashMap<>();
        private final Map<String, String> records = new LinkedHashMap<>();
        private final Map<String, ObjectTree> trees = new LinkedHashMap<>();

        /** Adds a record of arrays; an empty list makes an empty record. */
        public Builder arrays(String name, List<ArrayContent> arrays) {
            return arrays(name, ReadyArrays.of(arrays));
        }

        /** Adds a record of arrays whose ids are known already. */
        public Builder arrays(String name, ReadyArrays arrays) {
            arrays.objects().forEach(objects::putIfAbsent);
            return record(name, arrays.record(), arrays.tree());
        }

        /** Adds a metric record with one signed integer. */
        public Builder metric(String name, String key, long value) {
            return metrics(
                    name,
                    MetricRecord.newBuilder()
                            .addItems(MetricRecord.Item.newBuilder()
                                    .setKey(key)
                                    .setValue(MetricRecordValue.newBuilder().setSint64(value)))
                            .build());
        }

        /** Adds a metric record. */
        public Builder metrics(String name, MetricRecord record) {
            FlowerObject object = FlowerObjects.metrics(record);
            return record(name, object, leaf(object.id()));
        }

        /** Adds a config record with one signed integer. */
        public Builder config(String name, String key, long value) {
            return config(
                    name, key, ConfigRecordValue.newBuilder().setSint64(value).build());
        }

        /** Adds a config record with one signed integer and numbers after it, in their order. */
        public Builder config(String name, String key, long value, Map<String, Double> numbers) {
            ConfigRecord.Builder record = ConfigRecord.newBuilder()
                    .addItems(ConfigRecord.Item.newBuilder()
                            .setKey(key)
                            .setValue(ConfigRecordValue.newBuilder().setSint64(value)));
            numbers.forEach((other, number) -> record.addItems(ConfigRecord.Item.newBuilder()
                    .setKey(other)
                    .setValue(ConfigRecordValue.newBuilder().setDouble(number))));
            FlowerObject object = FlowerObjects.config(record.build());
            return record(name, object, leaf(object.id()));
        }

        /** Adds a config record with bytes. */
        public Builder config(String name, String key, byte[] value) {
            return config(
                    name,
                    key,
                    ConfigRecordValue.newBuilder()
                            .setBytes(ByteString.copyFrom(value))
                            .build());
        }

        private Builder config(String name, String key, ConfigRecordValue value) {
            ConfigRecord record = ConfigRecord.newBuilder()
                    .addItems(ConfigRecord.Item.newBuilder().setKey(key).setValue(value))
                    .build();
            FlowerObject object = FlowerObjects.config(record);
            return record(name, object, leaf(object.id()));
        }

        private Builder record(String name, FlowerObject object, ObjectTree tree) {
            records.put(name, add(object));
            trees.put(object.id(), tree);
            return this;
        }

        /** Closes the message with this metadata, whose message id is computed. */
        public OutgoingMessage build(Metadata metadata) {
            FlowerObject dictionary = FlowerObjects.names("RecordDict", records);
            add(dictionary);
            FlowerObject root = FlowerObjects.message(metadata, dictionary.id());
            String id = add(root);
            Message message = Message.newBuilder()
                    .setMetadata(metadata.toBuilder().setMessageId(id))
                    .setContent(RecordDict.getDefaultInstance())
                    .build();
            ObjectTree content = node(dictionary.id(), trees);
            return new OutgoingMessage(message, node(id, Map.of(content.getObjectId(), content)), objects);
        }

        private String add(FlowerObject object) {
            String id = object.id();
            objects.putIfAbsent(id, EncodedObject.of(object));
            return id;
        }

        static ObjectTree leaf(String id) {
            return ObjectTree.newBuilder().setObjectId(id).build();
        }

        static ObjectTree node(String id, Map<String, ObjectTree> children) {
            return ObjectTree.newBuilder()
                    .setObjectId(id)
                    .addAllChildren(children.values())
                    .build();
        }
    }
}
