package org.osteon.privacy.noise;

/**
 * Exact samples of the discrete Gaussian N_Z(0, σ²), σ = 2^s, by rejection from a step function that covers the curve
 * in slabs of equal width. Slab and height are drawn together, in whole units, so that nothing about them is rounded. A
 * unit that is not known to lie below the curve over its whole slab is compared with the curve at its magnitude, by
 * bounds in double that hold for any exponential function within 1 ulp; a unit that the curve crosses is decided by
 * {@link CloseCall} with as many more bits as it takes.
 *
 * <p>A magnitude x has scale·exp(−x² / 2σ²) units. Magnitudes end at 32 σ; what lies beyond has a probability below
 * 2^−730.
 */
final class SlabGaussian {
    private static final int MAX_LOG = 20;
    private static final int LOG_REACH = 5;
    private static final int LOG_SLABS_A_SIGMA = 4;
    private static final int LOG_UNITS = 40;

    /** More than the relative error of a few rounded operations and an exponential function within 1 ulp. */
    private static final double SLACK = 0x1p-48;

    private final int logWidth;
    private final int logSlabs;
    private final long twoSigmaSquare;
    private final long scale;
    private final long[] sure;
    private final UnitColumns columns;
    private final BitSource bits;

    /**
     * A sampler.
     *
     * @param log s, 0 to 20
     */
    SlabGaussian(int log, BitSource bits) {
        if (log < 0 || log > MAX_LOG) {
            throw new IllegalArgumentException("log2 of sigma must be within 0 and " + MAX_LOG + ", was " + log);
        }
        this.bits = bits;
        this.logWidth = Math.max(0, log - LOG_SLABS_A_SIGMA);
        this.logSlabs = LOG_REACH + log - logWidth;
        this.twoSigmaSquare = 1L << 2 * log + 1;
        int slabs = 1 << logSlabs;
        double total = 0;
        for (int i = 0; i < slabs; i++) {
            total += curve(first(i));
        }
        this.scale = (long) (((1L << LOG_UNITS) - 2.0 * slabs) / total);
        long[] heights = new long[slabs];
        this.sure = new long[slabs];
        long left = 1L << LOG_UNITS;
        for (int i = 0; i < slabs; i++) {
            heights[i] = (long) upper(first(i)) + 1;
            sure[i] = (long) lower(first(i + 1) - 1);
            left -= heights[i];
        }
        // Units left over go where the curve is lowest: far above it there, they are refused when drawn.
        heights[slabs - 1] += left;
        this.columns = new UnitColumns(heights);
    }

    /** One sample. */
    long sample() {
        int logColumn = LOG_UNITS - logSlabs;
        while (true) {
            // From the lowest bit: column, place in the column, place in the slab; the sign is the highest.
            long word = bits.next();
            int slab = (int) word & (1 << logSlabs) - 1;
            long unit = word >>> logSlabs & (1L << logColumn) - 1;
            if (unit >= columns.own(slab)) {
                unit += columns.shift(slab);
                slab = columns.other(slab);
            }
            long magnitude = first(slab) | word >>> LOG_UNITS & (1L << logWidth) - 1;
            if (unit >= sure[slab] && !below(unit, magnitude)) {
                continue;
            }
            // No branch on the sign, which no processor can predict; −0 is refused.
            long sign = word >> Long.SIZE - 1;
            if ((magnitude | ~sign) != 0) {
                return (magnitude ^ sign) - sign;
            }
        }
    }

    /** Whether a uniform point of this unit lies below the curve. */
    private boolean below(long unit, long magnitude) {
        if (unit + 1 <= lower(magnitude)) {
            return true;
        }
        return unit < upper(magnitude) && CloseCall.below(unit, scale, magnitude * magnitude, twoSigmaSquare, bits);
    }

    private long first(int slab) {
        return (long) slab << logWidth;
    }

    /** The quotient is exact: a whole number below 2^53 over a power of two. */
    private double curve(long magnitude) {
        return Math.exp(-(double) (magnitude * magnitude) / twoSigmaSquare);
    }

    /** Not above the curve's height in units. */
    double lower(long magnitude) {
        return scale * curve(magnitude) * (1 - SLACK);
    }

    /** Not below the curve's height in units. */
    double upper(long magnitude) {
        return scale * curve(magnitude) * (1 + SLACK);
    }

    /** Units of magnitude 0. */
    long scale() {
        return scale;
    }
}
