package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How a site computes in each round; the kind decides whether what leaves may be called differentially private. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainingPlan.DpSgd.class, name = "dp-sgd"),
    @JsonSubTypes.Type(value = TrainingPlan.Newton.class, name = "newton")
})
public sealed interface TrainingPlan {
    /** Rounds at most. */
    int rounds();

    /** The weight every site's update has, a constant of the study; sent as {@code num-examples}. */
    long weight();

    /** Whether the implementation of this kind adds calibrated noise. */
    boolean differentiallyPrivate();

    /**
     * Patient-level DP-SGD (Abadi et al. 2016, per patient): each step samples patients, clips each patient's summed
     * gradient, sums, projects the sum, adds noise, divides by the public divisor.
     *
     * @param rounds rounds at most
     * @param steps noisy steps in a round at a site
     * @param samplingRate Poisson probability of each patient in a step
     * @param clipNorm L2 bound of a patient's gradient, C
     * @param noiseMultiplier σ; the noise's standard deviation is σ·C
     * @param learningRate η
     * @param divisor public constant the noised sum is divided by, never the actual batch size
     * @param maxSumNorm the clipped sum is projected onto the ball of radius {@code maxSumNorm} before noise
     *     (non-expansive, so the sensitivity stays C); a public constant, used in the hub's norm bound
     * @param weight every site's constant weight
     */
    record DpSgd(
            int rounds,
            int steps,
            double samplingRate,
            double clipNorm,
            double noiseMultiplier,
            double learningRate,
            double divisor,
            double maxSumNorm,
            long weight)
            implements TrainingPlan {
        /** Checks ranges. */
        public DpSgd {
            Require.range("plan.rounds", rounds, 1, 100_000);
            Require.range("plan.steps", steps, 1, 1_000_000);
            Require.range("plan.samplingRate", samplingRate, 1e-9, 1);
            Require.positive("plan.clipNorm", clipNorm);
            Require.positive("plan.noiseMultiplier", noiseMultiplier);
            Require.positive("plan.learningRate", learningRate);
            Require.positive("plan.divisor", divisor);
            Require.positive("plan.maxSumNorm", maxSumNorm);
            Require.range("plan.weight", weight, 1, 1_000_000_000);
        }

        @Override
        public boolean differentiallyPrivate() {
            return true;
        }
    }

    /**
     * Federated Newton for logistic regression: each round a site releases its gradient and Hessian, un-noised. They
     * disclose n and every pairwise count of binary columns.
     *
     * @param rounds rounds at most
     * @param ridge added to the Hessian's diagonal at the hub, 0 for none
     * @param weight every site's constant weight (sums are added, so 1)
     */
    record Newton(int rounds, double ridge, long weight) implements TrainingPlan {
        /** Checks ranges. */
        public Newton {
            Require.range("plan.rounds", rounds, 1, 1000);
            Require.range("plan.ridge", ridge, 0, 1e9);
            Require.range("plan.weight", weight, 1, 1);
        }

        @Override
        public boolean differentiallyPrivate() {
            return false;
        }
    }
}
