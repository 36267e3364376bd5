package org.osteon.learning.dp;

import java.security.SecureRandom;

/** Adds a step's noise to the clipped sum, in place. */
@FunctionalInterface
interface SumNoise {
    /** Adds independent noise to every coordinate. */
    void add(double[] sum);

    /** Where the noise of a round comes from. */
    @FunctionalInterface
    interface Source {
        /** Noise of this standard deviation on every coordinate. */
        SumNoise of(double standardDeviation, SecureRandom entropy);
    }
}
