package org.osteon.learning.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SquaredNormTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 16, 31})
    void everyElementCountsOnce(int length) {
        double[] values = IntStream.rangeClosed(1, length).asDoubleStream().toArray();
        assertThat(SquaredNorm.of(values)).isEqualTo(length * (length + 1.0) * (2 * length + 1) / 6);
    }

    @Test
    void isNotFiniteWhereAValueIsNotOrWhereItOverflows() {
        for (int at = 0; at < 11; at++) {
            double[] values = new double[11];
            values[at] = Double.NaN;
            assertThat(SquaredNorm.of(values)).isNaN();
            values[at] = 1e200;
            assertThat(SquaredNorm.of(values)).isInfinite();
            values[at] = 3;
            assertThat(SquaredNorm.of(values)).isCloseTo(9, within(0.0));
        }
    }
}
