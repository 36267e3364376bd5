package org.osteon.audit.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads a log's files as anybody may, trusting none of them. */
public final class LogReader {
    /** Most bytes of a checkpoint file. */
    public static final int MAX_CHECKPOINT = 64 * 1024;

    private final LogFiles files;

    /** A reader of the log in this folder. */
    public LogReader(Path folder) {
        this(LogFiles.in(folder));
    }

    /** A reader of these files. */
    public LogReader(LogFiles files) {
        this.files = files;
    }

    /** The checkpoint file. */
    public Checkpoint checkpoint() {
        return Checkpoint.parse(bytes("checkpoint", MAX_CHECKPOINT));
    }

    /** Hands each entry from one index up to another to the consumer. */
    public void entries(long from, long to, Consumer<byte[]> consumer) {
        for (long tile = from / TilePath.WIDTH; tile * TilePath.WIDTH < to; tile++) {
            long start = tile * TilePath.WIDTH;
            int width = (int) Math.min(TilePath.WIDTH, to - start);
            List<byte[]> bundle = bundle(tile, width);
            for (int i = 0; i < width; i++) {
                if (start + i >= from) {
                    consumer.accept(bundle.get(i));
                }
            }
        }
    }

    /**
     * Recomputes the root from the entries and compares it, and every tile, with the signed checkpoint.
     *
     * @throws LogException with code {@code CHECKPOINT_SIGNATURE}, or one of {@link #verify}
     */
    public Checkpoint verified(NoteKey key) {
        Checkpoint head = checkpoint();
        if (!head.signedBy(key)) {
            throw new LogException("CHECKPOINT_SIGNATURE", "the checkpoint is not signed by " + key.name());
        }
        verify(head, entry -> {});
        return head;
    }

    /**
     * Recomputes every hash from the entries, and compares the root with the head and each tile file with its hashes;
     * signatures are the caller's. Takes memory of 64 bytes an entry.
     *
     * @param head the size to read and the root to find
     * @param entries is handed each entry in order
     * @return the recomputed hashes, from which roots of smaller sizes and proofs follow
     * @throws LogException with code {@code ROOT_MISMATCH}, {@code TILE_MISMATCH}, {@code TILE_MISSING},
     *     {@code TILE_TOO_LARGE} or {@code TILE_MALFORMED}
     */
    public Merkle.Nodes verify(Checkpoint head, Consumer<byte[]> entries) {
        HashLevels levels = new HashLevels();
        entries(0, head.size(), entry -> {
            levels.add(Merkle.leaf(entry));
            entries.accept(entry);
        });
        if (!Arrays.equals(Merkle.root(levels, head.size()), head.root())) {
            throw new LogException("ROOT_MISMATCH", "the entries do not give the checkpoint's root");
        }
        TilePath.visit(0, head.size(), (level, index, width) -> {
            String name = TilePath.hashes(level, index, width);
            byte[] wanted = levels.tile(level, index, width);
            Optional<byte[]> full = width == TilePath.WIDTH ? Optional.empty() : full(level, index, width);
            if (!Arrays.equals(wanted, full.orElseGet(() -> bytes(name, wanted.length)))) {
                throw new LogException("TILE_MISMATCH", name + " does not follow from the entries");
            }
        });
        return levels;
    }

    /** Where the partial tile gave way to the full one: the full one's beginning. */
    private Optional<byte[]> full(int level, long index, int width) {
        return files.read(TilePath.hashes(level, index, TilePath.WIDTH), TilePath.WIDTH * 32L)
                .map(bytes -> Arrays.copyOf(bytes, Math.min(bytes.length, width * 32)));
    }

    /** The files a log of this head consists of, made anew from the entries: checkpoint, tiles, entry bundles. */
    public SortedMap<String, byte[]> filesAt(Checkpoint head) {
        return filesAt(head, this::entries);
    }

    /** A source of entries in order. */
    @FunctionalInterface
    public interface Entries {
        /** Hands each entry from one index up to another to the consumer. */
        void entries(long from, long to, Consumer<byte[]> consumer);
    }

    /**
     * The files a log of this head consists of, made from entries wherever they are kept.
     *
     * @throws LogException with code {@code ROOT_MISMATCH} when they do not give the head's root
     */
    public static SortedMap<String, byte[]> filesAt(Checkpoint head, Entries source) {
        SortedMap<String, byte[]> made = new TreeMap<>();
        HashLevels levels = new HashLevels();
        List<byte[]> open = new ArrayList<>();
        long[] tile = {0};
        source.entries(0, head.size(), entry -> {
            levels.add(Merkle.leaf(entry));
            open.add(entry);
            if (open.size() == TilePath.WIDTH) {
                made.put(TilePath.entries(tile[0]++, TilePath.WIDTH), EntryBundle.bytes(open));
                open.clear();
            }
        });
        if (!open.isEmpty()) {
            made.put(TilePath.entries(tile[0], open.size()), EntryBundle.bytes(open));
        }
        TilePath.visit(
                0,
                head.size(),
                (level, index, width) ->
                        made.put(TilePath.hashes(level, index, width), levels.tile(level, index, width)));
        if (!Arrays.equals(Merkle.root(levels, head.size()), head.root())) {
            throw new LogException("ROOT_MISMATCH", "the entries do not give the checkpoint's root");
        }
        made.put("checkpoint", head.bytes());
        return made;
    }

    /** Names of the files that {@link #filesAt} makes for a log of this size. */
    public static SortedSet<String> fileNames(long size) {
        SortedSet<String> names = new TreeSet<>();
        names.add("checkpoint");
        TilePath.visit(0, size, (level, index, width) -> {
            names.add(TilePath.hashes(level, index, width));
            if (level == 0) {
                names.add(TilePath.entries(index, width));
            }
        });
        return names;
    }

    private List<byte[]> bundle(long tile, int width) {
        String full = TilePath.entries(tile, TilePath.WIDTH);
        String name = TilePath.entries(tile, width);
        return files.read(full, EntryBundle.MAX_BYTES)
                .map(whole -> EntryBundle.parse(full, whole, TilePath.WIDTH))
                .orElseGet(() -> EntryBundle.parse(name, bytes(name, EntryBundle.MAX_BYTES), width));
    }

    private byte[] bytes(String name, long most) {
        return files.read(name, most)
                .orElseThrow(() -> new LogException("TILE_MISSING", "the log has no usable file " + name));
    }
}
