package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.List;
import org.osteon.audit.log.Merkle;

/** Hashes of all perfect subtrees over a log's entries. */
final class Subtrees implements Merkle.Nodes {
    private final List<List<byte[]>> levels = new ArrayList<>();

    Subtrees(List<byte[]> leaves) {
        List<byte[]> level = leaves.stream().map(Merkle::leaf).toList();
        while (!level.isEmpty()) {
            levels.add(level);
            List<byte[]> above = new ArrayList<>();
            for (int i = 0; i + 1 < level.size(); i += 2) {
                above.add(Merkle.node(level.get(i), level.get(i + 1)));
            }
            level = above;
        }
    }

    @Override
    public byte[] hash(int level, long index) {
        return levels.get(level).get((int) index);
    }
}
