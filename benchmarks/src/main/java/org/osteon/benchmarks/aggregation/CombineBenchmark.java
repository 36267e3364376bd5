package org.osteon.benchmarks.aggregation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Contest;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Side;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;

/**
 * Four updates of 25 million float32 in content-addressed files: the hub's weighted mean, which reads the model before,
 * adds in double, takes the SHA-256 of the result and writes it, against a memory-mapped read-and-add of the same four
 * files in float that writes its sum to a file. Neither syncs; all files were read before and stay in the page cache.
 */
public final class CombineBenchmark implements Benchmark {
    private static final int ELEMENTS = 25_000_000;
    private static final int UPDATES = 4;
    private static final int TILE = 16 * 1024;

    /** Passes a run, so that a run takes many ticks of the CPU clock. */
    private static final int PASSES = 4;

    private static final double TARGET = 0.5;

    @Override
    public String name() {
        return "combine";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        int elements = setting.size(ELEMENTS);
        ObjectStore store = new ObjectStore(work.resolve("objects"));
        List<ArraySpec> specs = List.of(ArraySpec.shared("values", "float32", elements));
        Path base = spooled(store, elements, 0);
        List<Combine.Part> parts = new ArrayList<>();
        for (int i = 1; i <= UPDATES; i++) {
            parts.add(new Combine.Part(spooled(store, elements, i), 1));
        }
        requireEqual(
                mapped(parts, elements), Combine.mean(specs, null, parts, store).draft(), elements);
        meter.measure(new Contest(
                "Combine " + UPDATES + " updates",
                "float32 read",
                (double) elements * UPDATES * PASSES,
                Side.of("mapped read-and-add, sum written", repeated(() -> {
                    float[] sum = mapped(parts, elements);
                    Path file = store.draft();
                    write(sum, file);
                    Files.delete(file);
                    return sum[elements / 2];
                })),
                List.of(
                        new Side("Combine.mean with base and SHA-256, written", TARGET, repeated(() -> {
                            Combine.Result result = Combine.mean(specs, base, parts, store);
                            Files.delete(result.draft());
                            return result.digest().raw()[0];
                        })),
                        Side.of("only SHA-256 and write of as many bytes", repeated(() -> {
                            Path file = store.draft();
                            int first = copyWithDigest(base, file)[0];
                            Files.delete(file);
                            return first;
                        })))));
    }

    private static Side.Job repeated(Side.Job job) {
        return () -> {
            double all = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                all += job.run();
            }
            return all;
        };
    }

    private static Path spooled(ObjectStore store, int elements, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path draft = store.draft();
        MessageDigest sha = Digest.sha256();
        ByteBuffer tile = ByteBuffer.allocate(TILE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            for (int at = 0; at < elements; at += TILE) {
                tile.clear();
                for (int i = at; i < Math.min(elements, at + TILE); i++) {
                    tile.putFloat((float) (random.nextDouble() - 0.5));
                }
                sha.update(tile.array(), 0, tile.position());
                out.write(tile.flip());
            }
        }
        Digest digest = Digest.ofRaw(sha.digest());
        store.keep(draft, digest);
        return store.file(digest);
    }

    /** The plain thing: map each file, add it to a float array. */
    private static float[] mapped(List<Combine.Part> parts, int elements) throws IOException {
        float[] sum = new float[elements];
        float[] tile = new float[TILE];
        for (Combine.Part part : parts) {
            try (FileChannel in = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                MappedByteBuffer map = in.map(FileChannel.MapMode.READ_ONLY, 0, (long) elements * Float.BYTES);
                FloatBuffer values = map.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                for (int at = 0; at < elements; at += TILE) {
                    int length = Math.min(TILE, elements - at);
                    values.get(tile, 0, length);
                    add(sum, at, tile, length);
                }
            }
        }
        return sum;
    }

    private static void add(float[] sum, int at, float[] tile, int length) {
        for (int i = 0; i < length; i++) {
            sum[at + i] += tile[i];
        }
    }

    private static void write(float[] values, Path file) throws IOException {
        ByteBuffer tile = ByteBuffer.allocateDirect(TILE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < values.length; at += TILE) {
                int length = Math.min(TILE, values.length - at);
                tile.clear();
                tile.asFloatBuffer().put(values, at, length);
                tile.limit(length * Float.BYTES);
                while (tile.hasRemaining()) {
                    out.write(tile);
                }
            }
        }
    }

    private static byte[] copyWithDigest(Path from, Path to) throws IOException {
        MessageDigest sha = Digest.sha256();
        byte[] tile = new byte[TILE * Float.BYTES];
        try (var in = Files.newInputStream(from);
                var out = Files.newOutputStream(to)) {
            for (int read = in.read(tile); read >= 0; read = in.read(tile)) {
                sha.update(tile, 0, read);
                out.write(tile, 0, read);
            }
        }
        return sha.digest();
    }

    /** Without a base and with weights of 1 the mean is the sum over the number of updates. */
    private static void requireEqual(float[] sum, Path mean, int elements) throws IOException {
        try (FileChannel in = FileChannel.open(mean, StandardOpenOption.READ)) {
            FloatBuffer values = in.map(FileChannel.MapMode.READ_ONLY, 0, (long) elements * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            for (int i = 0; i < elements; i++) {
                if (!(Math.abs(values.get(i) - sum[i] / UPDATES) <= 1e-6)) {
                    throw new IllegalStateException("the two sides differ at element " + i);
                }
            }
        }
        Files.delete(mean);
    }
}
