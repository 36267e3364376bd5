package org.osteon.protocol.document;

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
    private long state;

    private InitialModel(long seed) {
        this.state = seed;
    }

    /** The arrays' raw little-endian payloads, one after the other. */
    public static byte[] payload(Study.ModelSpec model) {
        List<ArraySpec> arrays = model.arrays();
        long bytes = arrays.stream().mapToLong(ArraySpec::bytes).sum();
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        if ("mlp".equals(model.template())) {
            InitialModel draws = new InitialModel(model.seed());
            arrays.forEach(array -> draws.fill(array, buffer));
        }
        return buffer.array();
    }

    private void fill(ArraySpec array, ByteBuffer buffer) {
        List<Integer> shape = array.shape();
        boolean weights = shape.size() == 2;
        double limit = weights ? Math.sqrt(6.0 / (shape.get(1) + shape.get(0))) : 0;
        for (long i = 0; i < array.elements(); i++) {
            double value = weights ? (2 * uniform() - 1) * limit : 0;
            switch (array.dtype()) {
                case "float32" -> buffer.putFloat((float) value);
                case "float64" -> buffer.putDouble(value);
                default -> buffer.putLong(0);
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
