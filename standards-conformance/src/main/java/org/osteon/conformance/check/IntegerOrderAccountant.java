package org.osteon.conformance.check;

/**
 * A second RDP accountant, written apart from the one that admits spending: integer orders 2 to 256 only, sums of binomial terms
 * taken from the largest downwards in plain doubles, conversion of Canonne, Kamath and Steinke (2020).
 */
final class IntegerOrderAccountant {
    private static final int HIGHEST = 256;
    private final double[] spent = new double[HIGHEST + 1];

    /** Adds steps of the Poisson-subsampled Gaussian. */
    void add(double samplingRate, double sigma, long steps) {
        for (int order = 2; order <= HIGHEST; order++) {
            spent[order] += steps * one(samplingRate, sigma, order);
        }
    }

    double epsilon(double delta) {
        double best = Double.POSITIVE_INFINITY;
        for (int order = 2; order <= HIGHEST; order++) {
            double converted = spent[order] + Math.log((order - 1.0) / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
            best = Math.min(best, converted);
        }
        return Math.max(0, best);
    }

    private static double one(double q, double sigma, int order) {
        if (q >= 1) {
            return order / (2 * sigma * sigma);
        }
        double[] logs = new double[order + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k <= order; k++) {
            logs[k] = logChoose(order, k) + k * Math.log(q) + (order - k) * Math.log(1 - q) + k * (k - 1.0) / (2 * sigma * sigma);
            largest = Math.max(largest, logs[k]);
        }
        java.util.Arrays.sort(logs);
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - largest);
        }
        return (largest + Math.log(sum)) / (order - 1);
    }

    private static double logChoose(int n, int k) {
        double sum = 0;
        for (int i = 1; i <= k; i++) {
            sum += Math.log(n - k + i) - Math.log(i);
        }
        return sum;
    }
}
