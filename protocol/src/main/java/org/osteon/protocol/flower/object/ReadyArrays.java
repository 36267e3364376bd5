package org.osteon.protocol.flower.object;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.flower.wire.ObjectTree;

/**
 * A record of arrays whose objects' ids are known, so that many messages can carry it and its values are hashed once.
 * Values stay where they are.
 *
 * @param objects its objects below the record, children first
 * @param record the record
 * @param tree the record's tree
 */
public record ReadyArrays(Map<String, EncodedObject> objects, FlowerObject record, ObjectTree tree) {
    /** Hashes the arrays, a chunk at a time. */
    public static ReadyArrays of(List<ArrayContent> arrays) {
        Map<String, EncodedObject> objects = new LinkedHashMap<>();
        Map<String, String> ids = new LinkedHashMap<>();
        Map<String, ObjectTree> children = new LinkedHashMap<>();
        for (ArrayContent array : arrays) {
            List<String> chunks = new ArrayList<>();
            Map<String, ObjectTree> chunkTrees = new LinkedHashMap<>();
            for (int i = 0; i < array.chunks(); i++) {
                EncodedObject chunk = array.chunk(i);
                String id = chunk.id();
                chunks.add(id);
                objects.putIfAbsent(id, chunk);
                chunkTrees.put(id, OutgoingMessage.Builder.leaf(id));
            }
            FlowerObject object = FlowerObjects.array(new FlowerObjects.ArrayBody(
                    array.spec().dtype(), array.spec().shape(), "numpy.ndarray", chunks));
            String id = object.id();
            objects.putIfAbsent(id, EncodedObject.of(object));
            ids.put(array.spec().name(), id);
            children.put(id, OutgoingMessage.Builder.node(id, chunkTrees));
        }
        FlowerObject record = FlowerObjects.names("ArrayRecord", ids);
        return new ReadyArrays(objects, record, OutgoingMessage.Builder.node(record.id(), children));
    }
}
