package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.osteon.protocol.document.ArraySpec;

/**
 * The same stretch of elements of several files of arrays at a time, widened to double, or float32 as it is. All files
 * together have at most {@value #VALUES} numbers of either width in memory, whatever their number and the arrays' size.
 */
final class Tiles implements AutoCloseable {
    /** Numbers held at a time over all files. */
    static final int VALUES = 1 << 20;

    /** The longest stretch of one file. */
    private static final int LONGEST = 1 << 13;

    private final List<ArraySpec> specs;
    private final List<FileChannel> channels = new ArrayList<>();
    private final double[][] values;
    private final float[][] singles;
    private final int narrow;
    private final ByteBuffer buffer;

    /** A look at files that all hold these arrays. */
    Tiles(List<ArraySpec> specs, List<Path> files) {
        this(specs, files, 0);
    }

    /** The same; of the first {@code narrow} files, float32 is not widened and to be found in {@link #singles}. */
    Tiles(List<ArraySpec> specs, List<Path> files, int narrow) {
        int length = length(files.size());
        this.specs = specs;
        this.narrow = narrow;
        boolean widened = !specs.stream().allMatch(spec -> "float32".equals(spec.dtype()));
        this.values = new double[files.size()][];
        for (int file = 0; file < values.length; file++) {
            values[file] = new double[file < narrow && !widened ? 0 : length];
        }
        this.singles = new float[narrow + 1][length];
        this.buffer = ByteBuffer.allocateDirect(length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (Path file : files) {
                channels.add(FileChannel.open(file, StandardOpenOption.READ));
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** Elements of each file that are held at a time when there are so many files. */
    static int length(int files) {
        return Math.max(1, Math.min(LONGEST, VALUES / Math.max(1, files)));
    }

    /** What is done with a stretch. */
    interface Look {
        /**
         * Looks at elements of one array.
         *
         * @param spec the array
         * @param first place of the first element among the elements of all arrays
         * @param values by file, then element; written again for the next stretch
         * @param count how many elements of each file are there
         */
        void at(ArraySpec spec, long first, double[][] values, int count) throws IOException;
    }

    /** The stretches of float32 that were not widened, by file; written again for the next. */
    float[][] singles() {
        return singles;
    }

    /** Looks at every stretch in the arrays' order. */
    void each(Look look) {
        long first = 0;
        long offset = 0;
        try {
            for (ArraySpec spec : specs) {
                int length = length(channels.size());
                long elements = spec.elements();
                for (long at = 0; at < elements; at += length) {
                    int count = (int) Math.min(length, elements - at);
                    for (int file = 0; file < channels.size(); file++) {
                        read(file, spec, offset + at * spec.elementBytes(), count);
                    }
                    look.at(spec, first + at, values, count);
                }
                first += elements;
                offset += spec.bytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(int file, ArraySpec spec, long offset, int count) throws IOException {
        buffer.clear().limit(count * spec.elementBytes());
        Combine.readFully(channels.get(file), buffer, offset);
        buffer.flip();
        double[] into = values[file];
        switch (spec.dtype()) {
            case "float32" -> {
                float[] single = singles[Math.min(file, narrow)];
                buffer.asFloatBuffer().get(single, 0, count);
                if (file >= narrow) {
                    widen(single, into, count);
                }
            }
            case "float64" -> buffer.asDoubleBuffer().get(into, 0, count);
            default -> {
                for (int e = 0; e < count; e++) {
                    into[e] = buffer.getLong();
                }
            }
        }
    }

    private static void widen(float[] from, double[] into, int count) {
        for (int e = 0; e < count; e++) {
            into[e] = from[e];
        }
    }

    @Override
    public void close() {
        channels.forEach(Combine::closeQuietly);
    }
}
