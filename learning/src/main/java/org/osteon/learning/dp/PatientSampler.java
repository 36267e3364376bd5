package org.osteon.learning.dp;

import java.security.SecureRandom;
import org.osteon.privacy.sampling.PoissonSampler;

/** Chooses the patients of a step: each independently with probability q, any number of them, also none. */
@FunctionalInterface
interface PatientSampler extends AutoCloseable {
    /** Indices below {@code patients}, ascending. */
    int[] sample(int patients, double samplingRate);

    @Override
    default void close() {}

    /** Poisson sampling from a seed of the operating system that closing wipes. */
    static PatientSampler poisson(SecureRandom entropy) {
        PoissonSampler sampler = new PoissonSampler(entropy);
        return new PatientSampler() {
            @Override
            public int[] sample(int patients, double samplingRate) {
                return sampler.sample(patients, samplingRate);
            }

            @Override
            public void close() {
                sampler.close();
            }
        };
    }
}
