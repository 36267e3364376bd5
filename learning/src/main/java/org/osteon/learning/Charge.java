package org.osteon.learning;

/** What a computation costs the patients it read, for the accountant and the ledger. */
public sealed interface Charge {
    /**
     * A Poisson-subsampled Gaussian mechanism, composed over its steps, for neighbours that differ in one patient.
     *
     * @param samplingRate q, 1 where every patient is read
     * @param noiseMultiplier σ: standard deviation of the noise over the L2 sensitivity
     * @param steps how many times it ran
     * @param sensitivity the L2 sensitivity of each noised sum, C
     */
    record SampledGaussian(double samplingRate, double noiseMultiplier, int steps, double sensitivity)
            implements Charge {}

    /** An un-noised release: no accountant bounds it, the ledger marks the patients. */
    record Exact() implements Charge {}
}
