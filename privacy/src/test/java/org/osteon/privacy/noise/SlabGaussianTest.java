package org.osteon.privacy.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlabGaussianTest {
    private static final MathContext MANY = new MathContext(220);

    @Test
    void slabsOfManyMagnitudesHaveEachMagnitudesProbability() {
        // Given: sixteen magnitudes a slab, and a bin for each of four neighbours
        int log = 8;
        double sigma = 1 << log;
        int draws = 2_000_000;
        SplittableRandom random = new SplittableRandom(11);
        SlabGaussian gaussian = new SlabGaussian(log, random::nextLong);
        int[] seen = new int[2048];

        // When
        for (int i = 0; i < draws; i++) {
            seen[(int) Math.floorDiv(gaussian.sample(), 4L) + 1024]++;
        }

        // Then
        double norm = 0;
        for (int y = -10_000; y <= 10_000; y++) {
            norm += Math.exp(-(double) y * y / (2 * sigma * sigma));
        }
        double chi = 0;
        int bins = 0;
        for (int b = 0; b < seen.length; b++) {
            double expected = 0;
            for (int y = 4 * (b - 1024); y < 4 * (b - 1024) + 4; y++) {
                expected += draws * Math.exp(-(double) y * y / (2 * sigma * sigma)) / norm;
            }
            if (expected > 20) {
                chi += (seen[b] - expected) * (seen[b] - expected) / expected;
                bins++;
            }
        }
        assertThat(bins).isGreaterThan(400);
        assertThat(chi).isLessThan(bins + 4 * Math.sqrt(2.0 * bins));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 11, 20})
    void boundsInDoubleEncloseTheCurve(int log) {
        // Given
        SplittableRandom random = new SplittableRandom(log);
        SlabGaussian gaussian = new SlabGaussian(log, random::nextLong);
        for (int i = 0; i < 60; i++) {
            long magnitude = random.nextLong(12L << log);

            // When
            BigDecimal exact = height(gaussian.scale(), magnitude, log);

            // Then
            assertThat(new BigDecimal(gaussian.lower(magnitude))).isLessThan(exact);
            assertThat(new BigDecimal(gaussian.upper(magnitude))).isGreaterThan(exact);
        }
    }

    @Test
    void aUnitThatTheCurveCrossesIsDecidedByBitsBeyondDouble() {
        // Given: the unit at the curve, and the first 192 bits of the curve's place in it
        int log = 20;
        long magnitude = 1_234_567;
        long scale = new SlabGaussian(log, () -> 0).scale();
        BigDecimal exact = height(scale, magnitude, log);
        BigInteger unit = exact.toBigInteger();
        BigInteger place = exact.subtract(new BigDecimal(unit))
                .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(192)))
                .toBigInteger();

        // When
        boolean under = CloseCall.below(
                unit.longValueExact(), scale, magnitude * magnitude, 1L << 41, words(place.subtract(BigInteger.ONE)));
        boolean over = CloseCall.below(
                unit.longValueExact(), scale, magnitude * magnitude, 1L << 41, words(place.add(BigInteger.ONE)));

        // Then
        assertThat(under).isTrue();
        assertThat(over).isFalse();
    }

    @Test
    void atZeroTheCurveEndsWithAWholeUnit() {
        assertThat(CloseCall.below(99, 100, 0, 2, () -> -1)).isTrue();
        assertThat(CloseCall.below(100, 100, 0, 2, () -> 0)).isFalse();
    }

    @Test
    void everyUnitHasOnePlaceInTheColumns() {
        // Given
        long[] weights = {17, 0, 3, 100, 1, 1, 5, 1};
        UnitColumns columns = new UnitColumns(weights);
        boolean[][] taken = Arrays.stream(weights)
                .mapToObj(weight -> new boolean[(int) weight])
                .toArray(boolean[][]::new);

        // When: every place of every column is drawn once
        int clashes = 0;
        for (int column = 0; column < weights.length; column++) {
            for (int place = 0; place < 128 / weights.length; place++) {
                boolean own = place < columns.own(column);
                int item = own ? column : columns.other(column);
                int unit = (int) (own ? place : place + columns.shift(column));
                clashes += taken[item][unit] ? 1 : 0;
                taken[item][unit] = true;
            }
        }

        // Then
        assertThat(clashes).isZero();
        for (boolean[] units : taken) {
            for (boolean unit : units) {
                assertThat(unit).isTrue();
            }
        }
    }

    @Test
    void refusesWhatItCannotDo() {
        assertThatThrownBy(() -> new SlabGaussian(21, () -> 0)).hasMessageContaining("21");
        assertThatThrownBy(() -> new UnitColumns(new long[] {1, 2})).hasMessageContaining("was 3");
    }

    /** scale·exp(−x²/2σ²) to 200 digits: e^(−1/2^k) by its alternating series, squared k times. */
    private static BigDecimal height(long scale, long magnitude, int log) {
        BigDecimal z = BigDecimal.valueOf(magnitude * magnitude).divide(BigDecimal.valueOf(1L << 2 * log + 1));
        int halvings = 30;
        BigDecimal small = z.divide(BigDecimal.valueOf(1L << halvings));
        BigDecimal term = BigDecimal.ONE;
        BigDecimal value = BigDecimal.ONE;
        for (int n = 1; n < 60; n++) {
            term = term.multiply(small, MANY).negate().divide(BigDecimal.valueOf(n), MANY);
            value = value.add(term, MANY);
        }
        for (int i = 0; i < halvings; i++) {
            value = value.multiply(value, MANY);
        }
        return value.multiply(BigDecimal.valueOf(scale), MANY);
    }

    private static BitSource words(BigInteger bits192) {
        Deque<Long> words = new ArrayDeque<>();
        for (int shift = 128; shift >= 0; shift -= 64) {
            words.add(bits192.shiftRight(shift).longValue());
        }
        return () -> words.isEmpty() ? 0 : words.remove();
    }
}
