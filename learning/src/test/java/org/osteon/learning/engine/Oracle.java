package org.osteon.learning.engine;

import java.util.stream.IntStream;
import org.osteon.learning.TrainingData;
import org.osteon.learning.template.Network;

/** Gradients by central differences of the loss, one patient at a time: no back-propagation is shared with it. */
public final class Oracle {
    private Oracle() {}

    /** Every patient of the rows. */
    public static Batch all(TrainingData data) {
        int[][] rows = data.rowsByPatient();
        return Batch.of(data, rows, IntStream.range(0, rows.length).toArray(), 0, rows.length);
    }

    /** One patient of a batch. */
    static Batch only(Batch batch, int patient) {
        return batch.without(p -> p != patient);
    }

    /** Loop over patients with the engine's plain gradient: the microbatch of one patient, clipped here. */
    public static double[] microbatch(
            GradientEngine engine, Network network, double[] parameters, Batch batch, double clip) {
        double[] sum = new double[parameters.length];
        for (int p = 0; p < batch.patients(); p++) {
            double[] gradient = new double[parameters.length];
            engine.addPlain(network, parameters, only(batch, p), gradient);
            double norm = norm(gradient);
            double factor = norm > clip ? clip / norm : 1;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += factor * gradient[i];
            }
        }
        return sum;
    }

    /** The gradient of the summed loss by central differences of probabilities' logarithm. */
    static double[] differences(GradientEngine engine, Network network, double[] parameters, Batch batch) {
        double[] gradient = new double[parameters.length];
        double h = 1e-6;
        for (int i = 0; i < gradient.length; i++) {
            double[] moved = parameters.clone();
            moved[i] = parameters[i] + h;
            double up = loss(engine, network, moved, batch);
            moved[i] = parameters[i] - h;
            gradient[i] = (up - loss(engine, network, moved, batch)) / (2 * h);
        }
        return gradient;
    }

    private static double loss(GradientEngine engine, Network network, double[] parameters, Batch batch) {
        double[][] p = engine.probabilities(network, parameters, batch);
        double loss = 0;
        for (int i = 0; i < p.length; i++) {
            int label = batch.data().label(batch.rows()[i]);
            loss -= Math.log(network.binary() ? (label == 1 ? p[i][0] : 1 - p[i][0]) : p[i][label]);
        }
        return loss;
    }

    public static double norm(double[] values) {
        double square = 0;
        for (double value : values) {
            square += value * value;
        }
        return Math.sqrt(square);
    }
}
