package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;

/**
 * What is asked of hospitals, whole and declarative: purpose, parties, cohort, model, training, privacy, what is
 * released, who takes part, evaluation and conformance. No code travels. Every number is a constant of the study;
 * nothing is fitted to a site's data outside the accountant. The identity is {@link #digest()}; a new version names its
 * predecessor.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation the study belongs to
 * @param name short name, the same over versions
 * @param version 1, 2, …
 * @param previous hex digest of the version before, empty for the first
 * @param purpose why, in plain words, shown to the officer
 * @param parties who asks, operates and receives
 * @param ethics the ethics committee's reference
 * @param cohort which patients and columns
 * @param model the template and its arrays
 * @param plan how sites train
 * @param privacy the guarantee that is claimed, with its whole budget at a site
 * @param evaluation what is released of the held-out patients
 * @param releases every value that may leave a site
 * @param participation sites, quorum and deadline
 * @param conformance identifiers of the checks a release needs, such as {@code D-01}
 * @param retention how long updates are kept at the hub
 * @param aggregation how the hub combines a round's updates; {@link Aggregation.FedAvg} when it is left out
 */
public record Study(
        String schema,
        String federation,
        String name,
        int version,
        String previous,
        String purpose,
        List<Party> parties,
        String ethics,
        Cohort cohort,
        ModelSpec model,
        TrainingPlan plan,
        PrivacyPlan privacy,
        EvaluationPlan evaluation,
        List<ReleaseItem> releases,
        Participation participation,
        List<String> conformance,
        String retention,

        @JacksonInject(value = CanonicalJson.NO_AGGREGATION, useInput = OptBoolean.TRUE)
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Aggregation.FedAvg.class)
        Aggregation aggregation)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.study/1";

    /** Checks each part and what must agree between parts. */
    public Study {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("name", name);
        Require.range("version", version, 1, 1_000_000);
        Require.hold(
                previous.isEmpty() == (version == 1),
                "PREVIOUS_MISSING",
                "version " + version + " must " + (version == 1 ? "not " : "") + "name a predecessor");
        if (!previous.isEmpty()) {
            new Digest(previous);
        }
        Require.text("purpose", purpose, 4000);
        parties = List.copyOf(parties);
        Require.size("parties", parties, 1, 64);
        Require.text("ethics", ethics, 500);
        releases = List.copyOf(releases);
        Require.size("releases", releases, 1, 256);
        conformance = List.copyOf(conformance);
        Require.size("conformance", conformance, 0, 64);
        Require.oneOf("retention", retention, List.of("until-release", "90-days", "digest-only"));
        Require.hold(
                plan.differentiallyPrivate() == "dp".equals(privacy.guarantee()),
                "PRIVACY_PLAN_MISMATCH",
                "plan " + plan.getClass().getSimpleName() + " does not go with guarantee " + privacy.guarantee());
        boolean hosted = plan instanceof TrainingPlan.Hosted;
        Require.hold(
                hosted == "hosted".equals(model.template()),
                "MODEL_MALFORMED",
                "model.template hosted goes with plan hosted, and with no other");
        Require.hold(
                !hosted
                        || !evaluation.present()
                                && model.arrays().stream().noneMatch(array -> "int64".equals(array.dtype())),
                "PLAN_UNSUPPORTED",
                "plan hosted has arrays of float32 and float64, and no evaluation");
        fits(aggregation, plan, participation);
    }

    /** A study whose updates are averaged. */
    public Study(
            String schema,
            String federation,
            String name,
            int version,
            String previous,
            String purpose,
            List<Party> parties,
            String ethics,
            Cohort cohort,
            ModelSpec model,
            TrainingPlan plan,
            PrivacyPlan privacy,
            EvaluationPlan evaluation,
            List<ReleaseItem> releases,
            Participation participation,
            List<String> conformance,
            String retention) {
        this(
                schema,
                federation,
                name,
                version,
                previous,
                purpose,
                parties,
                ethics,
                cohort,
                model,
                plan,
                privacy,
                evaluation,
                releases,
                participation,
                conformance,
                retention,
                new Aggregation.FedAvg());
    }

    /** What a strategy needs of the plan and of those who take part. */
    private static void fits(Aggregation aggregation, TrainingPlan plan, Participation participation) {
        String strategy = "aggregation.strategy " + aggregation.strategy();
        Require.hold(
                !(plan instanceof TrainingPlan.Newton) || aggregation instanceof Aggregation.FedAvg,
                "STRATEGY_NOT_OF_PLAN",
                strategy + " does not go with plan newton, whose sums are added; leave aggregation out");
        Require.hold(
                !(aggregation instanceof Aggregation.FedProx),
                "STRATEGY_NOT_OF_PLAN",
                strategy + " needs a proximal term at the sites, which plan dp-sgd does not have; use fedavg");
        Require.hold(
                !(aggregation instanceof Aggregation.FedSgd)
                        || plan instanceof TrainingPlan.DpSgd sgd && sgd.steps() == 1,
                "STRATEGY_NOT_OF_PLAN",
                strategy + " is one step a round: plan.steps must be 1; use fedavg or fedavgm for more");
        Require.hold(
                participation.quorum() >= aggregation.fewest(),
                "STRATEGY_NEEDS_MORE_UPDATES",
                strategy + " needs at least " + aggregation.fewest() + " updates in a round, participation.quorum is "
                        + participation.quorum());
        Require.hold(
                Math.max(participation.quorum(), participation.sites().size()) <= aggregation.most(),
                "STRATEGY_TAKES_FEWER_UPDATES",
                strategy + " takes at most " + aggregation.most() + " updates in a round");
    }

    /** Reads a study's bytes. */
    public static Study read(byte[] bytes) {
        return CanonicalJson.read(bytes, Study.class);
    }

    /**
     * Who takes part in asking.
     *
     * @param role {@code sponsor}, {@code operator} or {@code recipient}
     * @param name the organisation
     */
    public record Party(String role, String name) {
        /** Refuses unknown roles. */
        public Party {
            Require.oneOf("party.role", role, List.of("sponsor", "operator", "recipient"));
            Require.text("party.name", name, 200);
        }
    }

    /**
     * The cohort: one SELECT over a snapshot's view tables with one row a patient.
     *
     * @param sql the query; its result has the column {@code patient}, the label and every feature column
     * @param label the outcome column, 0 … classes−1
     * @param classes number of outcome classes, at least 2
     * @param features inputs in order, each with its public scaling constants
     * @param minimumPatients below this cohort size a site refuses
     */
    public record Cohort(String sql, String label, int classes, List<Feature> features, int minimumPatients) {
        /** Takes a copy of the features. */
        public Cohort {
            Require.text("cohort.sql", sql, 20_000);
            Require.name("cohort.label", label);
            Require.range("cohort.classes", classes, 2, 1000);
            features = List.copyOf(features);
            Require.size("cohort.features", features, 1, 10_000);
            Require.range("cohort.minimumPatients", minimumPatients, 1, 1_000_000);
        }
    }

    /**
     * One input: {@code (value − center) / scale}, a missing value is replaced by {@code center}.
     *
     * @param column column of the cohort query
     * @param center public constant
     * @param scale public constant, not 0
     */
    public record Feature(String column, double center, double scale) {
        /** Refuses a scale of zero. */
        public Feature {
            Require.name("feature.column", column);
            Require.finite("feature.center", center);
            Require.positive("feature.scale", scale);
        }
    }

    /**
     * The model.
     *
     * @param template {@code logistic}, {@code softmax} or {@code mlp}; {@code hosted} where the arrays are an app's
     * @param hidden widths of hidden layers, empty but for {@code mlp}
     * @param arrays every array in order
     * @param seed public constant for the initial values where they are not zero
     */
    public record ModelSpec(String template, List<Integer> hidden, List<ArraySpec> arrays, long seed) {
        /** Takes copies. */
        public ModelSpec {
            Require.oneOf("model.template", template, List.of("logistic", "softmax", "mlp", "hosted"));
            hidden = List.copyOf(hidden);
            arrays = List.copyOf(arrays);
            Require.hold(
                    hidden.isEmpty() != "mlp".equals(template),
                    "MODEL_MALFORMED",
                    "hidden widths belong to the template mlp and only to it");
            Require.size("model.arrays", arrays, 1, 10_000);
        }

        /** The arrays that leave a site in a reply. */
        public List<ArraySpec> shared() {
            return arrays.stream()
                    .filter(array -> "shared".equals(array.scope()))
                    .toList();
        }
    }

    /**
     * The claimed guarantee at one site over the whole study.
     *
     * @param guarantee {@code dp}, or {@code exact} which claims no differential privacy
     * @param unit {@code patient}
     * @param neighbours {@code add-or-remove-one-patient}
     * @param accountant {@code rdp}, or {@code none} for exact
     * @param sampling {@code poisson}, or {@code none}
     * @param epsilon whole spend, 0 for exact
     * @param delta 0 for exact
     */
    public record PrivacyPlan(
            String guarantee,
            String unit,
            String neighbours,
            String accountant,
            String sampling,
            double epsilon,
            double delta) {
        /** Checks that an exact plan claims nothing. */
        public PrivacyPlan {
            Require.oneOf("privacy.guarantee", guarantee, List.of("dp", "exact"));
            Require.oneOf("privacy.unit", unit, List.of("patient"));
            Require.oneOf("privacy.neighbours", neighbours, List.of("add-or-remove-one-patient"));
            boolean dp = "dp".equals(guarantee);
            Require.oneOf("privacy.accountant", accountant, List.of(dp ? "rdp" : "none"));
            Require.oneOf("privacy.sampling", sampling, List.of(dp ? "poisson" : "none"));
            if (dp) {
                Require.positive("privacy.epsilon", epsilon);
                Require.range("privacy.delta", delta, 1e-15, 0.1);
            } else {
                Require.hold(
                        epsilon == 0 && delta == 0,
                        "PRIVACY_PLAN_MISMATCH",
                        "an exact plan claims no epsilon and no delta");
            }
        }

        /** No claim: un-noised releases. */
        public static PrivacyPlan exact() {
            return new PrivacyPlan("exact", "patient", "add-or-remove-one-patient", "none", "none", 0, 0);
        }

        /** Patient-level differential privacy, RDP accountant, Poisson sampling of patients. */
        public static PrivacyPlan dp(double epsilon, double delta) {
            return new PrivacyPlan("dp", "patient", "add-or-remove-one-patient", "rdp", "poisson", epsilon, delta);
        }
    }

    /**
     * Evaluation on held-out patients: two score histograms (one per outcome class), each bin noised.
     *
     * @param heldOutFraction fraction of patients, chosen by a keyed hash, never trained on; 0 for no evaluation
     * @param bins equal-width bins of the score over 0 to 1
     * @param noiseSigma standard deviation of the integer noise on every bin; 0 only where guarantee is exact
     */
    public record EvaluationPlan(double heldOutFraction, int bins, double noiseSigma) {
        /** Checks ranges. */
        public EvaluationPlan {
            Require.range("evaluation.heldOutFraction", heldOutFraction, 0, 0.9);
            Require.range("evaluation.bins", bins, 2, 4096);
            Require.range("evaluation.noiseSigma", noiseSigma, 0, 1e9);
        }

        /** Whether there is an evaluation at all. */
        public boolean present() {
            return heldOutFraction > 0;
        }
    }

    /**
     * One value that may leave a site.
     *
     * @param name what it is called in replies, such as {@code update} or {@code num-examples}
     * @param kind {@code noised} (charged), {@code constant} (of the study), {@code public} (declared, shown as such)
     *     or {@code exact} (un-noised, shown with what it discloses)
     * @param when the exchange it leaves in: {@code train}, {@code evaluate}, {@code dry-run} or {@code any}
     * @param meaning in plain words for the officer
     */
    public record ReleaseItem(String name, String kind, String when, String meaning) {
        /** Refuses unknown kinds. */
        public ReleaseItem {
            Require.hold(
                    name.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}"), "NAME_MALFORMED", "release name is malformed");
            Require.oneOf("release.kind", kind, List.of("noised", "constant", "public", "exact"));
            Require.oneOf("release.when", when, List.of("train", "evaluate", "dry-run", "any"));
            Require.text("release.meaning", meaning, 1000);
        }
    }

    /**
     * Who takes part and when a round closes.
     *
     * @param sites names of the sites that are asked; empty asks all
     * @param quorum replies needed to close a round
     * @param roundSeconds a round's deadline
     */
    public record Participation(List<String> sites, int quorum, int roundSeconds) {
        /** Checks that the quorum can be reached. */
        public Participation {
            sites = List.copyOf(sites);
            sites.forEach(site -> Require.name("participation.site", site));
            Require.range("participation.quorum", quorum, 1, 10_000);
            Require.hold(
                    sites.isEmpty() || quorum <= sites.size(),
                    "QUORUM_UNREACHABLE",
                    "quorum " + quorum + " is more than the " + sites.size() + " sites asked");
            Require.range("participation.roundSeconds", roundSeconds, 1, 604_800);
        }
    }
}
