package org.osteon.learning.dp;

import java.util.stream.IntStream;
import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.template.Network;

/** Gradient descent without privacy over all rows; the comparison for tests, never in the product. */
final class PlainSgd {
    private PlainSgd() {}

    static double[] train(
            GradientEngine engine, Network network, double[] base, TrainingData data, int steps, double scale) {
        int[][] rows = data.rowsByPatient();
        Batch batch = Batch.of(data, rows, IntStream.range(0, rows.length).toArray(), 0, rows.length);
        double[] parameters = base.clone();
        for (int t = 0; t < steps; t++) {
            double[] gradient = new double[base.length];
            engine.addPlain(network, parameters, batch, gradient);
            for (int i = 0; i < base.length; i++) {
                parameters[i] -= scale * gradient[i];
            }
        }
        return parameters;
    }
}
