package org.osteon.privacy.accounting;

import java.util.Arrays;

/**
 * Rényi differential privacy of a mechanism, or of several composed, on the fixed grid of orders {@link #orders()}.
 * Neighbours differ in one patient, added or removed.
 */
public final class RdpCurve {
    private static final double[] GRID = grid();
    private final double[] values;

    private RdpCurve(double[] values) {
        this.values = values;
    }

    /** The orders: 1.25 to 10.75 in quarters, 11 to 64, then powers and steps up to 512. */
    public static double[] orders() {
        return GRID.clone();
    }

    /** Nothing was released. */
    public static RdpCurve none() {
        return new RdpCurve(new double[GRID.length]);
    }

    /** A curve of values on {@link #orders()}, each non-negative. */
    public static RdpCurve of(double[] values) {
        if (values.length != GRID.length || Arrays.stream(values).anyMatch(v -> !(v >= 0))) {
            throw new IllegalArgumentException("an RDP curve has " + GRID.length + " non-negative values");
        }
        return new RdpCurve(values.clone());
    }

    /** The value at each order. */
    public double[] values() {
        return values.clone();
    }

    /** Sequential composition, adaptive at each fixed order (Mironov 2017, proposition 1). */
    public RdpCurve plus(RdpCurve other) {
        double[] sum = new double[values.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = values[i] + other.values[i];
        }
        return new RdpCurve(sum);
    }

    /** The same mechanism that many times. */
    public RdpCurve times(long count) {
        return new RdpCurve(Arrays.stream(values).map(v -> v * count).toArray());
    }

    /**
     * ε at this δ, by the conversion of Canonne, Kamath and Steinke (2020, proposition 12), smallest over the orders;
     * never below 0.
     */
    public double epsilon(double delta) {
        if (!(delta > 0) || delta >= 1) {
            throw new IllegalArgumentException("delta must be between 0 and 1, was " + delta);
        }
        if (Arrays.stream(values).allMatch(v -> v == 0)) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            best = Math.min(best, values[i] + offset(GRID[i], delta));
        }
        return Math.max(0, best);
    }

    /**
     * Whether this composition stays within (ε, δ) at one order: a Rényi filter (Feldman and Zrnic 2020), valid
     * although each mechanism may be chosen after seeing the results of those before.
     */
    public boolean within(double epsilon, double delta) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] + offset(GRID[i], delta) <= epsilon) {
                return true;
            }
        }
        return Arrays.stream(values).allMatch(v -> v == 0);
    }

    private static double offset(double order, double delta) {
        return Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
    }

    private static double[] grid() {
        double[] low = new double[39];
        for (int i = 0; i < low.length; i++) {
            low[i] = 1.25 + 0.25 * i;
        }
        double[] middle = new double[54];
        for (int i = 0; i < middle.length; i++) {
            middle[i] = 11 + i;
        }
        double[] high = {72, 80, 96, 112, 128, 160, 192, 256, 384, 512};
        double[] all = new double[low.length + middle.length + high.length];
        System.arraycopy(low, 0, all, 0, low.length);
        System.arraycopy(middle, 0, all, low.length, middle.length);
        System.arraycopy(high, 0, all, low.length + middle.length, high.length);
        return all;
    }
}
