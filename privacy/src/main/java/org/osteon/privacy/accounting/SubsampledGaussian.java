package org.osteon.privacy.accounting;

/**
 * RDP of the Poisson-subsampled Gaussian mechanism with sampling rate q and noise multiplier σ (Mironov, Talwar, Zhang,
 * arXiv 1908.10530, section 3.3): a binomial sum at integer orders, two signed series of erfc terms at fractional ones.
 */
public final class SubsampledGaussian {
    private static final int MOST_TERMS = 2000;

    private SubsampledGaussian() {}

    /** The curve of one step. */
    public static RdpCurve step(double samplingRate, double noiseMultiplier) {
        double[] orders = RdpCurve.orders();
        double[] values = new double[orders.length];
        for (int i = 0; i < orders.length; i++) {
            values[i] = rdp(samplingRate, noiseMultiplier, orders[i]);
        }
        // RDP does not decrease in the order; a fractional series that did not settle is bounded by the next integer.
        for (int i = values.length - 2; i >= 0; i--) {
            values[i] = Math.min(values[i], values[i + 1]);
        }
        return RdpCurve.of(values);
    }

    /** RDP at one order; infinite where a series does not settle. */
    static double rdp(double q, double sigma, double order) {
        if (!(q >= 0) || q > 1 || !(sigma > 0)) {
            throw new IllegalArgumentException("q must be 0 to 1 and sigma > 0, were " + q + " and " + sigma);
        }
        if (q == 0) {
            return 0;
        }
        if (q == 1) {
            return order / (2 * sigma * sigma);
        }
        double excess = order == Math.rint(order) ? integer(q, sigma, (int) order) : fractional(q, sigma, order);
        return Math.max(0, excess) / (order - 1);
    }

    /** log A at an integer order, from A − 1 = Σ_{k≥2} C(α,k) (1−q)^{α−k} q^k (exp((k²−k)/2σ²) − 1). */
    private static double integer(double q, double sigma, int order) {
        double logSum = Double.NEGATIVE_INFINITY;
        double logBinomial = 0;
        for (int k = 1; k <= order; k++) {
            logBinomial += Math.log((order - k + 1.0) / k);
            if (k < 2) {
                continue;
            }
            double exponent = ((double) k * k - k) / (2 * sigma * sigma);
            double logExpm1 =
                    exponent > 30 ? exponent + Math.log1p(-Math.exp(-exponent)) : Math.log(Math.expm1(exponent));
            double term = logBinomial + (order - k) * Math.log1p(-q) + k * Math.log(q) + logExpm1;
            logSum = logAdd(logSum, term);
        }
        return logSum > 30 ? logSum + Math.log1p(Math.exp(-logSum)) : Math.log1p(Math.exp(logSum));
    }

    private static double fractional(double q, double sigma, double order) {
        double z0 = sigma * sigma * Math.log(1 / q - 1) + 0.5;
        double positive = Double.NEGATIVE_INFINITY;
        double negative = Double.NEGATIVE_INFINITY;
        double logCoefficient = 0;
        int sign = 1;
        for (int i = 0; i < MOST_TERMS; i++) {
            double j = order - i;
            double t0 = logCoefficient + i * Math.log(q) + j * Math.log1p(-q);
            double t1 = logCoefficient + j * Math.log(q) + i * Math.log1p(-q);
            double e0 = Math.log(0.5) + Erf.logErfc((i - z0) / (Math.sqrt(2) * sigma));
            double e1 = Math.log(0.5) + Erf.logErfc((z0 - j) / (Math.sqrt(2) * sigma));
            double s0 = t0 + ((double) i * i - i) / (2 * sigma * sigma) + e0;
            double s1 = t1 + (j * j - j) / (2 * sigma * sigma) + e1;
            double both = logAdd(s0, s1);
            if (sign > 0) {
                positive = logAdd(positive, both);
            } else {
                negative = logAdd(negative, both);
            }
            if (i > order && Math.max(s0, s1) < -40 + Math.max(positive, 0)) {
                return positive + Math.log1p(-Math.exp(Math.min(negative - positive, -1e-300)));
            }
            double factor = (order - i) / (i + 1.0);
            if (factor < 0) {
                sign = -sign;
            }
            logCoefficient += Math.log(Math.abs(factor));
        }
        return Double.POSITIVE_INFINITY;
    }

    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        double low = Math.min(a, b);
        return low == Double.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
    }
}
