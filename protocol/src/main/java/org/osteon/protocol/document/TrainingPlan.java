package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How a site computes in each round; the kind decides whether what leaves may be called differentially private. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainingPlan.DpSgd.class, name = "dp-sgd"),
    @JsonSubTypes.Type(value = TrainingPlan.Newton.class, name = "newton"),
    @JsonSubTypes.Type(value = TrainingPlan.Hosted.class, name = "hosted")
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

    /**
     * An existing Flower ClientApp, run by the site's agent in a sandbox: each round it gets the model and the cohort's
     * rows and answers arrays like the model's, un-noised. What they disclose depends on the app.
     *
     * @param rounds rounds at most
     * @param app the bundle
     * @param settings the whole run configuration, the bundle's own values included
     * @param metrics names of the single numbers that the app answers beside its arrays; they stay at the site
     * @param weight every site's constant weight
     */
    record Hosted(int rounds, App app, List<Setting> settings, List<String> metrics, long weight)
            implements TrainingPlan {
        /** Takes copies; checks ranges and names. */
        public Hosted {
            Require.range("plan.rounds", rounds, 1, 1000);
            settings = List.copyOf(settings);
            Require.size("plan.settings", settings, 0, 256);
            metrics = List.copyOf(metrics);
            Require.size("plan.metrics", metrics, 0, 256);
            metrics.forEach(metric -> Require.text("plan.metric", metric, 128));
            Require.range("plan.weight", weight, 1, 1_000_000_000);
        }

        @Override
        public boolean differentiallyPrivate() {
            return false;
        }
    }

    /**
     * An app bundle.
     *
     * @param fab SHA-256 of its bytes
     * @param id publisher and name, as the bundle states them
     * @param version as the bundle states it
     */
    record App(Digest fab, String id, String version) {
        /** Refuses what cannot name a bundle. */
        public App {
            Require.hold(
                    id.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,63}/[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
                            && version.matches("[0-9A-Za-z][0-9A-Za-z.+-]{0,63}"),
                    "NAME_MALFORMED",
                    "plan.app has an id publisher/name and a version, as its bundle states them");
        }
    }

    /**
     * One value of an app's run configuration.
     *
     * @param name the key
     * @param kind {@code text}, {@code integer}, {@code real} or {@code truth}
     * @param value as text
     */
    record Setting(String name, String kind, String value) {
        /** Refuses a value that is not of its kind. */
        public Setting {
            Require.text("plan.setting.name", name, 128);
            Require.oneOf("plan.setting.kind", kind, List.of("text", "integer", "real", "truth"));
            Require.optionalText("plan.setting.value", value, 4000);
            boolean fits = switch (kind) {
                case "integer" -> value.matches("-?[0-9]{1,18}");
                case "real" -> value.matches("-?[0-9]{1,300}(\\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?");
                case "truth" -> value.matches("true|false");
                default -> true;
            };
            Require.hold(fits, "SETTING_MALFORMED", "plan.setting " + name + " is not of kind " + kind);
        }
    }
}
