package org.osteon.privacy.noise;

import java.math.BigInteger;

/**
 * Exact samples of the discrete Gaussian N_Z(0, σ²) with σ = numerator / denominator, by rejection from a discrete
 * Laplace (Canonne, Kamath, Steinke, arXiv 2004.00010, algorithms 1 to 3). Integer arithmetic only: no rounding of a
 * probability.
 */
final class DiscreteGaussian {
    private final long numerator;
    private final long denominator;
    private final long laplaceScale;
    private final BitSource bits;

    /**
     * A sampler.
     *
     * @param numerator of σ, 1 to 2^24
     * @param denominator of σ, 1 to 2^10
     */
    DiscreteGaussian(long numerator, long denominator, BitSource bits) {
        if (numerator < 1 || numerator > 1 << 24 || denominator < 1 || denominator > 1 << 10) {
            throw new IllegalArgumentException(
                    "sigma must be numerator/denominator within 2^24 and 2^10, was " + numerator + "/" + denominator);
        }
        this.numerator = numerator;
        this.denominator = denominator;
        this.laplaceScale = numerator / denominator + 1;
        this.bits = bits;
    }

    /** One sample. */
    long sample() {
        // exp(−(|y| − σ²/t)² / (2σ²)) with t = laplaceScale; times t²·den²·num² to stay in integers.
        while (true) {
            long y = laplace();
            long magnitude = Math.abs(y);
            if (magnitude > 1L << 30) {
                continue;
            }
            // a = |y|·t·den² − num², accept with exp(−a² / (2·num²·den²·t²))
            BigInteger a = BigInteger.valueOf(magnitude)
                    .multiply(BigInteger.valueOf(laplaceScale * denominator * denominator))
                    .subtract(BigInteger.valueOf(numerator).pow(2));
            BigInteger top = a.pow(2);
            BigInteger bottom = BigInteger.valueOf(numerator * denominator * 1L)
                    .pow(2)
                    .multiply(BigInteger.valueOf(laplaceScale).pow(2))
                    .shiftLeft(1);
            if (bernoulliExp(top, bottom)) {
                return y;
            }
        }
    }

    /** Discrete Laplace with scale t = laplaceScale: probability of y proportional to exp(−|y|/t). */
    private long laplace() {
        while (true) {
            long u = uniform(laplaceScale);
            if (!bernoulliExpUnit(u, laplaceScale)) {
                continue;
            }
            long v = 0;
            while (bernoulliExpUnit(1, 1)) {
                v++;
            }
            long magnitude = u + laplaceScale * v;
            boolean negative = (bits.next() & 1) == 1;
            if (negative && magnitude == 0) {
                continue;
            }
            return negative ? -magnitude : magnitude;
        }
    }

    /** True with probability exp(−top/bottom), for any non-negative ratio. */
    private boolean bernoulliExp(BigInteger top, BigInteger bottom) {
        BigInteger[] parts = top.divideAndRemainder(bottom);
        if (parts[0].bitLength() > 12) {
            return false;
        }
        for (long i = parts[0].longValueExact(); i > 0; i--) {
            if (!bernoulliExpUnit(1, 1)) {
                return false;
            }
        }
        int shift = Math.max(0, bottom.bitLength() - 62);
        if (shift == 0) {
            return bernoulliExpUnit(parts[1].longValueExact(), bottom.longValueExact());
        }
        return bernoulliExpWide(parts[1], bottom);
    }

    /** True with probability exp(−n/d), 0 ≤ n ≤ d, both below 2^62 (algorithm 1). */
    private boolean bernoulliExpUnit(long n, long d) {
        long k = 1;
        while (true) {
            // Bernoulli(n / (d·k))
            if (k > Long.MAX_VALUE / d / 2 || uniform(d * k) >= n) {
                return (k & 1) == 1;
            }
            k++;
        }
    }

    private boolean bernoulliExpWide(BigInteger n, BigInteger d) {
        long k = 1;
        while (true) {
            if (uniformWide(d.multiply(BigInteger.valueOf(k))).compareTo(n) >= 0) {
                return (k & 1) == 1;
            }
            k++;
        }
    }

    /** Uniform on 0 … bound−1, exact. */
    private long uniform(long bound) {
        long mask = Long.highestOneBit(bound) * 2 - 1;
        while (true) {
            long candidate = bits.next() & mask;
            if (candidate < bound) {
                return candidate;
            }
        }
    }

    private BigInteger uniformWide(BigInteger bound) {
        int length = bound.bitLength();
        while (true) {
            BigInteger candidate = BigInteger.ZERO;
            for (int got = 0; got < length; got += 32) {
                candidate = candidate.shiftLeft(32).or(BigInteger.valueOf(bits.next() >>> 32));
            }
            candidate = candidate.mod(BigInteger.ONE.shiftLeft(length));
            if (candidate.compareTo(bound) < 0) {
                return candidate;
            }
        }
    }
}
