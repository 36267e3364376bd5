package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;

/**
 * A file of arrays while it is written, stretch by stretch. Each double is rounded once, to nearest, ties to even, to
 * the array's type: a whole number for {@code int64}.
 */
final class ArrayDraft implements AutoCloseable {
    private final Path draft;
    private final FileChannel out;
    private final MessageDigest sha = Digest.sha256();
    private float[] narrowed = new float[0];

    ArrayDraft(ObjectStore store) {
        draft = store.draft();
        try {
            out = FileChannel.open(draft, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the next elements.
     *
     * @throws CallException {@code MODEL_NOT_FINITE} when a value is beyond its type
     */
    void write(String dtype, double[] values, int count) throws IOException {
        int size = "float32".equals(dtype) ? Float.BYTES : Double.BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(count * size).order(ByteOrder.LITTLE_ENDIAN);
        boolean finite = switch (dtype) {
            case "float32" -> singles(values, count, bytes);
            case "float64" -> doubles(values, count, bytes);
            default -> wholes(values, count, bytes);
        };
        if (!finite) {
            throw CallException.refused(
                    "MODEL_NOT_FINITE",
                    "the combined model has a value beyond its type; a smaller serverLearningRate may help");
        }
        sha.update(bytes.array());
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private boolean singles(double[] values, int count, ByteBuffer bytes) {
        if (narrowed.length < count) {
            narrowed = new float[count];
        }
        boolean finite = true;
        for (int e = 0; e < count; e++) {
            narrowed[e] = (float) values[e];
            finite &= Float.isFinite(narrowed[e]);
        }
        bytes.asFloatBuffer().put(narrowed, 0, count);
        return finite;
    }

    private static boolean doubles(double[] values, int count, ByteBuffer bytes) {
        boolean finite = true;
        for (int e = 0; e < count; e++) {
            finite &= Double.isFinite(values[e]);
        }
        bytes.asDoubleBuffer().put(values, 0, count);
        return finite;
    }

    private static boolean wholes(double[] values, int count, ByteBuffer bytes) {
        LongBuffer whole = bytes.asLongBuffer();
        boolean finite = true;
        for (int e = 0; e < count; e++) {
            double value = Math.rint(values[e]);
            finite &= Math.abs(value) < 0x1p63;
            whole.put((long) value);
        }
        return finite;
    }

    /** What was written. */
    Combine.Result result() {
        return new Combine.Result(draft, Digest.ofRaw(sha.digest()));
    }

    @Override
    public void close() {
        Combine.closeQuietly(out);
    }
}
