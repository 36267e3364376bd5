package org.osteon.coordinator.aggregation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;

/**
 * How far updates are from each other or from a point between them, in passes over the files. A squared distance is the
 * sum of squared differences over all arrays' elements in ascending order, each operation one in double.
 */
final class Distances {
    private Distances() {}

    /**
     * The updates that Krum scores best (Blanchard et al. 2017, section 4).
     *
     * @param byzantine f: a score is the sum, smallest first, of the squared distances to the n − f − 2 nearest others
     * @param selected how many; of equal scores the first in site order
     * @return places in ascending order
     */
    static int[] krum(List<ArraySpec> specs, List<Path> updates, int byzantine, int selected) {
        int n = updates.size();
        double[][] squared = new double[n][n];
        try (Tiles tiles = new Tiles(specs, updates)) {
            tiles.each((spec, first, values, count) -> {
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < i; j++) {
                        squared[i][j] = add(squared[i][j], values[i], values[j], count);
                    }
                }
            });
        }
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            double[] others = new double[n - 1];
            for (int j = 0; j < n; j++) {
                if (j != i) {
                    others[j < i ? j : j - 1] = squared[Math.max(i, j)][Math.min(i, j)];
                }
            }
            Arrays.sort(others);
            for (int place = 0; place < n - byzantine - 2; place++) {
                scores[i] += others[place];
            }
        }
        return IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .limit(selected)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }

    /** The coefficients of the geometric median, one an update; each iteration is one pass over the files. */
    static double[] weiszfeld(List<ArraySpec> specs, List<Path> updates, Aggregation.GeometricMedian constants) {
        int n = updates.size();
        double[] coefficients = new double[n];
        Arrays.fill(coefficients, 1.0 / n);
        try (Tiles tiles = new Tiles(specs, updates)) {
            double[] distances = fromBlend(tiles, coefficients);
            double objective = mean(distances);
            for (int iteration = 0; iteration < constants.iterations(); iteration++) {
                double total = 0;
                for (int i = 0; i < n; i++) {
                    coefficients[i] = 1 / Math.max(constants.smoothing(), distances[i]);
                    total += coefficients[i];
                }
                for (int i = 0; i < n; i++) {
                    coefficients[i] /= total;
                }
                double before = objective;
                distances = fromBlend(tiles, coefficients);
                objective = mean(distances);
                if (Math.abs(before - objective) <= constants.tolerance() * objective) {
                    break;
                }
            }
        }
        return coefficients;
    }

    private static double[] fromBlend(Tiles tiles, double[] coefficients) {
        double[] squared = new double[coefficients.length];
        double[] point = new double[Tiles.length(coefficients.length)];
        Centre blend = Centre.blend(coefficients);
        tiles.each((spec, first, values, count) -> {
            blend.of(values, count, point);
            for (int i = 0; i < squared.length; i++) {
                squared[i] = add(squared[i], values[i], point, count);
            }
        });
        return Arrays.stream(squared).map(Math::sqrt).toArray();
    }

    private static double add(double sum, double[] a, double[] b, int count) {
        double squared = sum;
        for (int e = 0; e < count; e++) {
            double difference = a[e] - b[e];
            squared += difference * difference;
        }
        return squared;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
