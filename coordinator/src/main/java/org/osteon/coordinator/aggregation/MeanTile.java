package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;

/**
 * The weighted mean of one stretch of all updates. Update after update is added to sums in double, in loops over plain
 * arrays that a compiler can turn into wide instructions; for each element that is the order of the specification.
 */
final class MeanTile {
    /** Bytes of an update that are held at a time. */
    static final int BYTES = 64 * 1024;

    private final double[] weights;
    private final double total;
    private final List<FileChannel> inputs;
    private final ByteBuffer input = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer result = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final float[] singles = new float[BYTES / Float.BYTES];
    private final double[] doubles = new double[BYTES / Double.BYTES];
    private final double[] sums = new double[BYTES / Float.BYTES];

    /**
     * A mean of these inputs.
     *
     * @param weights of the updates
     * @param inputs the updates, and after them the base if there is one
     */
    MeanTile(double[] weights, List<FileChannel> inputs) {
        this.weights = weights;
        this.total = Arrays.stream(weights).sum();
        this.inputs = inputs;
    }

    /**
     * Combines the bytes from one offset on.
     *
     * @param single float32, otherwise float64
     * @return the values in a buffer that the next call writes again; it has an array
     */
    ByteBuffer combine(long offset, int bytes, boolean single) throws IOException {
        result.clear().limit(bytes);
        if (single) {
            singles(offset, bytes / Float.BYTES);
        } else {
            doubles(offset, bytes / Double.BYTES);
        }
        return result;
    }

    private void singles(long offset, int count) throws IOException {
        Arrays.fill(sums, 0, count, 0);
        for (int i = 0; i < weights.length; i++) {
            read(i, offset, count * Float.BYTES).asFloatBuffer().get(singles, 0, count);
            add(sums, singles, weights[i], count);
        }
        if (inputs.size() > weights.length) {
            read(weights.length, offset, count * Float.BYTES).asFloatBuffer().get(singles, 0, count);
            move(singles, sums, total, count);
        } else {
            divide(singles, sums, total, count);
        }
        result.asFloatBuffer().put(singles, 0, count);
    }

    private void doubles(long offset, int count) throws IOException {
        Arrays.fill(sums, 0, count, 0);
        for (int i = 0; i < weights.length; i++) {
            read(i, offset, count * Double.BYTES).asDoubleBuffer().get(doubles, 0, count);
            add(sums, doubles, weights[i], count);
        }
        Arrays.fill(doubles, 0, count, 0);
        if (inputs.size() > weights.length) {
            read(weights.length, offset, count * Double.BYTES).asDoubleBuffer().get(doubles, 0, count);
        }
        move(doubles, sums, total, count);
        result.asDoubleBuffer().put(doubles, 0, count);
    }

    private static void add(double[] sums, float[] values, double weight, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += weight * values[i];
        }
    }

    private static void add(double[] sums, double[] values, double weight, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += weight * values[i];
        }
    }

    private static void divide(float[] values, double[] sums, double total, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = (float) (sums[i] / total);
        }
    }

    private static void move(float[] values, double[] sums, double total, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = (float) (values[i] + sums[i] / total);
        }
    }

    private static void move(double[] values, double[] sums, double total, int count) {
        for (int i = 0; i < count; i++) {
            values[i] += sums[i] / total;
        }
    }

    private ByteBuffer read(int index, long offset, int bytes) throws IOException {
        input.clear().limit(bytes);
        Combine.readFully(inputs.get(index), input, offset);
        return input.flip();
    }
}
