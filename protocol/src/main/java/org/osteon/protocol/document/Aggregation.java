package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * How the hub makes the next model of a round's updates: a strategy with its constants. The arithmetic is stated in
 * {@code docs/spec/aggregation.md}. A document that leaves it out asks for {@link FedAvg}, and one that asks for
 * {@link FedAvg} is written without it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "strategy")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Aggregation.FedAvg.class, name = "fedavg"),
    @JsonSubTypes.Type(value = Aggregation.FedProx.class, name = "fedprox"),
    @JsonSubTypes.Type(value = Aggregation.FedSgd.class, name = "fedsgd"),
    @JsonSubTypes.Type(value = Aggregation.FedAvgM.class, name = "fedavgm"),
    @JsonSubTypes.Type(value = Aggregation.FedAdagrad.class, name = "fedadagrad"),
    @JsonSubTypes.Type(value = Aggregation.FedAdam.class, name = "fedadam"),
    @JsonSubTypes.Type(value = Aggregation.FedYogi.class, name = "fedyogi"),
    @JsonSubTypes.Type(value = Aggregation.FedMedian.class, name = "fedmedian"),
    @JsonSubTypes.Type(value = Aggregation.FedTrimmedAvg.class, name = "fedtrimmedavg"),
    @JsonSubTypes.Type(value = Aggregation.Krum.class, name = "krum"),
    @JsonSubTypes.Type(value = Aggregation.MultiKrum.class, name = "multikrum"),
    @JsonSubTypes.Type(value = Aggregation.GeometricMedian.class, name = "geometric-median")
})
public sealed interface Aggregation {
    /** Updates that a strategy takes which compares them in pairs: their distances are held in memory. */
    int MOST_COMPARED = 1024;

    /** The names of all strategies. */
    List<String> NAMES = List.of(
            "fedavg",
            "fedprox",
            "fedsgd",
            "fedavgm",
            "fedadagrad",
            "fedadam",
            "fedyogi",
            "fedmedian",
            "fedtrimmedavg",
            "krum",
            "multikrum",
            "geometric-median");

    /** What each strategy is asked with when a caller names no other; a study names every constant itself. */
    Map<String, Map<String, Double>> USUAL = Map.of(
            "fedsgd", Map.of("serverLearningRate", 1.0),
            "fedavgm", Map.of("serverLearningRate", 1.0, "momentum", 0.9),
            "fedadagrad", Map.of("serverLearningRate", 0.1, "beta1", 0.0, "tau", 1e-3),
            "fedadam", Map.of("serverLearningRate", 0.1, "beta1", 0.9, "beta2", 0.99, "tau", 1e-3),
            "fedyogi", Map.of("serverLearningRate", 0.01, "beta1", 0.9, "beta2", 0.99, "tau", 1e-3),
            "geometric-median", Map.of("iterations", 4.0, "smoothing", 1e-6, "tolerance", 1e-6));

    /** The strategy's name, as documents have it. */
    String strategy();

    /** Updates without which a round has no result by this strategy. */
    default int fewest() {
        return 1;
    }

    /** Updates beyond which a round has no result by this strategy. */
    default int most() {
        return 10_000;
    }

    /**
     * Whether updates count by their weight; strategies that are to withstand wrong updates believe no site's claim.
     */
    default boolean weighted() {
        return true;
    }

    /**
     * A strategy by its name and constants as they are typed.
     *
     * @param constants by name; {@link #USUAL} where one is not named
     * @throws DocumentException when the name or a constant is unknown, missing or out of its range
     */
    static Aggregation of(String name, Map<String, String> constants) {
        Require.oneOf("strategy", name, NAMES);
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("strategy", name);
        USUAL.getOrDefault(name, Map.of()).forEach((constant, value) -> put(tree, constant, value));
        constants.forEach((constant, value) -> {
            try {
                put(tree, constant, Double.parseDouble(value));
            } catch (NumberFormatException e) {
                throw new DocumentException(
                        "NUMBER_OUT_OF_RANGE", "strategy option " + constant + " must be a number, was " + value);
            }
        });
        return CanonicalJson.bind(tree, Aggregation.class);
    }

    private static void put(ObjectNode tree, String constant, double value) {
        Require.finite("strategy option " + constant, value);
        if (value == Math.rint(value) && Math.abs(value) <= Integer.MAX_VALUE) {
            tree.put(constant, (int) value);
        } else {
            tree.put(constant, value);
        }
    }

