package org.osteon.coordinator.aggregation;

import java.util.List;
import org.osteon.protocol.document.Aggregation;

/**
 * How the hub goes from the model before along the updates' mean change Δ, element by element in double; what it keeps
 * between rounds is named by {@link #state}.
 */
interface ServerStep {
    /** Names of the numbers kept for each element, in the order of {@link #go}'s {@code kept}. */
    default List<String> state() {
        return List.of();
    }

    /** What the kept numbers of a name are before the first round. */
    default double start(String name) {
        return 0;
    }

    /**
     * Goes one step.
     *
     * @param change Δ
     * @param kept by name, then element: read and written
     * @param step what is added to the model before
     */
    void go(double[] change, int count, double[][] kept, double[] step);

    /** FedSGD: η·Δ. */
    static ServerStep of(Aggregation.FedSgd constants) {
        double rate = constants.serverLearningRate();
        return (change, count, kept, step) -> {
            for (int e = 0; e < count; e++) {
                step[e] = rate * change[e];
            }
        };
    }

    /** FedAvgM: m ← β·m + Δ; η·m. */
    static ServerStep of(Aggregation.FedAvgM constants) {
        double rate = constants.serverLearningRate();
        double momentum = constants.momentum();
        return new ServerStep() {
            @Override
            public List<String> state() {
                return List.of("m");
            }

            @Override
            public void go(double[] change, int count, double[][] kept, double[] step) {
                double[] m = kept[0];
                for (int e = 0; e < count; e++) {
                    m[e] = momentum * m[e] + change[e];
                    step[e] = rate * m[e];
                }
            }
        };
    }

    /** FedAdagrad: v ← v + Δ². */
    static ServerStep of(Aggregation.FedAdagrad constants) {
        return new Adaptive(
                constants.serverLearningRate(), constants.beta1(), constants.tau(), (v, squared) -> v + squared);
    }

    /** FedAdam: v ← β₂·v + (1 − β₂)·Δ². */
    static ServerStep of(Aggregation.FedAdam constants) {
        double beta2 = constants.beta2();
        double rest = 1 - beta2;
        return new Adaptive(
                constants.serverLearningRate(),
                constants.beta1(),
                constants.tau(),
                (v, squared) -> beta2 * v + rest * squared);
    }

    /** FedYogi: v ← v − (1 − β₂)·Δ²·sign(v − Δ²). */
    static ServerStep of(Aggregation.FedYogi constants) {
        double rest = 1 - constants.beta2();
        return new Adaptive(
                constants.serverLearningRate(),
                constants.beta1(),
                constants.tau(),
                (v, squared) -> v - rest * squared * Math.signum(v - squared));
    }

    /** How v follows Δ². */
    interface Second {
        /** The next v. */
        double next(double v, double squared);
    }

    /**
     * Algorithm 2 of Reddi et al. 2021: m ← β₁·m + (1 − β₁)·Δ; v by the strategy, from τ²; η·m / (√v + τ).
     *
     * @param rate η
     * @param beta1 β₁
     * @param tau τ
     * @param second how v follows
     */
    record Adaptive(double rate, double beta1, double tau, Second second) implements ServerStep {
        @Override
        public List<String> state() {
            return List.of("m", "v");
        }

        @Override
        public double start(String name) {
            return "v".equals(name) ? tau * tau : 0;
        }

        @Override
        public void go(double[] change, int count, double[][] kept, double[] step) {
            double[] m = kept[0];
            double[] v = kept[1];
            double rest = 1 - beta1;
            for (int e = 0; e < count; e++) {
                m[e] = beta1 * m[e] + rest * change[e];
                v[e] = second.next(v[e], change[e] * change[e]);
                step[e] = rate * m[e] / (Math.sqrt(v[e]) + tau);
            }
        }
    }
}
