package org.osteon.coordinator.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The network puts numbers in the same order as the JDK. */
class SortingNetworkTest {
    private static final double[] SPECIAL = {
        0.0, -0.0, 1, -1, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE
    };

    @Test
    void everyNumberOfRowsIsSortedLikeTheJdkSorts() {
        SplittableRandom random = new SplittableRandom(7);
        for (int rows = 1; rows <= SortingNetwork.MOST; rows++) {
            // Given
            int columns = 700;
            double[][] values = new double[rows][columns];
            double[][] expected = new double[columns][rows];
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    values[row][column] =
                            column % 2 == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextDouble() - 0.5;
                    expected[column][row] = values[row][column];
                }
            }

            // When
            int from = rows / 4;
            int to = rows - rows / 3;
            new SortingNetwork(rows, from, to).sort(values, columns);

            // Then
            for (int column = 0; column < columns; column++) {
                Arrays.sort(expected[column]);
                for (int row = from; row < to; row++) {
                    assertThat(Double.doubleToRawLongBits(values[row][column]))
                            .isEqualTo(Double.doubleToRawLongBits(expected[column][row]));
                }
            }
        }
    }
}
