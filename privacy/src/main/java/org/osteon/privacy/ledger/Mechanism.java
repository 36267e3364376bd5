package org.osteon.privacy.ledger;

import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.accounting.SubsampledGaussian;

/** What is to be released, as the ledger charges it. */
public sealed interface Mechanism {
    /** Its cost; an exact release has none that could be stated. */
    RdpCurve cost();

    /** DP-SGD steps on Poisson-sampled patients; {@code sigma} is noise over sensitivity. */
    record DpSgdSteps(double samplingRate, double sigma, long steps) implements Mechanism {
        @Override
        public RdpCurve cost() {
            return SubsampledGaussian.step(samplingRate, sigma).times(steps);
        }
    }

    /** Counts in which each patient is one unit of one bin, each bin noised with {@code sigma}. */
    record NoisedCounts(double sigma) implements Mechanism {
        @Override
        public RdpCurve cost() {
            return SubsampledGaussian.step(1, sigma);
        }
    }

    /** An un-noised release: never charged, never called private, marked on the patients. */
    record ExactRelease() implements Mechanism {
        @Override
        public RdpCurve cost() {
            return RdpCurve.none();
        }
    }
}
