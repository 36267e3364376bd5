package org.osteon.privacy.accounting;

/** The complementary error function in logarithm: a Taylor series near 0, Lentz's continued fraction beyond. */
final class Erf {
    private static final double HALF_LOG_PI = 0.5 * Math.log(Math.PI);

    private Erf() {}

    /** log erfc(x), relative accuracy about 1e-14. */
    static double logErfc(double x) {
        if (x < 0) {
            double upper = Math.exp(logErfc(-x));
            return Math.log(2 - upper);
        }
        return x < 2 ? Math.log(1 - series(x)) : -x * x - HALF_LOG_PI + Math.log(fraction(x));
    }

    /** erf(x) for small x: 2/√π Σ (−1)^n x^(2n+1) / (n! (2n+1)), in its form without cancellation. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
            if (term < sum * 1e-17) {
                break;
            }
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** √π·e^{x²}·erfc(x) = 1/(x + (1/2)/(x + (2/2)/(x + …))), evaluated from far out. */
    private static double fraction(double x) {
        double value = x;
        for (int k = 200; k >= 1; k--) {
            value = x + k / 2.0 / value;
        }
        return 1 / value;
    }
}
