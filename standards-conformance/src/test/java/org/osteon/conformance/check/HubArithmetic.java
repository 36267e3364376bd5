package org.osteon.conformance.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * The rules of {@code docs/spec/aggregation.md} written down plainly, element by element and row by row, for fixtures.
 */
final class HubArithmetic {
    private HubArithmetic() {}

    /** Rule {@code mean} over float32 with weight 1. */
    static byte[] mean(byte[] base, Collection<byte[]> updates) {
        ByteBuffer out = buffer(new byte[base.length]);
        for (int at = 0; at < base.length; at += Float.BYTES) {
            double sum = 0;
            for (byte[] update : updates) {
                sum += 1.0 * buffer(update).getFloat(at);
            }
            out.putFloat((float) (buffer(base).getFloat(at) + sum / updates.size()));
        }
        return out.array();
    }

    /** Rule {@code newton}. */
    static byte[] newton(byte[] base, Collection<byte[]> updates, double ridge) {
        int d = base.length / Double.BYTES;
        double[] sums = new double[d + d * d];
        for (byte[] update : updates) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += buffer(update).getDouble(i * Double.BYTES);
            }
        }
        double[][] l = new double[d][d];
        double[] y = new double[d];
        for (int i = 0; i < d; i++) {
            double b = sums[i] - ridge * buffer(base).getDouble(i * Double.BYTES);
            for (int j = 0; j <= i; j++) {
                double rest = sums[d + i * d + j] + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++) {
                    rest -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(rest) : rest / l[j][j];
            }
            for (int k = 0; k < i; k++) {
                b -= l[i][k] * y[k];
            }
            y[i] = b / l[i][i];
        }
        ByteBuffer out = buffer(new byte[base.length]);
        double[] step = new double[d];
        for (int i = d - 1; i >= 0; i--) {
            double rest = y[i];
            for (int k = i + 1; k < d; k++) {
                rest -= l[k][i] * step[k];
            }
            step[i] = rest / l[i][i];
            out.putDouble(i * Double.BYTES, buffer(base).getDouble(i * Double.BYTES) + step[i]);
        }
        return out.array();
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
