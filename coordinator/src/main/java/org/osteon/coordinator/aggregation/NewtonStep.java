package org.osteon.coordinator.aggregation;

import org.osteon.protocol.call.CallException;

/**
 * One Newton step of federated logistic regression: θ ← θ + (H + r·I)⁻¹ (g − r·θ) with g the log-likelihood's gradient
 * and H its negative Hessian, by Cholesky decomposition, all in double, loops in ascending order.
 */
public final class NewtonStep {
    private NewtonStep() {}

    /**
     * The next coefficients.
     *
     * @param coefficients θ, length d
     * @param gradient g, length d
     * @param hessian H, row by row, length d²
     * @param ridge r
     * @throws CallException {@code HESSIAN_SINGULAR} when H + r·I is not positive definite
     */
    public static double[] next(double[] coefficients, double[] gradient, double[] hessian, double ridge) {
        int d = coefficients.length;
        double[][] l = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = hessian[i * d + j] + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                if (i == j) {
                    if (!(sum > 0)) {
                        throw CallException.refused(
                                "HESSIAN_SINGULAR",
                                "the summed Hessian is not positive definite; give the study a ridge");
                    }
                    l[i][i] = Math.sqrt(sum);
                } else {
                    l[i][j] = sum / l[j][j];
                }
            }
        }
        double[] y = new double[d];
        for (int i = 0; i < d; i++) {
            double sum = gradient[i] - ridge * coefficients[i];
            for (int k = 0; k < i; k++) {
                sum -= l[i][k] * y[k];
            }
            y[i] = sum / l[i][i];
        }
        double[] next = new double[d];
        double[] step = new double[d];
        for (int i = d - 1; i >= 0; i--) {
            double sum = y[i];
            for (int k = i + 1; k < d; k++) {
                sum -= l[k][i] * step[k];
            }
            step[i] = sum / l[i][i];
            next[i] = coefficients[i] + step[i];
        }
        return next;
    }
}
