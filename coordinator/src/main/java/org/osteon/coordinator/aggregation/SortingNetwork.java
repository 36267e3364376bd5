package org.osteon.coordinator.aggregation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sorts the columns of some rows: Batcher's odd-even merge sort (Batcher 1968), the same comparisons for every column,
 * so that a compiler can make them wide instructions. The order is that of {@link java.util.Arrays#sort(double[])}.
 */
final class SortingNetwork {
    /** Rows up to which this is worth it. */
    static final int MOST = 64;

    /** Columns that are sorted at a time, so that they stay close to the processor. */
    private static final int BLOCK = 512;

    private final int[] low;
    private final int[] high;

    /** A network for so many rows that puts right what belongs into some of them; the others hold the rest. */
    SortingNetwork(int rows, int from, int to) {
        List<int[]> pairs = new ArrayList<>();
        for (int merged = 1; merged < rows; merged *= 2) {
            for (int apart = merged; apart >= 1; apart /= 2) {
                for (int start = apart % merged; start + apart < rows; start += 2 * apart) {
                    for (int i = start; i < Math.min(start + apart, rows - apart); i++) {
                        if (i / (2 * merged) == (i + apart) / (2 * merged)) {
                            pairs.add(new int[] {i, i + apart});
                        }
                    }
                }
            }
        }
        needed(pairs, rows, from, to);
        low = pairs.stream().mapToInt(pair -> pair[0]).toArray();
        high = pairs.stream().mapToInt(pair -> pair[1]).toArray();
    }

    /** Leaves out comparisons on which the rows that are asked for do not depend. */
    private static void needed(List<int[]> pairs, int rows, int from, int to) {
        boolean[] used = new boolean[rows];
        Arrays.fill(used, from, to, true);
        for (int i = pairs.size() - 1; i >= 0; i--) {
            int[] pair = pairs.get(i);
            if (used[pair[0]] || used[pair[1]]) {
                used[pair[0]] = true;
                used[pair[1]] = true;
            } else {
                pairs.remove(i);
            }
        }
    }

    /** Sorts each column's numbers, none of which is not a number. */
    void sort(double[][] rows, int columns) {
        for (int from = 0; from < columns; from += BLOCK) {
            int to = Math.min(columns, from + BLOCK);
            for (int pair = 0; pair < low.length; pair++) {
                order(rows[low[pair]], rows[high[pair]], from, to);
            }
        }
    }

    /** The same of numbers of half the width: twice as many at a time. */
    void sort(float[][] rows, int columns) {
        for (int from = 0; from < columns; from += BLOCK) {
            int to = Math.min(columns, from + BLOCK);
            for (int pair = 0; pair < low.length; pair++) {
                order(rows[low[pair]], rows[high[pair]], from, to);
            }
        }
    }

    private static void order(float[] low, float[] high, int from, int to) {
        for (int i = from; i < to; i++) {
            float a = low[i];
            float b = high[i];
            low[i] = Math.min(a, b);
            high[i] = Math.max(a, b);
        }
    }

    private static void order(double[] low, double[] high, int from, int to) {
        for (int i = from; i < to; i++) {
            double a = low[i];
            double b = high[i];
            low[i] = Math.min(a, b);
            high[i] = Math.max(a, b);
        }
    }
}
