package org.osteon.learning.exact;

/** Gradient and Hessian of the logistic log-likelihood, added up row by row in double. */
final class LogisticSums {
    private final double[] theta;
    private final double[] gradient;
    private final double[][] hessian;
    private final double[] extended;
    private double loss;

    /** Sums at these parameters: weights, then the bias. */
    LogisticSums(double[] theta) {
        this.theta = theta;
        this.gradient = new double[theta.length];
        this.hessian = new double[theta.length][theta.length];
        this.extended = new double[theta.length];
        this.extended[theta.length - 1] = 1;
    }

    void add(double[] row, int label) {
        System.arraycopy(row, 0, extended, 0, row.length);
        double z = 0;
        for (int i = 0; i < theta.length; i++) {
            z += theta[i] * extended[i];
        }
        double tail = Math.exp(-Math.abs(z));
        double p = z >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
        double curvature = tail / ((1 + tail) * (1 + tail));
        loss += Math.max(z, 0) + Math.log1p(tail) - label * z;
        for (int i = 0; i < theta.length; i++) {
            gradient[i] += (label - p) * extended[i];
            for (int j = 0; j <= i; j++) {
                hessian[i][j] += curvature * extended[i] * extended[j];
            }
        }
    }

    double loss() {
        return loss;
    }

    /** The gradient, then the Hessian by rows, both triangles. */
    double[] gradientThenHessian() {
        int size = theta.length;
        double[] flat = new double[size + size * size];
        System.arraycopy(gradient, 0, flat, 0, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                flat[size + i * size + j] = j <= i ? hessian[i][j] : hessian[j][i];
            }
        }
        return flat;
    }
}
