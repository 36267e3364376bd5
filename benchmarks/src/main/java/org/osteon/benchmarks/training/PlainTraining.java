package org.osteon.benchmarks.training;

import java.security.SecureRandom;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.template.Network;
import org.osteon.privacy.sampling.PoissonSampler;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

/** Descent as DP-SGD does it, less clipping, projection and noise. The peer to measure with; never in the product. */
final class PlainTraining {
    private static final int CHUNK_ROWS = 1024;

    private final GradientEngine engine;

    PlainTraining(GradientEngine engine) {
        this.engine = engine;
    }

    /** The parameters after the plan's steps. */
    double[] train(TrainingInstruction instruction, TrainingData data, SecureRandom entropy) {
        DpSgd plan = (DpSgd) instruction.plan();
        Network network = Network.of(instruction.model(), instruction.inputs(), instruction.classes());
        double[] parameters = instruction.base().flat();
        int[][] rows = data.rowsByPatient();
        double scale = plan.learningRate() / plan.divisor();
        try (PoissonSampler sampler = new PoissonSampler(entropy)) {
            for (int t = 0; t < plan.steps(); t++) {
                int[] patients = sampler.sample(rows.length, plan.samplingRate());
                double[] sum = new double[parameters.length];
                for (int from = 0; from < patients.length; from += CHUNK_ROWS) {
                    int to = Math.min(patients.length, from + CHUNK_ROWS);
                    engine.addPlain(network, parameters, Batch.of(data, rows, patients, from, to), sum);
                }
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] -= scale * sum[i];
                }
            }
        }
        return parameters;
    }
}
