package org.osteon.learning.dp;

import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.SquaredNorm;
import org.osteon.learning.template.Network;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

/**
 * One noised step: sample patients, clip each patient's gradient, add up, project, add noise, divide by the public
 * divisor, step.
 *
 * <p>Projection onto the ball of radius {@code maxSumNorm} is 1-Lipschitz, so two sums that differ by at most C still
 * do afterwards and the noise fits. Patients are clipped to {@link #CLIP_MARGIN}·C: what is left covers the rounding of
 * the noise's grid and of single-precision engines, so that the sensitivity the accountant is told, C, is not exceeded
 * by them. A step with no patient draws noise like any other.
 */
final class DpStep {
    /** The part of C that a patient's gradient may use. */
    static final double CLIP_MARGIN = 1 - 0x1.0p-10;

    /**
     * σ·√P may be at most this: the grid then moves neighbouring sums apart by at most half of what the margin leaves.
     */
    static final double LARGEST_NOISE_NORM = 512;

    /** Rows an engine is given at a time, unless one patient has more. */
    static final int CHUNK_ROWS = 1024;

    private final GradientEngine engine;
    private final Network network;
    private final DpSgd plan;
    private final TrainingData data;
    private final int[][] rowsByPatient;
    private double loss;
    private long rows;

    DpStep(GradientEngine engine, Network network, DpSgd plan, TrainingData data) {
        this.engine = engine;
        this.network = network;
        this.plan = plan;
        this.data = data;
        this.rowsByPatient = data.rowsByPatient();
    }

    /** Moves the parameters by one step. */
    void run(double[] parameters, PatientSampler sampler, SumNoise noise) {
        double[] sum = clippedSum(parameters, sampler.sample(rowsByPatient.length, plan.samplingRate()));
        project(sum, plan.maxSumNorm());
        noise.add(sum);
        double scale = plan.learningRate() / plan.divisor();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] -= scale * sum[i];
        }
    }

    /** The sum of these patients' clipped gradients. */
    double[] clippedSum(double[] parameters, int[] patients) {
        double[] sum = new double[parameters.length];
        double bound = plan.clipNorm() * CLIP_MARGIN;
        int from = 0;
        while (from < patients.length) {
            int to = from;
            int size = 0;
            do {
                size += rowsByPatient[patients[to++]].length;
            } while (to < patients.length && size + rowsByPatient[patients[to]].length <= CHUNK_ROWS);
            loss += engine.addClipped(
                    network, parameters, Batch.of(data, rowsByPatient, patients, from, to), bound, sum);
            rows += size;
            from = to;
        }
        return sum;
    }

    /** Scales to the radius where the norm is larger; a sum that is not finite becomes zero. */
    static void project(double[] sum, double radius) {
        double norm = Math.sqrt(SquaredNorm.of(sum));
        double factor = !Double.isFinite(norm) ? 0 : norm > radius ? radius / norm : 1;
        for (int i = 0; i < sum.length && factor != 1; i++) {
            sum[i] = factor == 0 ? 0 : sum[i] * factor;
        }
    }

    int patients() {
        return rowsByPatient.length;
    }

    /** Mean loss a row read so far; stays at the site. */
    double meanLoss() {
        return loss / rows;
    }
}
