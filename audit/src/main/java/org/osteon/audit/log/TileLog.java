package org.osteon.audit.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
    private HashLevels levels;
    private final List<byte[]> openEntries = new ArrayList<>();
    private final CosignedHeads cosigned;
    private Checkpoint checkpoint;
    private boolean broken;

    private TileLog(
            Path folder,
            String origin,
            SigningKey key,
            HashLevels levels,
            CosignedHeads cosigned,
            Checkpoint checkpoint) {
        this.folder = folder;
        this.origin = origin;
        this.key = key;
        this.levels = levels;
        this.cosigned = cosigned;
        this.checkpoint = checkpoint;
    }

    /**
     * Opens a log, deriving its root again from the entries.
     *
     * @param leastSize the largest size anybody is known to have cosigned; a smaller log is refused
     * @throws LogException with code {@code LOG_ROLLED_BACK}, {@code ROOT_MISMATCH}, {@code CHECKPOINT_MISSING} or
     *     {@code CHECKPOINT_FOREIGN}
     */
    public static TileLog open(Path folder, String origin, SigningKey key, long leastSize) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(CHECKPOINT);
            CosignedHeads cosigned = new CosignedHeads(folder.resolve("cosigned"));
            if (!Files.exists(file)) {
                if (Files.exists(folder.resolve("tile")) || cosigned.largest() > 0) {
                    throw new LogException(
                            "CHECKPOINT_MISSING",
                            "the log's folder has entries and no checkpoint; restore the file named checkpoint");
                }
                if (leastSize > 0) {
                    throw new LogException(
                            "LOG_ROLLED_BACK", "the log is empty, but size " + leastSize + " was cosigned");
                }
                HashLevels empty = new HashLevels();
                Checkpoint head = Checkpoint.sign(origin, 0, Merkle.root(empty, 0), key);
                DurableFile.write(file, head.bytes());
                return new TileLog(folder, origin, key, empty, cosigned, head);
            }
            LogReader reader = new LogReader(folder);
            Checkpoint head = reader.checkpoint();
            if (!head.origin().equals(origin) || !head.signedBy(new NoteKey(origin, NoteKey.LOG, key.publicKey()))) {
                throw new LogException("CHECKPOINT_FOREIGN", "the stored checkpoint is not signed by this log's key");
            }
            long least = Math.max(leastSize, cosigned.largest());
            if (head.size() < least) {
                throw new LogException(
                        "LOG_ROLLED_BACK",
                        "the log has " + head.size() + " entries, but size " + least + " was cosigned");
            }
            HashLevels levels = new HashLevels();
            TileLog log = new TileLog(folder, origin, key, levels, cosigned, head);
            reader.entries(0, head.size(), entry -> {
                levels.add(Merkle.leaf(entry));
                log.remember(entry);
            });
            if (!Arrays.equals(Merkle.root(levels, head.size()), head.root())) {
                throw new LogException("ROOT_MISMATCH", "the entries do not give the stored checkpoint's root");
            }
            for (Checkpoint seen : cosigned.all()) {
                if (!Arrays.equals(Merkle.root(levels, seen.size()), seen.root())) {
                    throw new LogException(
                            "ROOT_MISMATCH", "the entries do not give the root cosigned at size " + seen.size());
                }
            }
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Appends entries; those that are there already must be equal and are skipped.
     *
     * <p>After a write that failed, as on a full disk, the next call begins with what is on disk, as {@link #open}
     * does.
     *
     * @param first index of the first entry given; must not leave a gap
     * @throws LogException with code {@code LOG_GAP}, {@code ENTRY_DIFFERS} or {@code ENTRY_TOO_LONG}, and those of
     *     {@link #open} after a write that failed
     */
    public synchronized Checkpoint append(long first, List<byte[]> entries) {
        if (broken) {
            readAgain();
        }
        long size = checkpoint.size();
        if (first < 0 || first > size) {
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
        broken = true;
        fresh.forEach(entry -> levels.add(Merkle.leaf(entry)));
        writeTiles(size, fresh);
        long after = size + fresh.size();
        Checkpoint head = Checkpoint.sign(origin, after, Merkle.root(levels, after), key);
        DurableFile.write(folder.resolve(CHECKPOINT), head.bytes());
        checkpoint = head;
        dropPartials(size, after);
        broken = false;
        return head;
    }

    /** What failed left memory ahead of the disk: the disk counts. */
    private void readAgain() {
        TileLog again = open(folder, origin, key, checkpoint.size());
        levels = again.levels;
        openEntries.clear();
        openEntries.addAll(again.openEntries);
        checkpoint = again.checkpoint;
        broken = false;
    }

    /** The newest checkpoint with the cosignatures collected for it. */
    public synchronized Checkpoint checkpoint() {
        return checkpoint;
    }

    /**
     * Adds a cosignature to the head of that size, durably; whether it holds was checked by the caller. From then on
     * the log never opens with fewer entries.
     *
     * @throws LogException with code {@code COSIGNATURE_SIZE} when the log has never had that size
     */
    public synchronized void addCosignature(long size, String line) {
        if (size < 0 || size > checkpoint.size()) {
            throw new LogException(
                    "COSIGNATURE_SIZE", "size " + size + " is cosigned, but the log has " + checkpoint.size());
        }
        Checkpoint head = cosigned.at(size)
                .orElseGet(() -> Checkpoint.sign(origin, size, Merkle.root(levels, size), key))
                .with(line);
        cosigned.keep(head);
        if (checkpoint.size() == size) {
            DurableFile.write(folder.resolve(CHECKPOINT), head.bytes());
            checkpoint = head;
        }
    }

    /** Each head that was cosigned, with its cosignatures, smallest first. */
    public synchronized List<Checkpoint> cosigned() {
        return cosigned.all();
    }

    /**
     * The largest head of at least this size with at least this many cosignatures. The largest, because whoever was
     * shown a larger one takes a smaller one for a truncated log.
     */
    public synchronized Optional<Checkpoint> cosigned(long leastSize, int cosignatures) {
        return cosigned.all().stream()
                .filter(head -> head.size() >= leastSize && head.signatures().size() > cosignatures)
                .reduce((smaller, larger) -> larger);
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
        TilePath.visit(
                before,
                after,
                (level, index, width) -> DurableFile.write(
                        folder.resolve(TilePath.hashes(level, index, width)), levels.tile(level, index, width)));
    }

    /** Removes partial tiles whose full tile a durable checkpoint now covers. */
    private void dropPartials(long before, long after) {
        TilePath.visit(before, after, (level, index, width) -> {
            if (width == TilePath.WIDTH) {
                DurableFile.removeFolder(folder.resolve(TilePath.hashes(level, index, width) + ".p"));
                if (level == 0) {
                    DurableFile.removeFolder(folder.resolve(TilePath.entries(index, width) + ".p"));
                }
            }
        });
    }

    private byte[] bundle() {
        return EntryBundle.bytes(openEntries);
    }
}
