package org.osteon.privacy.bound;

/**
 * The largest L2 norm an honest DP-SGD update can have, from public constants: after T steps ‖Δ‖ ≤ η/d · (T·S +
 * σ·C·√T·√(χ²-quantile of dimension P)), where S bounds each step's clipped sum, d is the public divisor and the
 * quantile is Laurent and Massart's (2000, lemma 1): P + 2√(P·x) + 2x with x = ln(1/β).
 *
 * @param bound largest norm accepted
 * @param signalPart the part the clipped sums can make up
 * @param noisePart the part the noise exceeds only with probability β
 * @param quantile 1 − β
 * @param falseRejectRate β, at most this share of honest updates is rejected
 */
public record UpdateNormBound(
        double bound, double signalPart, double noisePart, double quantile, double falseRejectRate) {
    /** The share of honest updates that may be rejected. */
    public static final double BETA = 1e-9;

    private static final double FLOAT_SLACK = 1e-4;
    private static final double GRID = 1.0 / (1 << 20);

    /**
     * The bound.
     *
     * @param steps T, noisy steps in a round
     * @param maxSumNorm S, radius the clipped sum is projected onto
     * @param clipNorm C
     * @param noiseMultiplier σ
     * @param learningRate η
     * @param divisor public divisor
     * @param dimension P, shared parameters
     */
    public static UpdateNormBound of(
            int steps,
            double maxSumNorm,
            double clipNorm,
            double noiseMultiplier,
            double learningRate,
            double divisor,
            long dimension) {
        double x = Math.log(1 / BETA);
        double chi = Math.sqrt(dimension + 2 * Math.sqrt(dimension * x) + 2 * x);
        double scale = learningRate / divisor;
        double signal = scale * steps * maxSumNorm;
        double grid = noiseMultiplier * clipNorm * GRID * Math.sqrt(dimension) * steps;
        double noise = scale * (noiseMultiplier * clipNorm * Math.sqrt(steps) * chi + grid);
        return new UpdateNormBound((signal + noise) * (1 + FLOAT_SLACK), signal, noise, 1 - BETA, BETA);
    }
}
