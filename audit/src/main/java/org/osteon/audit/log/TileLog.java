package org.osteon.audit.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osteon.protocol.sign.SigningKey;

/**
 * A log in a folder, served as static files. Appending writes tiles first and the checkpoint last, each by a temporary
 * file, a sync, a rename and a sync of the folder; what {@link #append} returned is durable.
 */
public final class TileLog {
    /** Most bytes of one entry. */
    public static final int MAX_ENTRY = 65_535;

    private static final String CHECKPOINT = "checkpoint";

    private final Path folder;
    private final String origin;
    private final SigningKey key;
    private final HashLevels levels;
    private final List<byte[]> openEntries = new ArrayList<>();
    private Checkpoint checkpoint;

    private TileLog(Path folder, String origin, SigningKey key, HashLevels levels, Checkpoint checkpoint) {
        this.folder = folder;
        this.origin = origin;
        this.key = key;
        this.levels = levels;
        this.checkpoint = checkpoint;
    }

    /**
     * Opens a log, deriving its root again from the entries.
     *
     * @param leastSize the largest size anybody is known to have cosigned; a smaller log is refused
     * @throws LogException with code {@code LOG_ROLLED_BACK}, {@code ROOT_MISMATCH} or {@code CHECKPOINT_FOREIGN}
     */
    public static TileLog open(Path folder, String origin, SigningKey key, long leastSize) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(CHECKPOINT);
            if (!Files.exists(file)) {
                if (leastSize > 0) {
                    throw new LogException(
                            "LOG_ROLLED_BACK", "the log is empty, but size " + leastSize + " was cosigned");
                }
                HashLevels empty = new HashLevels();
                Checkpoint head = Checkpoint.sign(origin, 0, Merkle.root(empty, 0), key);
                DurableFile.write(file, head.bytes());
                return new TileLog(folder, origin, key, empty, head);
            }
            Checkpoint head = Checkpoint.parse(Files.readAllBytes(file));
            if (!head.origin().equals(origin) || !head.signedBy(new NoteKey(origin, NoteKey.LOG, key.publicKey()))) {
                throw new LogException("CHECKPOINT_FOREIGN", "the stored checkpoint is not signed by this log's key");
            }
            if (head.size() < leastSize) {
                throw new LogException(
                        "LOG_ROLLED_BACK",
                        "the log has " + head.size() + " entries, but size " + leastSize + " was cosigned");
            }
            LogReader reader = new LogReader(folder);
            HashLevels levels = new HashLevels();
            TileLog log = new TileLog(folder, origin, key, levels, head);
            reader.entries(0, head.size(), entry -> {
                levels.add(Merkle.leaf(entry));
                log.remember(entry);
            });
            if (!Arrays.equals(Merkle.root(levels, head.size()), head.root())) {
                throw new LogException("ROOT_MISMATCH", "the entries do not give the stored checkpoint's root");
            }
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Appends entries; those that are there already must be equal and are skipped.
     *
     * @param first index of the first entry given; must not leave a gap
     * @throws LogException with code {@code LOG_GAP}, {@code ENTRY_DIFFERS} or {@code ENTRY_TOO_LONG}
     */
    public synchronized Checkpoint append(long first, List<byte[]> entries) {
        long size = checkpoint.size();
        if (first > size) {
            throw new LogException("LOG_GAP", "entry " + first + " does not follow size " + size);
        }
        List<byte[]> fresh = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            byte[] entry = entries.get(i);
            if (entry.length > MAX_ENTRY) {
                throw new LogException(
                        "ENTRY_TOO_LONG", "an entry has " + entry.length + " bytes, " + MAX_ENTRY + " are allowed");
            }
            if (first + i < size) {
                if (!Arrays.equals(Merkle.leaf(entry), levels.hash(0, first + i))) {
                    throw new LogException("ENTRY_DIFFERS", "entry " + (first + i) + " is in the log with other bytes");
                }
            } else {
                fresh.add(entry);
            }
        }
        if (fresh.isEmpty()) {
            return checkpoint;
        }
        long before = size;
        fresh.forEach(entry -> levels.add(Merkle.leaf(entry)));
        writeTiles(before, fresh);
        long after = before + fresh.size();
        Checkpoint head = Checkpoint.sign(origin, after, Merkle.root(levels, after), key);
        DurableFile.write(folder.resolve(CHECKPOINT), head.bytes());
        checkpoint = head;
        return head;
    }

    /** The newest checkpoint with the cosignatures collected for it. */
    public synchronized Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Adds a cosignature to the newest checkpoint, durably; one for another size is ignored. */
    public synchronized void addCosignature(long size, String line) {
        if (checkpoint.size() == size) {
            checkpoint = checkpoint.with(line);
            DurableFile.write(folder.resolve(CHECKPOINT), checkpoint.bytes());
        }
    }

    /** Inclusion proof of an entry in the tree of that size. */
    public synchronized List<byte[]> inclusion(long index, long size) {
        return Merkle.inclusion(levels, index, size);
    }

    /** Consistency proof between two sizes; empty from size 0. */
    public synchronized List<byte[]> consistency(long from, long to) {
        return from == 0 ? List.of() : Merkle.consistency(levels, from, to);
    }

    /** The key others verify this log's checkpoints with. */
    public NoteKey noteKey() {
        return new NoteKey(origin, NoteKey.LOG, key.publicKey());
    }

    private void remember(byte[] entry) {
        openEntries.add(entry);
        if (openEntries.size() == TilePath.WIDTH) {
            openEntries.clear();
        }
    }

    private void writeTiles(long before, List<byte[]> fresh) {
        long tile = before / TilePath.WIDTH;
        for (byte[] entry : fresh) {
            openEntries.add(entry);
            if (openEntries.size() == TilePath.WIDTH) {
                DurableFile.write(folder.resolve(TilePath.entries(tile, TilePath.WIDTH)), bundle());
                openEntries.clear();
                tile++;
            }
        }
        if (!openEntries.isEmpty()) {
            DurableFile.write(folder.resolve(TilePath.entries(tile, openEntries.size())), bundle());
        }
        long after = before + fresh.size();
        for (int level = 0; (after >> (8 * level)) > 0; level++) {
            long from = before >> (8 * level);
            long to = after >> (8 * level);
            if (from == to) {
                continue;
            }
            for (long index = from / TilePath.WIDTH; index * TilePath.WIDTH < to; index++) {
                int width = (int) Math.min(TilePath.WIDTH, to - index * TilePath.WIDTH);
                ByteBuffer hashes = ByteBuffer.allocate(width * 32);
                for (int i = 0; i < width; i++) {
                    hashes.put(levels.hash(8 * level, index * TilePath.WIDTH + i));
                }
                DurableFile.write(folder.resolve(TilePath.hashes(level, index, width)), hashes.array());
            }
        }
    }

    private byte[] bundle() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] entry : openEntries) {
            out.write(entry.length >> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    /** A file that is complete under its name or not there, and stays. */
    private static final class DurableFile {
        static void write(Path target, byte[] bytes) {
            try {
                Path folder = target.getParent();
                if (folder == null) {
                    throw new IllegalArgumentException("a log file lies in a folder");
                }
                makeFolders(folder);
                Path temporary = folder.resolve("." + target.getFileName() + ".new");
                try (FileChannel channel = FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                sync(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void makeFolders(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                Path parent = folder.getParent();
                if (parent != null) {
                    makeFolders(parent);
                }
                Files.createDirectories(folder);
                if (parent != null) {
                    sync(parent);
                }
            }
        }

        private static void sync(Path folder) throws IOException {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
