package org.osteon.privacy.noise;

import java.security.SecureRandom;

/** Exact discrete Gaussian noise for integer counts. */
public final class CountNoise {
    private static final int DENOMINATOR = 1000;

    private final DiscreteGaussian gaussian;

    private CountNoise(double sigma, BitSource bits) {
        long numerator = (long) Math.ceil(sigma * DENOMINATOR);
        if (!(sigma > 0) || numerator > 1 << 24) {
            throw new IllegalArgumentException("sigma must be > 0 and at most 16777, was " + sigma);
        }
        this.gaussian = new DiscreteGaussian(numerator, DENOMINATOR, bits);
    }

    /** Noise whose σ is this one, rounded up to a thousandth. */
    public static CountNoise of(double sigma, SecureRandom entropy) {
        return new CountNoise(sigma, new SystemBits(entropy));
    }

    static CountNoise withBits(double sigma, BitSource bits) {
        return new CountNoise(sigma, bits);
    }

    /** Adds noise to each count, in place; counts may become negative and are left so. */
    public void add(long[] counts) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += gaussian.sample();
        }
    }
}
