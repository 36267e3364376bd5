package org.osteon.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Hashes of all perfect subtrees of a growing tree, kept in memory: 64 bytes an entry in all. */
final class HashLevels implements Merkle.Nodes {
    private static final int HASH = 32;
    private static final int FIRST = 16;

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
        if (level >= levels.size() || index < 0 || index >= levels.get(level).count) {
            throw new LogException("INDEX_OUT_OF_RANGE", "no subtree " + index + " at level " + level);
        }
        return levels.get(level).get(index);
    }

    /** The bytes of a tile: hashes of {@code width} neighbouring subtrees of height 8·level. */
    byte[] tile(int level, long index, int width) {
        byte[] tile = new byte[width * HASH];
        for (int i = 0; i < width; i++) {
            System.arraycopy(hash(8 * level, index * TilePath.WIDTH + i), 0, tile, i * HASH, HASH);
        }
        return tile;
    }

    /** One level's hashes, in blocks so that growing copies little. */
    private static final class Level {
        private static final int BLOCK = 4096;
        private final List<byte[]> blocks = new ArrayList<>();
        private long count;

        void add(byte[] hash) {
            int at = (int) (count % BLOCK);
            if (at == 0) {
                blocks.add(new byte[(count == 0 ? FIRST : BLOCK) * HASH]);
            }
            int last = blocks.size() - 1;
            byte[] block = blocks.get(last);
            if (at * HASH == block.length) {
                block = Arrays.copyOf(block, Math.min(2 * block.length, BLOCK * HASH));
                blocks.set(last, block);
            }
            System.arraycopy(hash, 0, block, at * HASH, HASH);
            count++;
        }

        byte[] get(long index) {
            int at = (int) (index % BLOCK) * HASH;
            return Arrays.copyOfRange(blocks.get((int) (index / BLOCK)), at, at + HASH);
        }
    }
}
