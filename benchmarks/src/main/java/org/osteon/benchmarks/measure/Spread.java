package org.osteon.benchmarks.measure;

import java.util.Arrays;

/**
 * Median, smallest and largest of some figures.
 *
 * @param median the mean of the middle two where their number is even
 * @param min smallest
 * @param max largest
 */
public record Spread(double median, double min, double max) {
    /** Of at least one figure. */
    public static Spread of(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
