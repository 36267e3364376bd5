package org.osteon.learning.exact;

import java.security.SecureRandom;
import java.util.List;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.Trainer;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.TrainingResult;
import org.osteon.learning.template.Network;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.TrainingPlan.Newton;

/**
 * One site's part of a Newton step for logistic regression, un-noised: at the base parameters θ (weights, then the
 * bias) the arrays {@code gradient [p]} = Σ x̃ (y − π) and {@code hessian [p, p]} = Σ π(1 − π) x̃ x̃ᵀ in float64, with
 * x̃ the scaled inputs followed by 1. Sums over sites are added, and the step is θ + (H + ridge·I)⁻¹ (g − ridge·θ).
 *
 * <p>Rows are added in their order. The sums disclose the number of rows and every pairwise count of binary columns;
 * whoever sends them checks {@link SmallestCell} before.
 */
public final class NewtonTrainer implements Trainer {
    @Override
    public TrainingResult train(TrainingInstruction instruction, TrainingData data, SecureRandom entropy) {
        if (!(instruction.plan() instanceof Newton)
                || !"logistic".equals(instruction.model().template())) {
            throw new LearningException("PLAN_MISMATCH", "this trainer does logistic models by plan newton only");
        }
        if (!instruction.model().arrays().stream()
                .allMatch(a -> "float64".equals(a.dtype()) && "shared".equals(a.scope()))) {
            throw new LearningException("TEMPLATE_MISMATCH", "exact mode needs shared float64 arrays");
        }
        Network.of(instruction.model(), instruction.inputs(), instruction.classes());
        data.check(instruction.inputs(), instruction.classes());
        data.requireOneRowEach();
        int size = instruction.inputs() + 1;
        LogisticSums sums = new LogisticSums(instruction.base().flat());
        for (int row = 0; row < data.size(); row++) {
            sums.add(data.features(row), data.label(row));
        }
        TrainingResult.SiteOnly siteOnly = new TrainingResult.SiteOnly(
                data.size(), data.size(), 1, sums.loss() / data.size(), NamedArrays.zeros(List.of()));
        return new TrainingResult(
                NamedArrays.of(arrays(size), sums.gradientThenHessian()),
                new Mechanism.ExactRelease(),
                false,
                siteOnly);
    }

    /** The arrays of a reply for a model of this many parameters, bias included. */
    public static List<ArraySpec> arrays(int parameters) {
        return List.of(
                ArraySpec.shared("gradient", "float64", parameters),
                ArraySpec.shared("hessian", "float64", parameters, parameters));
    }
}
