package org.osteon.learning.dp;

/** Adds the step's noise to the clipped sum, in place. */
@FunctionalInterface
interface SumNoise {
    /** Adds independent noise of this standard deviation to every coordinate. */
    void add(double[] sum, double standardDeviation);
}
