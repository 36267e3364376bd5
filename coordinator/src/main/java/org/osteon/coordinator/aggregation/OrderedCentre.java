package org.osteon.coordinator.aggregation;

import java.util.Arrays;

/**
 * The mean of each element's values in ascending order from one place on. Values of float32 are put in order as such:
 * widening keeps their order, so that the sum in double is the same.
 */
final class OrderedCentre implements Centre {
    private final SortingNetwork network;
    private final int from;
    private final int kept;

    OrderedCentre(int sites, int from, int kept) {
        this.network = new SortingNetwork(sites, from, from + kept);
        this.from = from;
        this.kept = kept;
    }

    @Override
    public void of(double[][] updates, int count, double[] centre) {
        network.sort(updates, count);
        Arrays.fill(centre, 0, count, 0);
        for (int place = from; place < from + kept; place++) {
            plus(centre, updates[place], count);
        }
        divide(centre, count);
    }

    @Override
    public boolean takesSingles() {
        return true;
    }

    @Override
    public void ofSingles(float[][] updates, int count, double[] centre) {
        network.sort(updates, count);
        Arrays.fill(centre, 0, count, 0);
        for (int place = from; place < from + kept; place++) {
            plus(centre, updates[place], count);
        }
        divide(centre, count);
    }

    private void divide(double[] centre, int count) {
        for (int e = 0; e < count; e++) {
            centre[e] /= kept;
        }
    }

    private static void plus(double[] sums, double[] values, int count) {
        for (int e = 0; e < count; e++) {
            sums[e] += values[e];
        }
    }

    private static void plus(double[] sums, float[] values, int count) {
        for (int e = 0; e < count; e++) {
            sums[e] += values[e];
        }
    }
}
