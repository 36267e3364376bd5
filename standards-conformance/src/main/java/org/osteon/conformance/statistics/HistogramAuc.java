package org.osteon.conformance.statistics;

/**
 * AUC and a 95 % interval from score histograms whose every bin carries independent noise of known standard deviation.
 *
 * <p>With positives p_b and negatives q_c in bins b, c and w(b,c) = 1, ½, 0 for b above, equal to, below c, the
 * statistic D(a) = Σ p_b q_c (w(b,c) − a) has expectation zero at the true AUC a up to the order within bins. The
 * interval is the set of a that D does not contradict (Fieller's construction, so that noise in the class totals needs
 * no linearisation):
 *
 * <pre>|D(a)| ≤ z·√(V_sampling(a) + V_noise(a)) + ½ Σ p_b q_b</pre>
 *
 * V_sampling is Hanley and McNeil's (1982) at a, V_noise follows exactly from the bins' independent noise, and the last
 * term bounds what any order within the bins can change.
 */
public final class HistogramAuc {
    private static final double Z = 1.959963984540054;
    private static final int STEPS = 4000;

    private HistogramAuc() {}

    /**
     * Estimates from histograms summed over sites.
     *
     * @param negatives noised counts by bin, patients without the outcome, lowest scores first
     * @param positives noised counts by bin, patients with the outcome
     * @param noiseSigma standard deviation of one site's noise on each bin; 0 for exact counts
     * @param sites how many sites' histograms were summed
     * @throws IllegalArgumentException when the histograms differ in length or a parameter is out of range
     */
    public static AucEstimate estimate(long[] negatives, long[] positives, double noiseSigma, int sites) {
        if (negatives.length != positives.length || negatives.length < 2) {
            throw new IllegalArgumentException("histograms must have equal length of at least 2, had "
                    + negatives.length + " and " + positives.length);
        }
        if (!(noiseSigma >= 0) || sites < 1) {
            throw new IllegalArgumentException(
                    "noiseSigma must be >= 0 and sites >= 1, were " + noiseSigma + " and " + sites);
        }
        double variance = sites * noiseSigma * noiseSigma;
        Moments m = Moments.of(negatives, positives, variance);
        double totalNoise = Math.sqrt(variance * negatives.length);
        double least = Math.max(3 * totalNoise, 0);
        if (!(m.positives > least) || !(m.negatives > least)) {
            return AucEstimate.notEstimable(Math.round(m.positives), Math.round(m.negatives));
        }
        double auc = Math.min(1, Math.max(0, m.wins / (m.positives * m.negatives)));
        double low = 1;
        double high = 0;
        for (int i = 0; i <= STEPS; i++) {
            double a = (double) i / STEPS;
            if (m.allows(a)) {
                low = Math.min(low, a);
                high = Math.max(high, a);
            }
        }
        low = Math.min(low, auc);
        high = Math.max(high, auc);
        double binning = m.ties / 2 / (m.positives * m.negatives);
        return new AucEstimate(true, auc, low, high, binning, Math.round(m.positives), Math.round(m.negatives));
    }

    /** The sums that make D(a) and its variance quadratics in a. */
    private record Moments(
            int bins,
            double variance,
            double positives,
            double negatives,
            double wins,
            double ties,
            double sumU,
            double sumUSquared,
            double sumV,
            double sumVSquared) {

        static Moments of(long[] negatives, long[] positives, double variance) {
            int bins = negatives.length;
            double totalNegative = 0;
            double totalPositive = 0;
            for (int b = 0; b < bins; b++) {
                totalNegative += negatives[b];
                totalPositive += positives[b];
            }
            double wins = 0;
            double ties = 0;
            double below = 0;
            double positivesBelow = 0;
            double sumU = 0;
            double sumUSquared = 0;
            double sumV = 0;
            double sumVSquared = 0;
            for (int b = 0; b < bins; b++) {
                double u = below + negatives[b] / 2.0;
                double v = totalPositive - positivesBelow - positives[b] / 2.0;
                wins += positives[b] * u;
                ties += (double) positives[b] * negatives[b];
                sumU += u;
                sumUSquared += u * u;
                sumV += v;
                sumVSquared += v * v;
                below += negatives[b];
                positivesBelow += positives[b];
            }
            return new Moments(
                    bins,
                    variance,
                    totalPositive,
                    totalNegative,
                    wins,
                    Math.max(0, ties),
                    sumU,
                    sumUSquared,
                    sumV,
                    sumVSquared);
        }

        boolean allows(double a) {
            double d = wins - a * positives * negatives;
            return Math.abs(d) <= Z * Math.sqrt(sampling(a) + noise(a)) + ties / 2;
        }

        private double sampling(double a) {
            double q1 = a / (2 - a);
            double q2 = 2 * a * a / (1 + a);
            double unit = a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a);
            return Math.max(0, unit) * positives * negatives;
        }

        /** Var of D from the bins' noise; the plug-in of squared noisy sums counts the second order twice. */
        private double noise(double a) {
            double first = sumUSquared - 2 * a * negatives * sumU + bins * a * a * negatives * negatives;
            double second = sumVSquared - 2 * a * positives * sumV + bins * a * a * positives * positives;
            double pairs = (double) bins * bins;
            double above = pairs / 2 - bins / 2.0;
            double both = above * (1 - a) * (1 - a) + above * a * a + bins * (0.5 - a) * (0.5 - a);
            return Math.max(variance * (first + second) - variance * variance * both, variance * variance * both);
        }
    }
}
