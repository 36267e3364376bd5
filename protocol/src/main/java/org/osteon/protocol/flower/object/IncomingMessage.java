package org.osteon.protocol.flower.object;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.ObjectTree;

/**
 * A message taken apart: records by name. Array chunks stay where they are and are named by id only.
 *
 * @param metadata the message's metadata, without its id
 * @param arrays records of arrays: record name, array name, array
 * @param metrics metric records by name
 * @param configs config records by name
 */
public record IncomingMessage(
        Metadata metadata,
        Map<String, Map<String, FlowerObjects.ArrayBody>> arrays,
        Map<String, MetricRecord> metrics,
        Map<String, ConfigRecord> configs) {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_RECORDS = 1_000;
    private static final int MAX_ARRAYS = 100_000;

    /** Reads objects by id; chunks are never asked for. */
    @FunctionalInterface
    public interface Source {
        /** The object; must exist. */
        FlowerObject object(String id);
    }

    /**
     * Takes a message apart.
     *
     * @param id the message's id
     * @param source where its objects are
     * @throws FlowerException when an object is malformed, or with code {@code MESSAGE_TOO_LARGE} when it holds more
     *     than 1,000 records or 100,000 arrays, the same one under several names counted each time
     */
    public static IncomingMessage read(String id, Source source) {
        FlowerObject root = source.object(id);
        Metadata metadata = FlowerObjects.readMessage(root).getMetadata();
        Map<String, Map<String, FlowerObjects.ArrayBody>> arrays = new LinkedHashMap<>();
        Map<String, MetricRecord> metrics = new LinkedHashMap<>();
        Map<String, ConfigRecord> configs = new LinkedHashMap<>();
        if (root.children().size() > 1) {
            throw new FlowerException("OBJECT_MALFORMED", "a message has one content");
        }
        for (String content : root.children()) {
            Map<String, String> records = FlowerObjects.readNames(source.object(content), "RecordDict");
            within(records.size(), MAX_RECORDS);
            int[] total = {0};
            records.forEach((name, recordId) -> {
                FlowerObject record = source.object(recordId);
                switch (record.type()) {
                    case "ArrayRecord" -> {
                        Map<String, FlowerObjects.ArrayBody> named = new LinkedHashMap<>();
                        Map<String, String> members = FlowerObjects.readNames(record, "ArrayRecord");
                        total[0] += members.size();
                        within(total[0], MAX_ARRAYS);
                        members.forEach(
                                (array, arrayId) -> named.put(array, FlowerObjects.readArray(source.object(arrayId))));
                        arrays.put(name, named);
                    }
                    case "MetricRecord" -> metrics.put(name, FlowerObjects.readMetrics(record));
                    case "ConfigRecord" -> configs.put(name, FlowerObjects.readConfig(record));
                    default ->
                        throw new FlowerException("OBJECT_TYPE", "a message holds records, not " + record.type());
                }
            });
        }
        return new IncomingMessage(metadata, arrays, metrics, configs);
    }

    private static void within(int count, int most) {
        if (count > most) {
            throw new FlowerException("MESSAGE_TOO_LARGE", "a message holds more than " + most + " records or arrays");
        }
    }

    /** The bytes under a key of a config record. */
    public Optional<byte[]> configBytes(String record, String key) {
        ConfigRecord config = configs.get(record);
        if (config == null) {
            return Optional.empty();
        }
        return config.getItemsList().stream()
                .filter(item -> item.getKey().equals(key) && item.getValue().hasBytes())
                .map(item -> item.getValue().getBytes().toByteArray())
                .findFirst();
    }

    /**
     * Every id in a tree, children before parents.
     *
     * @param tree as announced
     * @param most how many nodes it may have, repeats counted
     * @throws FlowerException with code {@code TREE_MALFORMED} when it is too deep or too large, or an id is malformed
     */
    public static Set<String> ids(ObjectTree tree, int most) {
        Set<String> ids = new LinkedHashSet<>();
        collect(tree, ids, 0, most);
        return ids;
    }

    /** Returns how many nodes may still be visited. */
    private static int collect(ObjectTree tree, Set<String> ids, int depth, int most) {
        if (depth > MAX_DEPTH || most <= 0 || !Digest.isHex(tree.getObjectId())) {
            throw new FlowerException("TREE_MALFORMED", "an object tree is too deep, too large or malformed");
        }
        int left = most - 1;
        for (ObjectTree child : tree.getChildrenList()) {
            left = collect(child, ids, depth + 1, left);
        }
        ids.add(tree.getObjectId());
        return left;
    }
}
