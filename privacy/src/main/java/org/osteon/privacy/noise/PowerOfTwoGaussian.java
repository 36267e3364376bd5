package org.osteon.privacy.noise;

/**
 * Exact samples of the discrete Gaussian N_Z(0, σ²) with σ = 2^s, as {@link DiscreteGaussian} draws them (Canonne,
 * Kamath, Steinke, arXiv 2004.00010, algorithms 1 to 3, with Laplace scale t = σ), in long arithmetic: every ratio is a
 * binary fraction, compared bit by bit with uniform bits. No rounding of a probability.
 */
final class PowerOfTwoGaussian {
    private static final int MAX_LOG = 20;
    private static final long LARGEST = 1L << 30;

    private final int log;
    private final long sigma;
    private final BitSource bits;
    private long pool;
    private int left;

    /**
     * A sampler.
     *
     * @param log s, 0 to 20
     */
    PowerOfTwoGaussian(int log, BitSource bits) {
        if (log < 0 || log > MAX_LOG) {
            throw new IllegalArgumentException("log2 of sigma must be within 0 and " + MAX_LOG + ", was " + log);
        }
        this.log = log;
        this.sigma = 1L << log;
        this.bits = bits;
    }

    /** One sample. */
    long sample() {
        int doubleLog = 2 * log + 1;
        while (true) {
            long magnitude = laplaceMagnitude();
            boolean negative = take(1) == 1;
            if (magnitude > LARGEST || negative && magnitude == 0) {
                // Beyond 1,000 σ at log 20: a probability below 2^-700000.
                continue;
            }
            // Accept with exp(−(|y| − σ)² / (2σ²)), a binary fraction with 2s + 1 places.
            long square = (magnitude - sigma) * (magnitude - sigma);
            if (wholes(square >>> doubleLog) && expMinusFraction(square & ((1L << doubleLog) - 1), doubleLog)) {
                return negative ? -magnitude : magnitude;
            }
        }
    }

    /** |y| of a discrete Laplace with scale σ, 0 twice as likely as it should be; the caller refuses −0. */
    private long laplaceMagnitude() {
        long u = take(log);
        while (!expMinusFraction(u, log)) {
            u = take(log);
        }
        long v = 0;
        while (expMinusOne()) {
            v++;
        }
        return u + (v << log);
    }

    /** True with probability exp(−count). */
    private boolean wholes(long count) {
        for (long i = 0; i < count; i++) {
            if (!expMinusOne()) {
                return false;
            }
        }
        return true;
    }

    /** True with probability exp(−1). */
    private boolean expMinusOne() {
        int k = 1;
        while (oneIn(k)) {
            k++;
        }
        return (k & 1) == 1;
    }

    /** True with probability exp(−n / 2^places), 0 ≤ n < 2^places. */
    private boolean expMinusFraction(long n, int places) {
        int k = 1;
        while (oneIn(k) && take(places) < n) {
            k++;
        }
        return (k & 1) == 1;
    }

    /** True with probability 1/k. */
    private boolean oneIn(int k) {
        if (k == 1) {
            return true;
        }
        int width = 32 - Integer.numberOfLeadingZeros(k - 1);
        while (true) {
            long candidate = take(width);
            if (candidate < k) {
                return candidate == 0;
            }
        }
    }

    /** Uniform bits, at most 41. */
    private long take(int count) {
        if (left < count) {
            pool = bits.next();
            left = Long.SIZE;
        }
        long taken = pool & ((1L << count) - 1);
        pool >>>= count;
        left -= count;
        return taken;
    }
}
