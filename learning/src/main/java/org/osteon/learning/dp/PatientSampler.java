package org.osteon.learning.dp;

/** Chooses the patients of a step: each independently with probability q, any number of them, also none. */
@FunctionalInterface
interface PatientSampler {
    /** Indices below {@code patients}, ascending. */
    int[] sample(int patients, double samplingRate);
}
