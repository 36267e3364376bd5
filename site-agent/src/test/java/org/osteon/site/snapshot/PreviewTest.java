package org.osteon.site.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** No cell of a preview tells of fewer than k patients. */
class PreviewTest {
    private static final int K = 10;
    private static final List<Preview.Column> COLUMNS = List.of(
            new Preview.Column("female", "feature", 0, 1, 0),
            new Preview.Column("height", "feature", 165, 10, 0),
            new Preview.Column("rare", "feature", 0, 1, 0),
            new Preview.Column("fracture", "label", 0, 1, 0));

    @Test
    void everyCellIsSharedByAtLeastKPatients() {
        double[][] values = values(500);

        Preview preview = Preview.of(K, COLUMNS, values, IntStream.range(0, 500).toArray());

        assertThat(preview.rows()).hasSize(500);
        int bands = 0;
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < COLUMNS.size(); c++) {
                String cell = preview.rows().get(r).get(c);
                assertThat(holders(values, c, cell)).as(cell).isGreaterThanOrEqualTo(K);
                bands += cell.contains("…") ? 1 : 0;
            }
        }
        assertThat(bands).isPositive();
        assertThat(preview.rows()).anySatisfy(row -> assertThat(row.get(2)).isEmpty());
        assertThat(preview.columns().get(2).missing()).isEqualTo(-1);
    }

    @Test
    void whoStandsAloneInAValueIsCounted() {
        double[][] values = new double[30][];
        for (int r = 0; r < 30; r++) {
            values[r] = new double[] {r < 15 ? 0 : 1, 170, r < 3 ? 9 : 0, r % 2};
        }

        Preview preview = Preview.of(K, COLUMNS, values, new int[] {0, 20});

        assertThat(preview.patients()).isEqualTo(30);
        assertThat(preview.widened()).isEqualTo(3);
        assertThat(preview.rows().get(1)).containsExactly("1", "170", "0", "0");
    }

    @Test
    void aCohortSmallerThanKShowsNoRow() {
        Preview preview = Preview.of(K, COLUMNS, values(K - 1), new int[] {0, 1, 2});

        assertThat(preview.rows()).isEmpty();
    }

    private static double[][] values(int patients) {
        Random random = new Random(7);
        double[][] values = new double[patients][];
        for (int r = 0; r < patients; r++) {
            values[r] = new double[] {
                random.nextInt(2),
                Math.round(1650 + 80 * random.nextGaussian()) / 10.0,
                r < 4 ? Double.NaN : r < 8 ? -1e6 * r : 5,
                random.nextInt(20) == 0 ? 1 : 0
            };
        }
        return values;
    }

    /** Patients whom a cell may be about; a cell that is not shown is about everybody. */
    private static long holders(double[][] values, int column, String cell) {
        List<Double> all = new ArrayList<>();
        for (double[] row : values) {
            all.add(row[column]);
        }
        if (cell.isEmpty()) {
            return values.length;
        }
        if (cell.equals("–")) {
            return all.stream().filter(value -> value.isNaN()).count();
        }
        String[] ends = cell.split(" … ");
        double low = Double.parseDouble(ends[0]);
        return all.stream()
                .filter(value -> ends.length == 1 ? value == low : value >= low && value < Double.parseDouble(ends[1]))
                .count();
    }
}
