package org.osteon.privacy.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class NoiseTest {
    @Test
    void smallSigmaHasTheDiscreteGaussiansProbabilities() {
        SplittableRandom random = new SplittableRandom(5);
        assertDiscreteGaussian(new DiscreteGaussian(3000, 1000, random::nextLong)::sample, 3);
    }

    @Test
    void powersOfTwoHaveTheDiscreteGaussiansProbabilities() {
        SplittableRandom random = new SplittableRandom(6);
        for (int log = 0; log <= 4; log++) {
            assertDiscreteGaussian(new SlabGaussian(log, random::nextLong)::sample, 1 << log);
        }
    }

    @Test
    void wideNoiseHasNormalQuantiles() {
        // Given: a seeded source, so that the test is the same every time
        SplittableRandom random = new SplittableRandom(8);
        SlabGaussian gaussian = new SlabGaussian(20, random::nextLong);
        int draws = 400_000;
        double[] quantiles = {-2, -1, -0.5, 0, 0.5, 1, 2};
        double[] expected = {0.022750, 0.158655, 0.308538, 0.5, 0.691462, 0.841345, 0.977250};
        int[] below = new int[quantiles.length];

        // When
        for (int i = 0; i < draws; i++) {
            double sample = gaussian.sample() / (double) (1 << 20);
            for (int q = 0; q < quantiles.length; q++) {
                below[q] += sample < quantiles[q] ? 1 : 0;
            }
        }

        // Then: within four standard deviations
        for (int q = 0; q < quantiles.length; q++) {
            double deviation = Math.sqrt(expected[q] * (1 - expected[q]) / draws);
            assertThat(below[q] / (double) draws).isCloseTo(expected[q], within(4 * deviation));
        }
    }

    /** Chi-square over the bins that expect more than 20 of 200,000 draws. */
    private static void assertDiscreteGaussian(LongSupplier sampler, double sigma) {
        int draws = 200_000;
        int reach = 100;
        int[] seen = new int[2 * reach + 1];
        for (int i = 0; i < draws; i++) {
            seen[(int) Math.max(-reach, Math.min(reach, sampler.getAsLong())) + reach]++;
        }
        double norm = 0;
        for (int y = -400; y <= 400; y++) {
            norm += Math.exp(-y * y / (2 * sigma * sigma));
        }
        double chi = 0;
        int bins = 0;
        for (int y = 1 - reach; y < reach; y++) {
            double expected = draws * Math.exp(-y * y / (2 * sigma * sigma)) / norm;
            if (expected > 20) {
                chi += (seen[y + reach] - expected) * (seen[y + reach] - expected) / expected;
                bins++;
            }
        }
        assertThat(chi).isLessThan(bins + 4 * Math.sqrt(2.0 * bins));
    }

    @Test
    void gridNoiseHasItsStandardDeviationAndStaysOnTheGrid() {
        // Given
        SplittableRandom random = new SplittableRandom(7);
        GridNoise noise = GridNoise.withBits(2.5, random::nextLong);
        double[] sum = new double[20_000];

        // When
        noise.add(sum);

        // Then
        double squares = 0;
        double grid = 2.5 / (1 << 20);
        for (double value : sum) {
            squares += value * value;
            assertThat(Math.rint(value / grid) * grid).isEqualTo(value);
        }
        assertThat(Math.sqrt(squares / sum.length)).isCloseTo(2.5, within(0.06));
        assertThat(noise.inflatedSensitivity(1, 100)).isCloseTo(1 + 10 * grid, within(1e-15));
    }

    @Test
    void countNoiseOfFractionalSigmaHasItsStandardDeviation() {
        // Given
        SplittableRandom random = new SplittableRandom(9);
        long[] counts = new long[50_000];

        // When
        CountNoise.withBits(1.39, random::nextLong).add(counts);

        // Then
        double squares = 0;
        for (long count : counts) {
            squares += (double) count * count;
        }
        assertThat(Math.sqrt(squares / counts.length)).isCloseTo(1.39, within(0.03));
    }
}
