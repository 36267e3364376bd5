package org.osteon.protocol.document;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The model of round 0, a function of the study alone: zeros for {@code logistic} and {@code softmax}; for {@code mlp}
 * zero biases and weights {@code [out, in]} uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010) from SplitMix64
 * (Steele, Lea and Flood 2014) started with the study's seed, array by array in C order, so that every party computes
 * the same bits.
 */
public final class InitialModel {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final int PIECE = 64 * 1024;
    private long state;

    private InitialModel(long seed) {
        this.state = seed;
    }

    /** The arrays' raw little-endian payloads, one after the other. */
    public static byte[] payload(Study.ModelSpec model) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            write(model, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    /** Writes the same, a little at a time. */
    public static void write(Study.ModelSpec model, OutputStream out) throws IOException {
        InitialModel draws = new InitialModel(model.seed());
        for (ArraySpec array : model.arrays()) {
            if ("mlp".equals(model.template())) {
                draws.fill(array, out);
            } else {
                zeros(array.bytes(), out);
            }
        }
    }

    /** Writes so many bytes of value 0. */
    public static void zeros(long bytes, OutputStream out) throws IOException {
        byte[] piece = new byte[PIECE];
        for (long left = bytes; left > 0; left -= PIECE) {
            out.write(piece, 0, (int) Math.min(PIECE, left));
        }
    }

    private void fill(ArraySpec array, OutputStream out) throws IOException {
        List<Integer> shape = array.shape();
        boolean weights = shape.size() == 2;
        double limit = weights ? Math.sqrt(6.0 / (shape.get(1) + shape.get(0))) : 0;
        ByteBuffer buffer = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i < array.elements(); i++) {
            double value = weights ? (2 * uniform() - 1) * limit : 0;
            switch (array.dtype()) {
                case "float32" -> buffer.putFloat((float) value);
                case "float64" -> buffer.putDouble(value);
                default -> buffer.putLong(0);
            }
            if (!buffer.hasRemaining() || i + 1 == array.elements()) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        }
    }

    private double uniform() {
        state += GOLDEN_GAMMA;
        long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