    private static void rate(double value) {
        Require.positive("aggregation.serverLearningRate", value);
        Require.range("aggregation.serverLearningRate", value, 0, 1e6);
    }

    private static void share(String member, double value) {
        Require.hold(
                value >= 0 && value < 1,
                "NUMBER_OUT_OF_RANGE",
                "aggregation." + member + " must be 0 to below 1, was " + value);
    }

    private static void adaptivity(double value) {
        Require.range("aggregation.tau", value, 1e-12, 1e6);
    }

    /**
     * Federated averaging (McMahan et al. 2017, arXiv 1602.05629, algorithm 1): x + Σ wᵢ·Δᵢ / Σ wᵢ, which for whole
     * values is Σ wᵢ·xᵢ / Σ wᵢ.
     */
    record FedAvg() implements Aggregation {
        @Override
        public String strategy() {
            return "fedavg";
        }
    }

    /**
     * FedProx (Li et al. 2020, arXiv 1812.06127, algorithm 2): at the hub as {@link FedAvg}; a site minimises its loss
     * plus μ/2·‖x − xₜ‖². Only for sites that do.
     *
     * @param proximalMu μ, sent to the sites
     */
    record FedProx(double proximalMu) implements Aggregation {
        /** Checks the range. */
        public FedProx {
            Require.range("aggregation.proximalMu", proximalMu, 0, 1e6);
        }

        @Override
        public String strategy() {
            return "fedprox";
        }
    }

    /**
     * FedSGD with a learning rate at the hub (McMahan et al. 2017, section 2): x + η·Σ wᵢ·Δᵢ / Σ wᵢ, where Δᵢ comes of
     * one step at a site.
     *
     * @param serverLearningRate η
     */
    record FedSgd(double serverLearningRate) implements Aggregation {
        /** Checks the range. */
        public FedSgd {
            rate(serverLearningRate);
        }

        @Override
        public String strategy() {
            return "fedsgd";
        }
    }

    /**
     * Server momentum (Hsu, Qi and Brown 2019, arXiv 1909.06335, section 4.3): m ← β·m + Δ; x + η·m, with Δ the
     * weighted mean of changes.
     *
     * @param serverLearningRate η
     * @param momentum β
     */
    record FedAvgM(double serverLearningRate, double momentum) implements Aggregation {
        /** Checks ranges. */
        public FedAvgM {
            rate(serverLearningRate);
            share("momentum", momentum);
        }

        @Override
        public String strategy() {
            return "fedavgm";
        }
    }

    /**
     * FedAdagrad (Reddi et al. 2021, arXiv 2003.00295, algorithm 2): m ← β₁·m + (1 − β₁)·Δ; v ← v + Δ²; x + η·m / (√v +
     * τ), v from τ².
     *
     * @param serverLearningRate η
     * @param beta1 β₁
     * @param tau τ, how little the step adapts
     */
    record FedAdagrad(double serverLearningRate, double beta1, double tau) implements Aggregation {
        /** Checks ranges. */
        public FedAdagrad {
            rate(serverLearningRate);
            share("beta1", beta1);
            adaptivity(tau);
        }

        @Override
        public String strategy() {
            return "fedadagrad";
        }
    }

    /**
     * FedAdam (Reddi et al. 2021, algorithm 2): m as {@link FedAdagrad}; v ← β₂·v + (1 − β₂)·Δ²; x + η·m / (√v + τ), v
     * from τ². There is no bias correction in it.
     *
     * @param serverLearningRate η
     * @param beta1 β₁
     * @param beta2 β₂
     * @param tau τ
     */
    record FedAdam(double serverLearningRate, double beta1, double beta2, double tau) implements Aggregation {
        /** Checks ranges. */
        public FedAdam {
            rate(serverLearningRate);
            share("beta1", beta1);
            share("beta2", beta2);
            adaptivity(tau);
        }

        @Override
        public String strategy() {
            return "fedadam";
        }
    }

