package org.osteon.learning.exact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osteon.learning.TrainingData;

/**
 * The smallest group of patients that gradient and Hessian of a logistic regression tell apart: over the outcome and
 * every column with at most {@value #CATEGORIES} distinct values, the smallest non-empty cell of any one-way or two-way
 * table. The gradient holds the tables with the outcome, the Hessian those between columns; columns with more values
 * have no cells.
 *
 * @param patients its size, 0 where there is no row at all
 * @param first a column of the table
 * @param second the other column, the same for a one-way table
 */
public record SmallestCell(int patients, String first, String second) {
    /** Columns with more distinct values than this are taken as continuous. */
    public static final int CATEGORIES = 16;

    /**
     * Finds it.
     *
     * @param columns names of the inputs, in order
     * @param outcome name of the outcome
     */
    public static SmallestCell of(TrainingData data, List<String> columns, String outcome) {
        data.requireOneRowEach();
        List<String> names = new ArrayList<>();
        List<int[]> codes = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            double[] values = new double[data.size()];
            for (int r = 0; r < values.length; r++) {
                values[r] = data.features(r)[c];
            }
            keep(columns.get(c), values, names, codes);
        }
        double[] labels = new double[data.size()];
        for (int r = 0; r < labels.length; r++) {
            labels[r] = data.label(r);
        }
        keep(outcome, labels, names, codes);
        SmallestCell smallest = new SmallestCell(data.size(), outcome, outcome);
        for (int i = 0; i < codes.size(); i++) {
            for (int j = 0; j <= i; j++) {
                int cell = smallest(codes.get(i), codes.get(j));
                if (cell < smallest.patients) {
                    smallest = new SmallestCell(cell, names.get(j), names.get(i));
                }
            }
        }
        return smallest;
    }

    private static void keep(String name, double[] values, List<String> names, List<int[]> codes) {
        double[] distinct =
                Arrays.stream(values).map(v -> v + 0.0).distinct().sorted().toArray();
        if (distinct.length > CATEGORIES) {
            return;
        }
        names.add(name);
        codes.add(Arrays.stream(values)
                .mapToInt(v -> Arrays.binarySearch(distinct, v + 0.0))
                .toArray());
    }

    private static int smallest(int[] first, int[] second) {
        int[] cells = new int[CATEGORIES * CATEGORIES];
        for (int r = 0; r < first.length; r++) {
            cells[first[r] * CATEGORIES + second[r]]++;
        }
        return Arrays.stream(cells).filter(n -> n > 0).min().orElse(0);
    }
}
