package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.DigestedFile;

/**
 * A file of arrays while it is written, stretch by stretch; another thread takes the digest and writes, beside the
 * arithmetic. Each double is rounded once, to nearest, ties to even, to the array's type: a whole number for
 * {@code int64}.
 */
final class ArrayDraft implements AutoCloseable {
    /** What the other thread gets at a time. */
    private static final int PIECE = 512 * 1024;

    private static final ExecutorService BESIDE = Executors.newCachedThreadPool(ArrayDraft::thread);

    private final Path draft;
    private final DigestedFile out;
    private ByteBuffer filling = ByteBuffer.allocate(PIECE);
    private ByteBuffer other = ByteBuffer.allocate(PIECE);
    private Future<?> written = CompletableFuture.completedFuture(null);
    private float[] narrowed = new float[0];

    ArrayDraft(ObjectStore store) {
        draft = store.draft();
        try {
            out = new DigestedFile(draft);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "hub-drafts");
        thread.setDaemon(true);
        return thread;
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
        write(bytes);
    }

    /** Writes the next bytes as they are. */
    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), filling.remaining());
            filling.put(filling.position(), bytes, bytes.position(), count);
            filling.position(filling.position() + count);
            bytes.position(bytes.position() + count);
            if (!filling.hasRemaining()) {
                handOver();
            }
        }
    }

    private void handOver() throws IOException {
        awaitWritten();
        ByteBuffer piece = filling.flip();
        filling = other.clear();
        other = piece;
        written = BESIDE.submit(() -> {
            out.write(piece.array(), 0, piece.limit());
            return null;
        });
    }

    private void awaitWritten() throws IOException {
        try {
            written.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a model was written");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
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

    /** What was written; nothing more can be. */
    Combine.Result result() {
        try {
            handOver();
            awaitWritten();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Combine.Result(draft, out.digest());
    }

    /** Gives up what was written. */
    void erase() {
        close();
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        written.cancel(true);
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
