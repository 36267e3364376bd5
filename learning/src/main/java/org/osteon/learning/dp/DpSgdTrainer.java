package org.osteon.learning.dp;

import java.security.SecureRandom;
import java.util.function.Function;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.Trainer;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.TrainingResult;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.template.Network;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.privacy.noise.GridNoise;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

/**
 * Patient-level DP-SGD (Abadi et al. 2016, arXiv 1607.00133, with the patient as the unit that is sampled and clipped).
 *
 * <p>The update is the model change, new values less base, of the shared arrays, rounded to their dtype; every value in
 * it is a function of noised sums and public constants. One call is T sampled Gaussian mechanisms at rate q with noise
 * multiplier σ for neighbours that differ in one patient, which is the mechanism it states.
 */
public final class DpSgdTrainer implements Trainer {
    private final GradientEngine engine;
    private final Function<SecureRandom, PatientSampler> samplers;
    private final SumNoise.Source noises;

    /** A trainer with the sampler and the noise of {@code org.osteon.privacy}. */
    public DpSgdTrainer(GradientEngine engine) {
        this(engine, PatientSampler::poisson, (deviation, entropy) -> GridNoise.of(deviation, entropy)::add);
    }

    DpSgdTrainer(GradientEngine engine, Function<SecureRandom, PatientSampler> samplers, SumNoise.Source noises) {
        this.engine = engine;
        this.samplers = samplers;
        this.noises = noises;
    }

    /**
     * {@inheritDoc}
     *
     * @throws LearningException also {@code MODEL_TOO_LARGE} when rounding to the noise's grid would need more of the
     *     sensitivity than is kept for it (σ·√parameters above 512), and {@code DIVERGED}
     */
    @Override
    public TrainingResult train(TrainingInstruction instruction, TrainingData data, SecureRandom entropy) {
        if (!(instruction.plan() instanceof DpSgd plan)) {
            throw new LearningException("PLAN_MISMATCH", "this trainer does plans of kind dp-sgd only");
        }
        Network network = Network.of(instruction.model(), instruction.inputs(), instruction.classes());
        data.check(instruction.inputs(), instruction.classes());
        if (plan.noiseMultiplier() * Math.sqrt(network.parameters()) > DpStep.LARGEST_NOISE_NORM) {
            throw new LearningException(
                    "MODEL_TOO_LARGE",
                    network.parameters() + " parameters at noise multiplier " + plan.noiseMultiplier()
                            + " round too coarsely; use a smaller model");
        }
        double[] base = instruction.base().flat();
        double[] parameters = base.clone();
        DpStep step = new DpStep(engine, network, plan, data);
        SumNoise noise = noises.of(plan.noiseMultiplier() * plan.clipNorm(), entropy);
        try (PatientSampler sampler = samplers.apply(entropy)) {
            for (int t = 0; t < plan.steps(); t++) {
                step.run(parameters, sampler, noise);
            }
        }
        TrainingResult.SiteOnly siteOnly = new TrainingResult.SiteOnly(
                step.patients(),
                data.size(),
                plan.steps(),
                step.meanLoss(),
                NamedArrays.of(instruction.model().arrays(), parameters).scope("local"));
        return new TrainingResult(
                change(instruction, base, parameters).scope("shared"),
                new Mechanism.DpSgdSteps(plan.samplingRate(), plan.noiseMultiplier(), plan.steps()),
                true,
                siteOnly);
    }

    private static NamedArrays change(TrainingInstruction instruction, double[] base, double[] parameters) {
        double[] change = new double[base.length];
        for (int i = 0; i < base.length; i++) {
            change[i] = parameters[i] - base[i];
            if (!Float.isFinite((float) change[i])) {
                throw new LearningException(
                        "DIVERGED", "training diverged in round " + instruction.round() + "; lower the learning rate");
            }
        }
        return NamedArrays.of(instruction.model().arrays(), change);
    }
}
