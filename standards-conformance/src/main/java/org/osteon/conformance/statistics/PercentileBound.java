package org.osteon.conformance.statistics;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Bounds for the 95th percentile of errors.
 *
 * <p>Readings of one point are not independent, so points are what is drawn: the interval is Efron's BCa (1987) with
 * {@value #DRAWS} draws of points with replacement and the jackknife over points. Its upper end can be too small where
 * few points lie beyond the percentile; the order-statistic bound of the points' worst readings needs no assumption
 * about the errors and is taken beside it.
 */
public final class PercentileBound {
    /** Fewest points for a 95 % statement about 95 % of points: 1 − 0.95⁵⁹ ≥ 0.95. */
    public static final int FEWEST_POINTS = 59;

    private static final int DRAWS = 2000;
    private static final double SHARE = 0.95;
    private static final double CONFIDENCE = 0.95;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private PercentileBound() {}

    /**
     * Estimates.
     *
     * @param points errors of each point, at least one reading each, in a fixed order
     * @param seed of the draws
     * @throws IllegalArgumentException with fewer than two points, a point without reading or an error that is no
     *     number from 0 on
     */
    public static PercentileEstimate estimate(Collection<double[]> points, long seed) {
        double[][] errors = points.stream().map(double[]::clone).toArray(double[][]::new);
        if (errors.length < 2 || Arrays.stream(errors).anyMatch(readings -> readings.length == 0)) {
            throw new IllegalArgumentException("two points with a reading each are needed, had " + errors.length);
        }
        double[] all = sorted(List.of(errors));
        if (!(all[0] >= 0) || Double.isInfinite(all[all.length - 1]) || Double.isNaN(all[all.length - 1])) {
            throw new IllegalArgumentException("errors must be numbers from 0 on");
        }
        double mean = Arrays.stream(all).sum() / all.length;
        double square = Arrays.stream(all).map(e -> e * e).sum() / all.length;
        double variance = Arrays.stream(all).map(e -> (e - mean) * (e - mean)).sum() / Math.max(1, all.length - 1);
        double percentile = quantile(all, SHARE);
        double[] interval = bca(errors, percentile, seed);
        double[] worst = Arrays.stream(errors)
                .mapToDouble(readings -> Arrays.stream(readings).max().orElseThrow())
                .sorted()
                .toArray();
        return new PercentileEstimate(
                errors.length,
                all.length,
                mean,
                Math.sqrt(variance),
                Math.sqrt(square),
                percentile,
                all[all.length - 1],
                interval[0],
                interval[1],
                orderStatistic(worst),
                normal(worst),
                seed);
    }

    /** Linear between order statistics (Hyndman and Fan's type 7). */
    static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** One-sided normal tolerance factor: mean + k·S lies above the share with the confidence. */
    static double toleranceFactor(int n, double share, double confidence) {
        double z = NORMAL.inverseCumulativeProbability(share);
        ChiSquaredDistribution chi = ChiSquaredDistribution.of(n - 1);
        double low = 0;
        double high = 100;
        for (int i = 0; i < 200; i++) {
            double k = (low + high) / 2;
            if (held(k, n, z, chi) < confidence) {
                low = k;
            } else {
                high = k;
            }
        }
        return (low + high) / 2;
    }

    /** P(mean + k·S ≥ μ + z·σ), Simpson's rule over S/σ. */
    private static double held(double k, int n, double z, ChiSquaredDistribution chi) {
        int steps = 2000;
        double end = 6;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double s = end * i / steps;
            double density = s == 0 ? 0 : 2 * (n - 1) * s * chi.density((n - 1) * s * s);
            int weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * density * NORMAL.cumulativeProbability(Math.sqrt(n) * (k * s - z));
        }
        return sum * end / steps / 3;
    }

    private static double orderStatistic(double[] worst) {
        BinomialDistribution below = BinomialDistribution.of(worst.length, SHARE);
        for (int r = 1; r <= worst.length; r++) {
            if (below.cumulativeProbability(r - 1) >= CONFIDENCE) {
                return worst[r - 1];
            }
        }
        return Double.NaN;
    }

    private static double normal(double[] worst) {
        double mean = Arrays.stream(worst).sum() / worst.length;
        double variance = Arrays.stream(worst).map(e -> (e - mean) * (e - mean)).sum() / (worst.length - 1);
        return mean + toleranceFactor(worst.length, SHARE, CONFIDENCE) * Math.sqrt(variance);
    }

    private static double[] bca(double[][] errors, double percentile, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = errors.length;
        double[] drawn = new double[DRAWS];
        double below = 0;
        for (int b = 0; b < DRAWS; b++) {
            List<double[]> sample = IntStream.range(0, n)
                    .mapToObj(i -> errors[random.nextInt(n)])
                    .toList();
            drawn[b] = quantile(sorted(sample), SHARE);
            below += drawn[b] < percentile ? 1 : drawn[b] == percentile ? 0.5 : 0;
        }
        Arrays.sort(drawn);
        double share = Math.min(DRAWS - 0.5, Math.max(0.5, below)) / DRAWS;
        double bias = NORMAL.inverseCumulativeProbability(share);
        double acceleration = acceleration(errors);
        return new double[] {
            quantile(drawn, adjusted(bias, acceleration, 0.025)), quantile(drawn, adjusted(bias, acceleration, 0.975))
        };
    }

    private static double adjusted(double bias, double acceleration, double share) {
        double z = bias + NORMAL.inverseCumulativeProbability(share);
        return NORMAL.cumulativeProbability(bias + z / (1 - acceleration * z));
    }

    private static double acceleration(double[][] errors) {
        int n = errors.length;
        double[] without = new double[n];
        for (int i = 0; i < n; i++) {
            int left = i;
            without[i] = quantile(
                    sorted(IntStream.range(0, n)
                            .filter(j -> j != left)
                            .mapToObj(j -> errors[j])
                            .toList()),
                    SHARE);
        }
        double mean = Arrays.stream(without).sum() / n;
        double cubes = 0;
        double squares = 0;
        for (double value : without) {
            cubes += Math.pow(mean - value, 3);
            squares += Math.pow(mean - value, 2);
        }
        return squares == 0 ? 0 : cubes / (6 * Math.pow(squares, 1.5));
    }

    private static double[] sorted(List<double[]> points) {
        return points.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    }
}
