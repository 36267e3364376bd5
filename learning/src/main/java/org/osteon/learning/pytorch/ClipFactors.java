package org.osteon.learning.pytorch;

/** min(1, C / norm) for each patient, 0 where the norm is not finite. */
final class ClipFactors {
    private ClipFactors() {}

    static double[] of(double[] squaredNorms, double clipNorm) {
        double[] factors = new double[squaredNorms.length];
        for (int p = 0; p < factors.length; p++) {
            double square = squaredNorms[p];
            double norm = Math.sqrt(Math.max(square, 0));
            factors[p] = !Double.isFinite(square) ? 0 : norm > clipNorm ? clipNorm / norm : 1;
        }
        return factors;
    }

    static boolean anyZero(double[] factors) {
        for (double factor : factors) {
            if (factor == 0) {
                return true;
            }
        }
        return false;
    }
}