    /**
     * FedYogi (Reddi et al. 2021, algorithm 2): m as {@link FedAdagrad}; v ← v − (1 − β₂)·Δ²·sign(v − Δ²); x + η·m /
     * (√v + τ), v from τ².
     *
     * @param serverLearningRate η
     * @param beta1 β₁
     * @param beta2 β₂
     * @param tau τ
     */
    record FedYogi(double serverLearningRate, double beta1, double beta2, double tau) implements Aggregation {
        /** Checks ranges. */
        public FedYogi {
            rate(serverLearningRate);
            share("beta1", beta1);
            share("beta2", beta2);
            adaptivity(tau);
        }

        @Override
        public String strategy() {
            return "fedyogi";
        }
    }

    /**
     * The median of each element (Yin et al. 2018, arXiv 1803.01498, definition 1); of an even number the mean of the
     * two in the middle. From three updates on: of one or two it is their mean.
     */
    record FedMedian() implements Aggregation {
        @Override
        public String strategy() {
            return "fedmedian";
        }

        @Override
        public int fewest() {
            return 3;
        }

        @Override
        public boolean weighted() {
            return false;
        }
    }

    /**
     * The mean of each element without its k largest and k smallest values (Yin et al. 2018, definition 2).
     *
     * @param trim k; more than 2·k updates are needed
     */
    record FedTrimmedAvg(int trim) implements Aggregation {
        /** Checks the range. */
        public FedTrimmedAvg {
            Require.range("aggregation.trim", trim, 1, 4_999);
        }

        @Override
        public String strategy() {
            return "fedtrimmedavg";
        }

        @Override
        public int fewest() {
            return 2 * trim + 1;
        }

        @Override
        public boolean weighted() {
            return false;
        }
    }

    /**
     * Krum (Blanchard et al. 2017, arXiv 1703.02757, section 4): the update whose n − f − 2 nearest others are nearest,
     * by squared distance; of equals the first in site order.
     *
     * @param byzantine f, updates that may be wrong in any way; at least 2·f + 3 updates are needed
     */
    record Krum(int byzantine) implements Aggregation {
        /** Checks the range. */
        public Krum {
            Require.range("aggregation.byzantine", byzantine, 0, (MOST_COMPARED - 3) / 2);
        }

        @Override
        public String strategy() {
            return "krum";
        }

        @Override
        public int fewest() {
            return 2 * byzantine + 3;
        }

        @Override
        public int most() {
            return MOST_COMPARED;
        }

        @Override
        public boolean weighted() {
            return false;
        }
    }

    /**
     * Multi-Krum (Blanchard et al. 2017, section 4): the mean of the {@code selected} updates that {@link Krum} scores
     * best.
     *
     * @param byzantine f
     * @param selected m; at least m + f updates are needed, since of more than n − f one could be wrong for sure
     */
    record MultiKrum(int byzantine, int selected) implements Aggregation {
        /** Checks ranges. */
        public MultiKrum {
            Require.range("aggregation.byzantine", byzantine, 0, (MOST_COMPARED - 3) / 2);
            Require.range("aggregation.selected", selected, 1, MOST_COMPARED - byzantine);
        }

        @Override
        public String strategy() {
            return "multikrum";
        }

        @Override
        public int fewest() {
            return Math.max(2 * byzantine + 3, byzantine + selected);
        }

        @Override
        public int most() {
            return MOST_COMPARED;
        }

        @Override
        public boolean weighted() {
            return false;
        }
    }

    /**
     * The geometric median by the smoothed Weiszfeld iteration (Pillutla, Kakade and Harchaoui 2022, arXiv 1912.13445,
     * algorithm 2) with every site's α equal: cᵢ ← (1 / max(ν, ‖z − uᵢ‖)) / Σ, z ← Σ cᵢ·uᵢ, from the mean.
     *
     * @param iterations at most so many
     * @param smoothing ν
     * @param tolerance no further iteration when the mean distance changed by at most this part of itself
     */
    record GeometricMedian(int iterations, double smoothing, double tolerance) implements Aggregation {
        /** Checks ranges. */
        public GeometricMedian {
            Require.range("aggregation.iterations", iterations, 1, 100);
            Require.range("aggregation.smoothing", smoothing, 1e-12, 1e6);
            Require.range("aggregation.tolerance", tolerance, 0, 0.5);
        }

        @Override
        public String strategy() {
            return "geometric-median";
        }

        @Override
        public int fewest() {
            return 3;
        }

        @Override
        public boolean weighted() {
            return false;
        }
    }
}
