package org.osteon.privacy.noise;

import java.security.SecureRandom;

/**
 * Gaussian noise for sums of real numbers, on an integer grid: the sum is rounded to multiples of g = s / 2^20 (s the
 * noise's standard deviation), exact discrete Gaussian noise of 2^20 grid units is added, and the result is a multiple
 * of g again. No floating-point noise exists that could tell neighbouring sums apart (Mironov 2012).
 *
 * <p>Rounding may move each coordinate of neighbouring sums apart by one more g, so the L2 sensitivity is
 * {@link #inflatedSensitivity}, which the accountant is given.
 */
public final class GridNoise {
    private static final int LOG = 20;
    private static final int UNITS = 1 << LOG;
    private static final double LARGEST = 0x1p52;

    private final double standardDeviation;
    private final double grid;
    private final SlabGaussian gaussian;

    private GridNoise(double standardDeviation, BitSource bits) {
        if (!(standardDeviation > 0) || Double.isInfinite(standardDeviation)) {
            throw new IllegalArgumentException("standardDeviation must be > 0, was " + standardDeviation);
        }
        this.standardDeviation = standardDeviation;
        this.grid = standardDeviation / UNITS;
        this.gaussian = new SlabGaussian(LOG, bits);
    }

    /** Noise of this standard deviation; every bit comes from the operating system's generator. */
    public static GridNoise of(double standardDeviation, SecureRandom entropy) {
        return new GridNoise(standardDeviation, new SystemBits(entropy));
    }

    static GridNoise withBits(double standardDeviation, BitSource bits) {
        return new GridNoise(standardDeviation, bits);
    }

    /** Rounds each coordinate to the grid and adds noise, in place. */
    public void add(double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            double units = Math.rint(sum[i] / grid);
            if (!(Math.abs(units) < LARGEST)) {
                throw new IllegalArgumentException("a sum is not finite or too large for the grid");
            }
            sum[i] = ((long) units + gaussian.sample()) * grid;
        }
    }

    /** The L2 sensitivity after rounding: C + √P·g. */
    public double inflatedSensitivity(double clipNorm, int dimension) {
        return clipNorm + Math.sqrt(dimension) * grid;
    }

    /** The noise's standard deviation. */
    public double standardDeviation() {
        return standardDeviation;
    }
}
