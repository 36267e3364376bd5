package org.osteon.coordinator.round;

import java.util.ArrayList;
import java.util.List;
import org.osteon.privacy.bound.UpdateNormBound;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/**
 * What a study's replies must look like, from its constants alone.
 *
 * @param arrays names, types and shapes in order
 * @param normBound largest L2 norm, infinite where the study bounds none
 */
record UpdateRules(List<ArraySpec> arrays, double normBound) {

    static UpdateRules of(Study study, String exchange) {
        if ("evaluate".equals(exchange)) {
            int bins = study.evaluation().bins();
            return new UpdateRules(
                    List.of(
                            ArraySpec.shared("histogram/0", "int64", bins),
                            ArraySpec.shared("histogram/1", "int64", bins)),
                    Double.POSITIVE_INFINITY);
        }
        if (study.plan() instanceof TrainingPlan.DpSgd plan) {
            List<ArraySpec> shared = study.model().shared();
            return new UpdateRules(shared, bound(study).bound());
        }
        if (study.plan() instanceof TrainingPlan.Hosted) {
            return new UpdateRules(study.model().shared(), Double.POSITIVE_INFINITY);
        }
        int d = study.cohort().features().size() + 1;
        List<ArraySpec> arrays = new ArrayList<>();
        arrays.add(ArraySpec.shared("gradient", "float64", d));
        arrays.add(ArraySpec.shared("hessian", "float64", d, d));
        return new UpdateRules(arrays, Double.POSITIVE_INFINITY);
    }

    /** The norm bound of a DP-SGD study with its quantile and false-reject rate. */
    static UpdateNormBound bound(Study study) {
        TrainingPlan.DpSgd plan = (TrainingPlan.DpSgd) study.plan();
        long dimension =
                study.model().shared().stream().mapToLong(ArraySpec::elements).sum();
        return UpdateNormBound.of(
                plan.steps(),
                plan.maxSumNorm(),
                plan.clipNorm(),
                plan.noiseMultiplier(),
                plan.learningRate(),
                plan.divisor(),
                dimension);
    }
}
