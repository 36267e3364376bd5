package org.osteon.coordinator.aggregation;

import java.util.Arrays;

/** What one stretch of all updates comes to; updates are in site order and every operation is one in double. */
interface Centre {
    /**
     * Writes the centre of each element.
     *
     * @param updates by site, then element
     * @param count how many elements
     * @param centre where to
     */
    void of(double[][] updates, int count, double[] centre);

    /** Whether it takes float32 as it is, without widening. */
    default boolean takesSingles() {
        return false;
    }

    /** The same of float32 values that were not widened, where {@link #takesSingles}; the centre is the same. */
    default void ofSingles(float[][] updates, int count, double[] centre) {
        throw new UnsupportedOperationException("this centre takes what was widened");
    }

    /** Σ wᵢ·uᵢ / Σ wᵢ, both sums in site order. */
    static Centre mean(double[] weights) {
        double total = Arrays.stream(weights).sum();
        return (updates, count, centre) -> {
            sum(weights, updates, count, centre);
            for (int e = 0; e < count; e++) {
                centre[e] /= total;
            }
        };
    }

    /** Σ cᵢ·uᵢ in site order. */
    static Centre blend(double[] coefficients) {
        return (updates, count, centre) -> sum(coefficients, updates, count, centre);
    }

    private static void sum(double[] factors, double[][] updates, int count, double[] centre) {
        Arrays.fill(centre, 0, count, 0);
        for (int site = 0; site < updates.length; site++) {
            double factor = factors[site];
            double[] update = updates[site];
            for (int e = 0; e < count; e++) {
                centre[e] += factor * update[e];
            }
        }
    }

    /**
     * The mean of each element's values in ascending order from place {@code from} on, {@code kept} of them: the
     * trimmed mean, and the median as the mean of the one or two in the middle. The updates' stretches are sorted where
     * they lie.
     */
    static Centre ordered(int sites, int from, int kept) {
        return sites <= SortingNetwork.MOST ? new OrderedCentre(sites, from, kept) : column(sites, from, kept);
    }

    private static Centre column(int sites, int from, int kept) {
        double[] column = new double[sites];
        return (updates, count, centre) -> {
            for (int e = 0; e < count; e++) {
                for (int site = 0; site < sites; site++) {
                    column[site] = updates[site][e];
                }
                Arrays.sort(column);
                double sum = 0;
                for (int place = from; place < from + kept; place++) {
                    sum += column[place];
                }
                centre[e] = sum / kept;
            }
        };
    }
}
