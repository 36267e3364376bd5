package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;

/**
 * The one way updates are combined: tile by tile, updates in the given order (site order), sums in double, so that the
 * same files give the same bytes at every replay. Memory is a few tiles, whatever the model's size.
 *
 * <p>The arithmetic is stated in {@code docs/spec/aggregation.md} so that others can repeat it bit for bit.
 */
public final class Combine {
    private Combine() {}

    /**
     * A counted update.
     *
     * @param file raw little-endian payloads
     * @param weight its weight
     */
    public record Part(Path file, long weight) {}

    /**
     * New values: base + Σ wᵢ·uᵢ / Σ wᵢ; the sum and the quotient in double, one rounding to the array's type at the
     * end.
     *
     * @param base the model before, or nothing when updates are whole values
     */
    public static Result mean(
            List<ArraySpec> specs, @org.jspecify.annotations.Nullable Path base, List<Part> parts, ObjectStore store) {
        ArrayDraft draft = new ArrayDraft(store);
        try {
            mean(specs, base, parts, draft::write);
            return draft.result();
        } catch (RuntimeException e) {
            draft.erase();
            throw e;
        } finally {
            draft.close();
        }
    }

    /** Where combined values go. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes the next values.
         *
         * @param values in little-endian order, in a buffer that is written again for the next
         */
        void take(ByteBuffer values) throws IOException;
    }

    /** The same values, handed on as they come. */
    public static void mean(
            List<ArraySpec> specs, @org.jspecify.annotations.Nullable Path base, List<Part> parts, Sink sink) {
        List<Path> files = new ArrayList<>(parts.stream().map(Part::file).toList());
        if (base != null) {
            files.add(base);
        }
        List<FileChannel> inputs = new ArrayList<>();
        try {
            for (Path file : files) {
                inputs.add(FileChannel.open(file, StandardOpenOption.READ));
            }
            double[] weights = parts.stream().mapToDouble(Part::weight).toArray();
            MeanTile tile = new MeanTile(weights, inputs);
            long offset = 0;
            for (ArraySpec spec : specs) {
                boolean single = "float32".equals(spec.dtype());
                for (long at = 0; at < spec.bytes(); at += MeanTile.BYTES) {
                    int bytes = (int) Math.min(MeanTile.BYTES, spec.bytes() - at);
                    sink.take(tile.combine(offset + at, bytes, single));
                }
                offset += spec.bytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            inputs.forEach(Combine::closeQuietly);
        }
    }

    /** Sums of integer counts, one array after the other. */
    public static long[] sumCounts(long elements, List<Part> parts) {
        long[] sums = new long[Math.toIntExact(elements)];
        for (Part part : parts) {
            try (FileChannel in = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                ByteBuffer buffer = ByteBuffer.allocate(sums.length * 8).order(ByteOrder.LITTLE_ENDIAN);
                readFully(in, buffer, 0);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = Math.addExact(sums[i], buffer.getLong(i * 8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sums;
    }

    /** Sums of doubles in the given order. */
    public static double[] sumDoubles(int elements, List<Part> parts) {
        double[] sums = new double[elements];
        for (Part part : parts) {
            double[] values = doubles(part.file(), elements);
            for (int i = 0; i < elements; i++) {
                sums[i] += values[i];
            }
        }
        return sums;
    }

    /** Reads a file of doubles. */
    public static double[] doubles(Path file, int elements) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(elements * 8).order(ByteOrder.LITTLE_ENDIAN);
            readFully(in, buffer, 0);
            double[] values = new double[elements];
            buffer.rewind().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes doubles as a model's arrays. */
    public static Result write(double[] values, ObjectStore store) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            buffer.putDouble(value);
        }
        return write(buffer.array(), store);
    }

    /** Writes raw bytes as a model's arrays. */
    public static Result write(byte[] bytes, ObjectStore store) {
        return write(out -> out.write(bytes), store);
    }

    /** What writes the bytes of a model's arrays. */
    @FunctionalInterface
    public interface Content {
        /** Writes them all, a little at a time when there are many. */
        void to(OutputStream out) throws IOException;
    }

    /** Writes a model's arrays as they are made. */
    public static Result write(Content content, ObjectStore store) {
        Path draft = store.draft();
        try (DigestOutputStream out = new DigestOutputStream(Files.newOutputStream(draft), Digest.sha256())) {
            content.to(out);
            return new Result(draft, Digest.ofRaw(out.getMessageDigest().digest()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A combined model on disk, still a draft.
     *
     * @param draft file
     * @param digest its SHA-256
     */
    public record Result(Path draft, Digest digest) {}

    static void readFully(FileChannel in, ByteBuffer buffer, long at) throws IOException {
        long position = at;
        while (buffer.hasRemaining()) {
            int read = in.read(buffer, position);
            if (read < 0) {
                throw new IOException("an update file is shorter than its arrays");
            }
            position += read;
        }
    }

    static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
