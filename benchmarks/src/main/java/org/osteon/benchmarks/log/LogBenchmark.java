package org.osteon.benchmarks.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.osteon.audit.log.LogReader;
import org.osteon.audit.log.TileLog;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Contest;
import org.osteon.benchmarks.measure.Folders;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Side;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.SigningKey;

/**
 * A log of a million entries of about the size of an event: written by the hub's own log, each file synced; verified by
 * the auditor's reader (every hash from the entries, the signed root, each tile) and by Go's code, which does the same.
 * The limit is as many SHA-256 of the same lengths and nothing else.
 */
public final class LogBenchmark implements Benchmark {
    private static final int ENTRIES = 1_000_000;
    private static final int WRITTEN = 100_000;
    private static final int BATCH = 4096;
    private static final String ORIGIN = "osteon.example/ortho-net/hub";

    private final SigningKey key = SigningKey.ed25519();

    @Override
    public String name() {
        return "log";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        int entries = setting.size(ENTRIES);
        Path log = work.resolve("log");
        String vkey = write(log, entries);
        List<Side> verifiers = new ArrayList<>();
        verifiers.add(Side.of("LogReader.verified", () -> verified(log, entries)));
        Optional<GoVerifier> go = GoVerifier.build(setting.repository(), work);
        if (go.isPresent()) {
            verifiers.add(Side.of(
                    "Go sumdb, a process of its own", () -> go.orElseThrow().verify(log, vkey)));
        }
        meter.measure(new Contest(
                "Verify a log", "entries", entries, Side.of("only SHA-256", () -> hashes(entries)), verifiers));
        int written = setting.size(WRITTEN);
        meter.measure(new Contest(
                "Write a log, " + BATCH + " entries a batch",
                "entries",
                written,
                Side.of("as many bytes to one file, synced once", () -> oneFile(work.resolve("plain"), written)),
                List.of(Side.of("TileLog.append, each file synced", () -> {
                    Path other = work.resolve("other");
                    int length = write(other, written).length();
                    Folders.remove(other);
                    return length;
                }))));
    }

    private String write(Path folder, int entries) {
        TileLog log = TileLog.open(folder, ORIGIN, key, 0);
        for (int i = 0; i < entries; i += BATCH) {
            log.append(
                    i,
                    IntStream.range(i, Math.min(entries, i + BATCH))
                            .mapToObj(LogBenchmark::entry)
                            .toList());
        }
        return log.noteKey().vkey();
    }

    private long verified(Path folder, int entries) {
        long size = new LogReader(folder)
                .verified(new org.osteon.audit.log.NoteKey(ORIGIN, org.osteon.audit.log.NoteKey.LOG, key.publicKey()))
                .size();
        if (size != entries) {
            throw new IllegalStateException("verified " + size + " entries");
        }
        return size;
    }

    private static byte[] entry(int index) {
        return ("{\"federation\":\"ortho-net\",\"refs\":[],\"seq\":" + index
                        + ",\"time\":\"2026-01-01T00:00:00Z\",\"type\":\"round-closed\",\"values\":{\"round\":\"3\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A leaf and, for almost each leaf, a node. */
    private static double hashes(int entries) {
        MessageDigest sha = Digest.sha256();
        byte[] node = new byte[65];
        node[0] = 1;
        for (int i = 0; i < entries; i++) {
            sha.update((byte) 0);
            byte[] leaf = sha.digest(entry(i));
            System.arraycopy(leaf, 0, node, 1 + 32 * (i & 1), 32);
            node[33] ^= sha.digest(node)[0];
        }
        return node[33];
    }

    private static double oneFile(Path file, int entries) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(1 << 16);
            for (int i = 0; i < entries; i++) {
                byte[] entry = entry(i);
                if (buffer.remaining() < entry.length + Integer.BYTES) {
                    out.write(buffer.flip());
                    buffer.clear();
                }
                buffer.put(entry);
            }
            out.write(buffer.flip());
            out.force(true);
            return out.size();
        }
    }
}
