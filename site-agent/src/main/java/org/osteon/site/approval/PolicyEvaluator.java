package org.osteon.site.approval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.site.settings.SitePolicy;

/**
 * Judges a study against the hospital's rules; the same judgement answers a dry-run and guards every instruction.
 *
 * <p>A dry-run is answered before any officer has decided, to whoever publishes a study, so that it may say only what
 * follows from the study, the hospital's settings and its tables' columns: {@link #stated}. Rules about patients' rows
 * (how many, which cells, which labels) would answer an un-noised question a study; they are looked at for the officer
 * and for every instruction, and their reasons stay here.
 */
public final class PolicyEvaluator {
    private static final Set<String> SENDABLE =
            Set.of("update", "gradient", "hessian", "histogram", "num-examples", "reply", "dry-run");

    private final SitePolicy policy;
    private final CohortSource cohorts;
    private final RemainingBudget budget;
    private final PlanCost cost;
    private final Hosts hosts;

    /** An evaluator over these rules and this site's data. */
    public PolicyEvaluator(
            SitePolicy policy, CohortSource cohorts, RemainingBudget budget, PlanCost cost, Hosts hosts) {
        this.policy = policy;
        this.cohorts = cohorts;
        this.budget = budget;
        this.cost = cost;
        this.hosts = hosts;
    }

    /** What is left of the hospital's total for its patients. */
    @FunctionalInterface
    public interface RemainingBudget {
        /** ε left for this study at its δ, beside what all other studies have spent. */
        double epsilonLeft(Study study);
    }

    /** What a study's whole plan costs a patient, by the accountant the study names. */
    @FunctionalInterface
    public interface PlanCost {
        /** ε at the study's δ for all rounds and the evaluation. */
        double epsilon(Study study);
    }

    /** Which ClientApps this site runs. */
    @FunctionalInterface
    public interface Hosts {
        /** The code of why an app cannot be run here; empty when it can. */
        Optional<String> objection(TrainingPlan.Hosted plan);
    }

    /** What may be told before an officer has decided: every reason that looks at no patient's row. */
    public List<Reason> stated(Study study) {
        List<Reason> reasons = new ArrayList<>();
        objectToPrivacy(study, reasons);
        objectToReleases(study, reasons);
        try {
            cohorts.requireFits(study);
        } catch (CohortSource.CohortUnavailable e) {
            reasons.add(e.reason());
        }
        return reasons;
    }

    /**
     * What patients' rows say against a study; stays at this site.
     *
     * @param waivers codes of rules that the officer waived for this study
     */
    public List<Reason> unstated(Study study, List<String> waivers) {
        List<Reason> reasons = new ArrayList<>();
        objectToCohort(study.cohort(), () -> cohorts.facts(study), waivers, reasons);
        return reasons;
    }

    /** Every reason to refuse, empty when the study is within the rules. */
    public List<Reason> objections(Study study, List<String> waivers) {
        List<Reason> reasons = stated(study);
        if (reasons.isEmpty()) {
            reasons.addAll(unstated(study, waivers));
        }
        return reasons;
    }

    /** What may be told against a cohort that an officer named for a foreign run; looks at no patient's row. */
    public Optional<String> stated(Study.Cohort named) {
        try {
            cohorts.requireFits(named);
            return Optional.empty();
        } catch (CohortSource.CohortUnavailable e) {
            return Optional.of(e.reason().code());
        }
    }

    /** What patients' rows say against such a cohort; stays at this site. */
    public Optional<String> unstated(Study.Cohort named, List<String> waivers) {
        List<Reason> reasons = new ArrayList<>();
        objectToCohort(named, () -> cohorts.facts(named), waivers, reasons);
        return reasons.stream().map(Reason::code).findFirst();
    }

