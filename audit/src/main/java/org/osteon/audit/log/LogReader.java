package org.osteon.audit.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Reads a log's files as anybody may, trusting none of them. */
public final class LogReader {
    private static final long MAX_BUNDLE = 256L * (TileLog.MAX_ENTRY + 2);

    private final Path folder;

    /** A reader of the log in this folder. */
    public LogReader(Path folder) {
        this.folder = folder;
    }

    /** The checkpoint file. */
    public Checkpoint checkpoint() {
        return Checkpoint.parse(bytes("checkpoint", 64 * 1024));
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
     * Recomputes the root from the entries and compares it with the checkpoint.
     *
     * @throws LogException with code {@code ROOT_MISMATCH} or {@code TILE_MALFORMED}
     */
    public Checkpoint verified(NoteKey key) {
        Checkpoint head = checkpoint();
        if (!head.signedBy(key)) {
            throw new LogException("CHECKPOINT_SIGNATURE", "the checkpoint is not signed by " + key.name());
        }
        HashLevels levels = new HashLevels();
        entries(0, head.size(), entry -> levels.add(Merkle.leaf(entry)));
        if (!Arrays.equals(Merkle.root(levels, head.size()), head.root())) {
            throw new LogException("ROOT_MISMATCH", "the entries do not give the checkpoint's root");
        }
        return head;
    }

    private List<byte[]> bundle(long tile, int width) {
        String full = TilePath.entries(tile, TilePath.WIDTH);
        byte[] bytes = Files.exists(folder.resolve(full))
                ? bytes(full, MAX_BUNDLE)
                : bytes(TilePath.entries(tile, width), MAX_BUNDLE);
        List<byte[]> entries = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            if (at + 2 > bytes.length) {
                throw new LogException("TILE_MALFORMED", "entry bundle " + tile + " ends in a length");
            }
            int length = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            if (at + 2 + length > bytes.length) {
                throw new LogException("TILE_MALFORMED", "entry bundle " + tile + " ends in an entry");
            }
            entries.add(Arrays.copyOfRange(bytes, at + 2, at + 2 + length));
            at += 2 + length;
        }
        if (entries.size() < width) {
            throw new LogException(
                    "TILE_MALFORMED", "entry bundle " + tile + " has " + entries.size() + " entries, needs " + width);
        }
        return entries;
    }

    private byte[] bytes(String name, long most) {
        Path file = folder.resolve(name);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > most) {
                throw new LogException("TILE_MISSING", "the log has no usable file " + name);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
