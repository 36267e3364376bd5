package org.osteon.site.snapshot;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A few rows of a cohort as the study's own query and features make them, for the data officer's eyes. A value that
 * fewer than k patients of the cohort have is widened to the narrowest band that k have, and left out where there is
 * none.
 *
 * @param k the hospital's smallest group
 * @param patients patients in the cohort
 * @param widened patients of whom at least one value stands alone in a group smaller than k
 * @param columns the columns, the outcome last
 * @param rows some rows; a cell is a value, a band or empty
 */
public record Preview(int k, int patients, int widened, List<Column> columns, List<List<String>> rows) {
    private static final int[] FIRSTS = {1, 2, 5};
    private static final int FINEST = -3;
    private static final int COARSEST = 7;

    /** Takes copies. */
    public Preview {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /**
     * A column of the cohort.
     *
     * @param name as the study's query names it
     * @param use {@code feature} or {@code label}
     * @param center subtracted before the model sees it
     * @param scale divided by before the model sees it
     * @param missing patients without a value, −1 where they are some and fewer than k
     */
    public record Column(String name, String use, double center, double scale, long missing) {}

    /**
     * Of raw values.
     *
     * @param values shape {@code [patient][column]}, NaN where there is none
     * @param order the rows to show, in the order to show them
     */
    static Preview of(int k, List<Column> columns, double[][] values, int[] order) {
        double[][] sorted = new double[columns.size()][];
        List<Column> counted = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            int at = c;
            sorted[c] = Arrays.stream(values)
                    .mapToDouble(row -> row[at])
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray();
            long missing = values.length - sorted[c].length;
            Column column = columns.get(c);
            counted.add(new Column(
                    column.name(),
                    column.use(),
                    column.center(),
                    column.scale(),
                    missing > 0 && missing < k ? -1 : missing));
        }
        int widened = (int) Arrays.stream(values)
                .filter(row ->
                        IntStream.range(0, row.length).anyMatch(c -> !common(k, sorted[c], row[c], values.length)))
                .count();
        List<List<String>> rows = values.length < k
                ? List.of()
                : Arrays.stream(order)
                        .mapToObj(r -> IntStream.range(0, columns.size())
                                .mapToObj(c -> cell(k, sorted[c], values[r][c], values.length))
                                .toList())
                        .toList();
        return new Preview(k, values.length, widened, counted, rows);
    }

    private static boolean common(int k, double[] sorted, double value, int patients) {
        return Double.isNaN(value) ? patients - sorted.length >= k : between(sorted, value, Math.nextUp(value)) >= k;
    }

    private static String cell(int k, double[] sorted, double value, int patients) {
        if (Double.isNaN(value)) {
            return common(k, sorted, value, patients) ? "–" : "";
        }
        if (common(k, sorted, value, patients)) {
            return plain(BigDecimal.valueOf(value));
        }
        for (int power = FINEST; power <= COARSEST; power++) {
            for (int first : FIRSTS) {
                BigDecimal step = BigDecimal.valueOf(first).scaleByPowerOfTen(power);
                BigDecimal low = BigDecimal.valueOf(value)
                        .divide(step, 0, RoundingMode.FLOOR)
                        .multiply(step);
                BigDecimal high = low.add(step);
                if (between(sorted, low.doubleValue(), high.doubleValue()) >= k) {
                    return plain(low) + " … " + plain(high);
                }
            }
        }
        return "";
    }

    /** How many values are at least {@code low} and below {@code high}. */
    private static int between(double[] sorted, double low, double high) {
        return place(sorted, high) - place(sorted, low);
    }

    /** How many values are below this one. */
    private static int place(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static String plain(BigDecimal value) {
        BigDecimal least = value.stripTrailingZeros();
        return (least.scale() < 0 ? least.setScale(0) : least).toPlainString();
    }

    /** The size; values are patient data and are not shown. */
    @Override
    public String toString() {
        return "Preview[" + patients + " patients, " + columns.size() + " columns]";
    }
}
