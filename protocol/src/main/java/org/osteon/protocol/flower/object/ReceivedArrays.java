package org.osteon.protocol.flower.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DigestedFile;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.object.FlowerObjects.ArrayBody;

/**
 * Strips received arrays of their npy headers into one update file, reading chunk by chunk, and on the way takes
 * digest, norm and finiteness.
 */
public final class ReceivedArrays {
    private static final int BUFFER = 64 * 1024;
    private static final int MAX_OBJECT_HEADER = 4096;

    private ReceivedArrays() {}

    /**
     * Arrays on disk.
     *
     * @param file the file with the raw little-endian payloads
     * @param specs what the arrays are, in order
     * @param digest SHA-256 of the file
     * @param norm L2 norm over all elements
     * @param finite whether every element is a finite number
     */
    public record Payloads(Path file, List<ArraySpec> specs, Digest digest, double norm, boolean finite) {
        /** Takes a copy. */
        public Payloads {
            specs = List.copyOf(specs);
        }
    }

    /** Arrays are not what they must be; carries the rejection code. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;

        /** With the rejection code. */
        public Malformed(String code) {
            super(code);
            this.code = code;
        }

        /** The rejection code. */
        public String code() {
            return code;
        }
    }

    /**
     * Writes the arrays' payloads.
     *
     * @param arrays by name, in the message's order
     * @param chunkFile the file of a chunk's whole object, by its id
     * @param draft an existing file that is written; removed when this throws
     * @param most bytes that all payloads together may have; no more are written, however often the arrays name the
     *     same chunk
     * @throws Malformed with the rejection code
     */
    public static Payloads write(
            Map<String, ArrayBody> arrays, Function<String, Path> chunkFile, Path draft, long most) {
        try {
            return written(arrays, chunkFile, draft, most);
        } catch (RuntimeException e) {
            try {
                Files.deleteIfExists(draft);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static Payloads written(
            Map<String, ArrayBody> arrays, Function<String, Path> chunkFile, Path draft, long most) {
        List<ArraySpec> specs = new ArrayList<>();
        try (DigestedFile out = new DigestedFile(draft)) {
            Sink sink = new Sink(out, most);
            for (Map.Entry<String, ArrayBody> array : arrays.entrySet()) {
                specs.add(copy(array.getKey(), array.getValue(), chunkFile, sink));
            }
            return new Payloads(draft, specs, out.digest(), Math.sqrt(sink.squares), sink.finite);
        } catch (NoSuchFileException e) {
            // A chunk that an array names and the message's tree does not, so that it was never pushed.
            throw new Malformed("ARRAY_MALFORMED");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FlowerException | DocumentException | ArithmeticException e) {
            throw new Malformed("ARRAY_MALFORMED");
        }
    }

    private static ArraySpec copy(String name, ArrayBody array, Function<String, Path> chunkFile, Sink sink)
            throws IOException {
        NumpyFormat.Header header = null;
        long left = 0;
        for (String chunk : array.chunks()) {
            try (FileChannel in = FileChannel.open(chunkFile.apply(chunk), StandardOpenOption.READ)) {
                long at = bodyOffset(in);
                if (header == null) {
                    ByteBuffer prefix =
                            ByteBuffer.allocate((int) Math.min(NumpyFormat.MAX_HEADER + 16L, in.size() - at));
                    in.read(prefix, at);
                    header = NumpyFormat.header(prefix.array());
                    if (!header.littleEndian() || header.fortranOrder()) {
                        throw new Malformed("ARRAY_ORDER_UNSUPPORTED");
                    }
                    sink.begin(header);
                    left = header.payloadBytes();
                    at += header.payloadOffset();
                }
                long bytes = in.size() - at;
                if (bytes > left) {
                    throw new Malformed("ARRAY_TOO_LONG");
                }
                left -= bytes;
                sink.copy(in, at, bytes);
            }
        }
        if (header == null || left != 0) {
            throw new Malformed("ARRAY_TOO_SHORT");
        }
        sink.end();
        return new ArraySpec(name, header.dtype(), header.shape(), "shared");
    }

    private static long bodyOffset(FileChannel in) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(MAX_OBJECT_HEADER);
        int read = in.read(start, 0);
        for (int i = 0; i < read; i++) {
            if (start.get(i) == 0) {
                return i + 1L;
            }
        }
        throw new Malformed("ARRAY_MALFORMED");
    }

    /** Where payload bytes go: file, digest and, element by element, norm and finiteness. */
    private static final class Sink {
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private final float[] singles = new float[BUFFER / Float.BYTES];
        private final double[] doubles = new double[BUFFER / Double.BYTES];
        private final DigestedFile out;
        private long most;
        private char kind;
        private int itemBytes;
        private double squares;
        private boolean finite = true;

        Sink(DigestedFile out, long most) {
            this.out = out;
            this.most = most;
        }

        void begin(NumpyFormat.Header header) {
            kind = header.kind();
            itemBytes = header.itemBytes();
            if (itemBytes != 8 && !(kind == 'f' && itemBytes == 4)) {
                throw new Malformed("ARRAY_DTYPE_UNSUPPORTED");
            }
            if (header.payloadBytes() > most) {
                throw new Malformed("SHAPE_MISMATCH");
            }
            most -= header.payloadBytes();
        }

        void copy(FileChannel in, long at, long bytes) throws IOException {
            long position = at;
            long end = at + bytes;
            while (position < end) {
                buffer.limit((int) Math.min(BUFFER, buffer.position() + end - position));
                int read = in.read(buffer, position);
                if (read < 0) {
                    throw new Malformed("ARRAY_TOO_SHORT");
                }
                position += read;
                buffer.limit(BUFFER);
                if (!buffer.hasRemaining()) {
                    drain(BUFFER);
                }
            }
        }

        void end() throws IOException {
            drain(buffer.position());
        }

        private void drain(int bytes) throws IOException {
            ByteBuffer values =
                    buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0);
            int count = bytes / itemBytes;
            if (kind != 'f') {
                for (int i = 0; i < count; i++) {
                    double value = values.getLong(i * itemBytes);
                    squares += value * value;
                }
            } else if (itemBytes == Float.BYTES) {
                values.asFloatBuffer().get(singles, 0, count);
                double sum = squares(singles, count);
                // No float's square is too large for a double.
                finite &= Double.isFinite(sum);
                squares += sum;
            } else {
                values.asDoubleBuffer().get(doubles, 0, count);
                finite &= finite(doubles, count);
                squares += squares(doubles, count);
            }
            out.write(buffer.array(), 0, bytes);
            buffer.clear();
        }

        /** In four sums, so that no addition waits for the one before it. */
        private static double squares(float[] values, int count) {
            double a = 0;
            double b = 0;
            double c = 0;
            double d = 0;
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                a += (double) values[i] * values[i];
                b += (double) values[i + 1] * values[i + 1];
                c += (double) values[i + 2] * values[i + 2];
                d += (double) values[i + 3] * values[i + 3];
            }
            for (; i < count; i++) {
                a += (double) values[i] * values[i];
            }
            return a + b + (c + d);
        }

        private static double squares(double[] values, int count) {
            double a = 0;
            double b = 0;
            double c = 0;
            double d = 0;
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                a += values[i] * values[i];
                b += values[i + 1] * values[i + 1];
                c += values[i + 2] * values[i + 2];
                d += values[i + 3] * values[i + 3];
            }
            for (; i < count; i++) {
                a += values[i] * values[i];
            }
            return a + b + (c + d);
        }

        /** Whether they all are; zero times any other is not a number. */
        private static boolean finite(double[] values, int count) {
            double left = 0;
            for (int i = 0; i < count; i++) {
                left += 0 * values[i];
            }
            return left == 0;
        }
    }
}
