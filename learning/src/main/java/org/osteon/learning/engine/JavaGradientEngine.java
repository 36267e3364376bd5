package org.osteon.learning.engine;

import java.util.Arrays;
import org.osteon.learning.template.Network;

/**
 * Plain Java, double arithmetic, one patient at a time: the patient's gradient is built in full, its norm taken, and
 * the scaled gradient added. Needs no native library; deterministic to the bit for a given order of patients.
 */
public final class JavaGradientEngine implements GradientEngine {
    @Override
    public String name() {
        return "java";
    }

    @Override
    public double addClipped(Network network, double[] parameters, Batch batch, double clipNorm, double[] sum) {
        BackPropagation pass = new BackPropagation(network, parameters);
        double[] gradient = new double[sum.length];
        double loss = 0;
        int row = 0;
        for (int end : batch.groupEnds()) {
            Arrays.fill(gradient, 0);
            for (; row < end; row++) {
                int index = batch.rows()[row];
                loss += pass.add(batch.data().features(index), batch.data().label(index), gradient);
            }
            double factor = factor(gradient, clipNorm);
            if (factor > 0) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += factor * gradient[i];
                }
            }
        }
        return loss;
    }

    private static double factor(double[] gradient, double clipNorm) {
        double norm = Math.sqrt(SquaredNorm.of(gradient));
        if (!Double.isFinite(norm)) {
            return 0;
        }
        return norm > clipNorm ? clipNorm / norm : 1;
    }

    @Override
    public double addPlain(Network network, double[] parameters, Batch batch, double[] sum) {
        BackPropagation pass = new BackPropagation(network, parameters);
        double loss = 0;
        for (int index : batch.rows()) {
            loss += pass.add(batch.data().features(index), batch.data().label(index), sum);
        }
        return loss;
    }

    @Override
    public double[][] probabilities(Network network, double[] parameters, Batch batch) {
        BackPropagation pass = new BackPropagation(network, parameters);
        return Arrays.stream(batch.rows())
                .mapToObj(index -> pass.probabilities(batch.data().features(index)))
                .toArray(double[][]::new);
    }

    @Override
    public void close() {}
}
