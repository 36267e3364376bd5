package org.osteon.conformance.check;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A second RDP accountant, written apart from the one that admits spending and by another method: where that one sums
 * series (Mironov, Talwar and Zhang 2019, section 3.3), this one integrates the definition numerically.
 *
 * <p>With μ₀ = N(0, σ²), μ = (1−q)·N(0, σ²) + q·N(1, σ²) and r = μ/μ₀, the Rényi divergence of order α of one
 * Poisson-sampled step is {@code log(E r^α) / (α−1)} under μ₀, which is the larger of the two directions (the same
 * paper, theorem 5). Since E r = 1, {@code E r^α − 1 = E[r^α − 1 − α(r−1)]}, whose integrand is never negative, so that
 * nothing cancels however small the result is. The integrand is analytic and falls like a Gaussian, so the trapezoidal
 * rule converges geometrically.
 *
 * <p>ε is the smallest value of the conversion of Canonne, Kamath and Steinke (2020, proposition 12) over the orders
 * that the accountant {@code rdp} of a study is stated on: 1.25 to 10.75 in quarters, 11 to 64, then ten up to 512. The
 * orders belong to the statement: over all orders ε can be smaller, by up to a tenth where a curve bends sharply
 * between two of them.
 */
final class QuadratureAccountant {
    private static final double[] ORDERS = orders();

    /** An order at which one step costs at least this much can never be the best one that matters. */
    private static final double HOPELESS = 1000;

    private static final double TAIL = 15;
    private static final int POINTS_A_WIDTH = 16;

    /** A step's curve over the orders, computed once for each pair of constants. */
    static final class Curves {
        private record Step(double samplingRate, double sigma) {}

        private final Map<Step, double[]> known = new HashMap<>();

        private double[] of(double samplingRate, double sigma) {
            return known.computeIfAbsent(new Step(samplingRate, sigma), step -> {
                double[] curve = new double[ORDERS.length];
                for (int i = 0; i < curve.length; i++) {
                    curve[i] = divergence(step.samplingRate(), step.sigma(), ORDERS[i]);
                }
                return curve;
            });
        }
    }

    private final Curves curves;
    private final double[] spent = new double[ORDERS.length];
    private boolean any;

    QuadratureAccountant(Curves curves) {
        this.curves = curves;
    }

    /**
     * Adds steps of the Poisson-subsampled Gaussian.
     *
     * @param samplingRate q, above 0 up to 1
     * @param sigma noise over sensitivity, above 0
     */
    void add(double samplingRate, double sigma, long steps) {
        double[] curve = curves.of(samplingRate, sigma);
        for (int i = 0; i < spent.length; i++) {
            spent[i] += steps * curve[i];
        }
        any |= steps > 0;
    }

    /** ε at this δ of everything added. */
    double epsilon(double delta) {
        if (!any) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < spent.length; i++) {
            double order = ORDERS[i];
            double converted =
                    spent[i] + Math.log((order - 1) / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
            best = Math.min(best, converted);
        }
        return Math.max(0, best);
    }

    /** Rényi divergence of one step at one order; infinite where it is beyond {@value #HOPELESS}. */
    static double divergence(double q, double sigma, double order) {
        if (!(q > 0 && q <= 1 && sigma > 0 && order > 1)) {
            throw new IllegalArgumentException(
                    "q must be above 0 up to 1, sigma above 0, order above 1: " + q + ", " + sigma + ", " + order);
        }
        if (q == 1) {
            return order / (2 * sigma * sigma);
        }
        // E r^α is at least the part of it in which the patient was sampled: q^α exp(α(α−1)/2σ²).
        if (order / (2 * sigma * sigma) + order * Math.log(q) / (order - 1) > HOPELESS) {
            return Double.POSITIVE_INFINITY;
        }
        double width = Math.min(1, sigma) / POINTS_A_WIDTH;
        double[] logs = new double[(int) Math.ceil((order / sigma + 2 * TAIL) / width) + 1];
        // The largest logarithm is taken out, so that the sum neither overflows nor vanishes.
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logs.length; i++) {
            logs[i] = logIntegrand(q, sigma, order, -TAIL + i * width);
            largest = Math.max(largest, logs[i]);
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - largest);
        }
        double logExcess = largest + Math.log(sum * width / Math.sqrt(2 * Math.PI));
        double logMoment = logExcess > 40 ? logExcess : Math.log1p(Math.exp(logExcess));
        return logMoment / (order - 1);
    }

    /** Logarithm of {@code exp(−z²/2)·(r^α − 1 − α(r−1))} at x = σz. */
    private static double logIntegrand(double q, double sigma, double order, double z) {
        double t = z / sigma - 1 / (2 * sigma * sigma);
        double logRatio = t > 0 ? t + Math.log(q + (1 - q) * Math.exp(-t)) : Math.log1p(q * Math.expm1(t));
        double power = order * logRatio;
        double logGap;
        if (power > 30) {
            double logTangent = logRatio + Math.log(order - (order - 1) * Math.exp(-logRatio));
            logGap = power + Math.log1p(-Math.exp(logTangent - power));
        } else {
            double u = Math.expm1(logRatio);
            double gap = order * Math.abs(u) < 0.01 ? smallGap(order, u) : Math.expm1(power) - order * u;
            logGap = Math.log(Math.max(gap, 0));
        }
        return logGap - z * z / 2;
    }

    /** (1+u)^α − 1 − αu for small αu, by its Taylor series from the square on. */
    private static double smallGap(double order, double u) {
        double tail = 1 + (order - 5) * u / 6;
        tail = 1 + (order - 4) * u / 5 * tail;
        tail = 1 + (order - 3) * u / 4 * tail;
        tail = 1 + (order - 2) * u / 3 * tail;
        return order * (order - 1) / 2 * u * u * tail;
    }

    static double[] orders() {
        return DoubleStream.concat(
                        DoubleStream.concat(
                                IntStream.rangeClosed(5, 43).mapToDouble(quarters -> quarters / 4.0),
                                IntStream.rangeClosed(11, 64).asDoubleStream()),
                        DoubleStream.of(72, 80, 96, 112, 128, 160, 192, 256, 384, 512))
                .toArray();
    }
}
