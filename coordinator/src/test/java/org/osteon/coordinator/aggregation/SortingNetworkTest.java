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

    /** Put in order at half the width and added up widened, the values give the bits that they give widened before. */
    @Test
    void theMiddleOfFloatsIsThatOfTheSameDoubles() {
        SplittableRandom random = new SplittableRandom(11);
        for (int sites : new int[] {1, 2, 3, 5, 10, 17, SortingNetwork.MOST}) {
            // Given
            int columns = 700;
            float[][] singles = new float[sites][columns];
            double[][] doubles = new double[sites][columns];
            for (int site = 0; site < sites; site++) {
                for (int column = 0; column < columns; column++) {
                    singles[site][column] = column % 2 == 0
                            ? (float) SPECIAL[random.nextInt(4)] * Float.MIN_VALUE
                            : (float) random.nextDouble() - 0.5f;
                    doubles[site][column] = singles[site][column];
                }
            }
            int from = sites / 4;
            OrderedCentre centre = new OrderedCentre(sites, from, sites - 2 * from);
            double[] ofSingles = new double[columns];
            double[] ofDoubles = new double[columns];

            // When
            centre.ofSingles(singles, columns, ofSingles);
            centre.of(doubles, columns, ofDoubles);

            // Then
            for (int column = 0; column < columns; column++) {
                assertThat(Double.doubleToRawLongBits(ofSingles[column]))
                        .isEqualTo(Double.doubleToRawLongBits(ofDoubles[column]));
            }
        }
    }
}
