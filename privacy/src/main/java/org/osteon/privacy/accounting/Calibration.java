package org.osteon.privacy.accounting;

/** Finds the noise a plan needs for an (ε, δ). */
public final class Calibration {
    private Calibration() {}

    /** The smallest σ, to four significant digits and rounded up, with which that many steps stay within (ε, δ). */
    public static double noiseMultiplier(
            double epsilon, double delta, double samplingRate, long steps, RdpCurve besides) {
        double low = 1e-2;
        double high = 1e4;
        if (besides.plus(SubsampledGaussian.step(samplingRate, high).times(steps))
                        .epsilon(delta)
                > epsilon) {
            throw new IllegalArgumentException("no noise keeps this plan within epsilon " + epsilon);
        }
        while (high / low > 1.00005) {
            double middle = Math.sqrt(low * high);
            if (besides.plus(SubsampledGaussian.step(samplingRate, middle).times(steps))
                            .epsilon(delta)
                    > epsilon) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
