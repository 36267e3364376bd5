package org.osteon.learning.engine;

/**
 * Sums of squares in double: eight partial sums, the i-th of elements i, i + 8, …, added in pairs. One running sum
 * would wait for each addition before the next.
 */
public final class SquaredNorm {
    private static final int LANES = 8;

    private SquaredNorm() {}

    /** The sum of the squares; not finite where a value is not, or where it overflows. */
    public static double of(double[] values) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        double e = 0;
        double f = 0;
        double g = 0;
        double h = 0;
        int i = 0;
        for (; i + LANES <= values.length; i += LANES) {
            a += values[i] * values[i];
            b += values[i + 1] * values[i + 1];
            c += values[i + 2] * values[i + 2];
            d += values[i + 3] * values[i + 3];
            e += values[i + 4] * values[i + 4];
            f += values[i + 5] * values[i + 5];
            g += values[i + 6] * values[i + 6];
            h += values[i + 7] * values[i + 7];
        }
        double rest = 0;
        for (; i < values.length; i++) {
            rest += values[i] * values[i];
        }
        return ((a + b) + (c + d)) + ((e + f) + (g + h)) + rest;
    }
}
