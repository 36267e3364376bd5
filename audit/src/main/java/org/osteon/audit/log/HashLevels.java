package org.osteon.audit.log;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Hashes of all perfect subtrees of a growing tree, kept in memory: 64 bytes an entry in all. */
final class HashLevels implements Merkle.Nodes {
    private final List<Level> levels = new ArrayList<>();

    void add(byte[] leafHash) {
        byte[] hash = leafHash;
        for (int level = 0; ; level++) {
            if (levels.size() == level) {
                levels.add(new Level());
            }
            Level at = levels.get(level);
            at.add(hash);
            if (at.count % 2 == 1) {
                return;
            }
            hash = Merkle.node(at.get(at.count - 2), at.get(at.count - 1));
        }
    }

    @Override
    public byte[] hash(int level, long index) {
        if (level >= levels.size() || index >= levels.get(level).count) {
            throw new LogException("INDEX_OUT_OF_RANGE", "no subtree " + index + " at level " + level);
        }
        return levels.get(level).get(index);
    }

    /** One level's hashes, in blocks. */
    private static final class Level {
        private static final int BLOCK = 4096;
        private final List<byte[]> blocks = new ArrayList<>();
        private final ByteArrayOutputStream open = new ByteArrayOutputStream();
        private long count;

        void add(byte[] hash) {
            open.writeBytes(hash);
            count++;
            if (count % BLOCK == 0) {
                blocks.add(open.toByteArray());
                open.reset();
            }
        }

        byte[] get(long index) {
            int block = (int) (index / BLOCK);
            int at = (int) (index % BLOCK) * 32;
            byte[] source = block < blocks.size() ? blocks.get(block) : open.toByteArray();
            return Arrays.copyOfRange(source, at, at + 32);
        }
    }
}