    private void objectToPrivacy(Study study, List<Reason> reasons) {
        if (!study.plan().differentiallyPrivate()) {
            if (!policy.allowExact()) {
                reasons.add(new Reason("EXACT_RELEASE_NOT_ALLOWED", Map.of(), "operator"));
            }
            if (study.plan() instanceof TrainingPlan.Hosted plan) {
                hosts.objection(plan).ifPresent(code -> reasons.add(new Reason(code, Map.of(), "operator")));
            }
            return;
        }
        double asked = study.privacy().epsilon();
        double delta = study.privacy().delta();
        if (asked > policy.epsilonCeiling()) {
            reasons.add(new Reason(
                    "EPSILON_ABOVE_SITE_CEILING",
                    Map.of("asked", number(asked), "ceiling", number(policy.epsilonCeiling())),
                    "operator"));
        }
        if (delta > policy.deltaCeiling()) {
            reasons.add(new Reason(
                    "DELTA_ABOVE_SITE_CEILING",
                    Map.of("asked", number(delta), "ceiling", number(policy.deltaCeiling())),
                    "operator"));
        }
        double planned = cost.epsilon(study);
        if (planned > asked * (1 + 1e-9)) {
            reasons.add(new Reason(
                    "PLAN_COSTS_MORE_THAN_IT_SAYS",
                    Map.of("planned", number(planned), "asked", number(asked)),
                    "ml-engineer"));
        }
        double left = budget.epsilonLeft(study);
        if (asked > left) {
            reasons.add(new Reason(
                    "BUDGET_EXHAUSTED", Map.of("asked", number(asked), "left", number(left)), "data-officer"));
        }
    }

    private void objectToReleases(Study study, List<Reason> reasons) {
        boolean exact = !study.plan().differentiallyPrivate();
        for (Study.ReleaseItem item : study.releases()) {
            String root = item.name().split("/", 2)[0];
            if (!SENDABLE.contains(root)) {
                reasons.add(new Reason("RELEASE_UNKNOWN", Map.of("release", item.name()), "ml-engineer"));
            }
            if ("exact".equals(item.kind()) && !exact) {
                reasons.add(new Reason("EXACT_RELEASE_IN_DP_STUDY", Map.of("release", item.name()), "ml-engineer"));
            }
        }
        List<String> needed = new ArrayList<>();
        if (study.plan() instanceof TrainingPlan.Newton) {
            needed.add("gradient");
            needed.add("hessian");
        } else {
            needed.add("update");
        }
        needed.add("num-examples");
        if (study.evaluation().present()) {
            needed.add("histogram");
        }
        for (String name : needed) {
            if (study.releases().stream().noneMatch(item -> item.name().equals(name))) {
                reasons.add(new Reason("RELEASE_NOT_DECLARED", Map.of("release", name), "ml-engineer"));
            }
        }
        if (study.plan() instanceof TrainingPlan.Hosted
                && study.releases().stream()
                        .anyMatch(item -> "update".equals(item.name()) && !"exact".equals(item.kind()))) {
            reasons.add(new Reason("HOSTED_UPDATE_NOT_EXACT", Map.of(), "ml-engineer"));
        }
        if (study.evaluation().present() && study.evaluation().noiseSigma() == 0 && !exact) {
            reasons.add(new Reason("HISTOGRAM_WITHOUT_NOISE", Map.of(), "ml-engineer"));
        }
    }

    private void objectToCohort(
            Study.Cohort cohort, Supplier<CohortFacts> drawing, List<String> waivers, List<Reason> reasons) {
        try {
            CohortFacts facts = drawing.get();
            if (facts.patients() < Math.max(policy.k(), cohort.minimumPatients())) {
                reasons.add(new Reason("COHORT_TOO_SMALL", Map.of(), "ml-engineer"));
            }
            if (facts.smallestCell() >= 0 && facts.smallestCell() < policy.k() && !waivers.contains("SMALL_CELL")) {
                reasons.add(new Reason("SMALL_CELL", Map.of(), "data-officer"));
            }
        } catch (CohortSource.CohortUnavailable e) {
            reasons.add(e.reason());
        }
    }

    private static String number(double value) {
        return Double.toString(value);
    }
}
