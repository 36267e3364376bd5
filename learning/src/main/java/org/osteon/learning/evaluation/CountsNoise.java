package org.osteon.learning.evaluation;

import java.security.SecureRandom;

/** Adds integer noise to counts, in place. */
@FunctionalInterface
interface CountsNoise {
    /** Adds independent noise to every count. */
    void add(long[] counts);

    /** Where the noise comes from. */
    @FunctionalInterface
    interface Source {
        /** Noise of this standard deviation on every count. */
        CountsNoise of(double sigma, SecureRandom entropy);
    }
}
