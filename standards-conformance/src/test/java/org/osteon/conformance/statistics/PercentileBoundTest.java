package org.osteon.conformance.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentileBoundTest {
    /** Tables of one-sided normal tolerance factors, 95 % confidence for 95 % of values. */
    @Test
    void normalToleranceFactorsAreTheTables() {
        assertThat(PercentileBound.toleranceFactor(20, 0.95, 0.95)).isCloseTo(2.396002, within(2e-5));
        assertThat(PercentileBound.toleranceFactor(30, 0.95, 0.95)).isCloseTo(2.219838, within(2e-5));
        assertThat(PercentileBound.toleranceFactor(60, 0.95, 0.95)).isCloseTo(2.022159, within(2e-5));
    }

    @Test
    void fiftyNinePointsAreTheFewestForTheDistributionFreeBound() {
        assertThat(PercentileBound.estimate(points(58, 1), 1).distributionFree())
                .isNaN();
        PercentileEstimate least = PercentileBound.estimate(points(59, 1), 1);
        assertThat(least.distributionFree()).isEqualTo(least.max());
        PercentileEstimate more = PercentileBound.estimate(points(400, 1), 1);
        assertThat(more.distributionFree()).isLessThan(more.max()).isGreaterThan(more.percentile());
    }

    @Test
    void momentsAndPercentileAreThoseOfTheReadings() {
        // Given
        List<double[]> points = IntStream.rangeClosed(1, 101)
                .mapToObj(i -> new double[] {i - 1})
                .toList();

        // When
        PercentileEstimate estimate = PercentileBound.estimate(points, 7);

        // Then
        assertThat(estimate.percentile()).isEqualTo(95);
        assertThat(estimate.mean()).isEqualTo(50);
        assertThat(estimate.max()).isEqualTo(100);
        assertThat(estimate.sd()).isCloseTo(29.300171, within(1e-6));
        assertThat(estimate.rms()).isCloseTo(57.879185, within(1e-6));
        assertThat(estimate.low()).isBetween(85.0, 95.0);
        assertThat(estimate.high()).isBetween(95.0, 100.0);
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        assertThat(PercentileBound.estimate(points(80, 3), 5)).isEqualTo(PercentileBound.estimate(points(80, 3), 5));
    }

    /** The judged bound covers the true percentile of a skewed error at least as often as it says. */
    @Test
    void theJudgedBoundCoversTheTruePercentile() {
        // Given
        double truth = 3 * Math.sqrt(-2 * Math.log(0.05)); // Rayleigh errors of scale 3
        int covered = 0;
        int runs = 200;

        // When
        for (int run = 0; run < runs; run++) {
            Random random = new Random(run);
            List<double[]> points = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                points.add(new double[] {3 * Math.sqrt(-2 * Math.log(1 - random.nextDouble()))});
            }
            covered += PercentileBound.estimate(points, run).upper() >= truth ? 1 : 0;
        }

        // Then: 95 % of 200 less three standard deviations
        assertThat(covered).isGreaterThanOrEqualTo(181);
    }

    @Test
    void refusesWhatIsNoError() {
        assertThatThrownBy(() -> PercentileBound.estimate(List.of(new double[] {1}), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PercentileBound.estimate(List.of(new double[] {1}, new double[] {-1}), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PercentileBound.estimate(List.of(new double[] {1}, new double[] {Double.NaN}), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<double[]> points(int n, int readings) {
        Random random = new Random(n);
        return IntStream.range(0, n)
                .mapToObj(i -> random.doubles(readings, 0, 1).toArray())
                .toList();
    }
}
