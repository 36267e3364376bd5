package org.osteon.privacy.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NoiseTest {
    @Test
    void smallSigmaHasTheDiscreteGaussiansProbabilities() {
        // Given: a seeded source, so that the test is the same every time
        SplittableRandom random = new SplittableRandom(5);
        DiscreteGaussian gaussian = new DiscreteGaussian(3000, 1000, random::nextLong);
        int draws = 200_000;
        int[] seen = new int[41];

        // When
        for (int i = 0; i < draws; i++) {
            seen[(int) Math.max(-20, Math.min(20, gaussian.sample())) + 20]++;
        }

        // Then: chi-square over the bins that expect more than 20 draws
        double norm = 0;
        for (int y = -200; y <= 200; y++) {
            norm += Math.exp(-y * y / 18.0);
        }
        double chi = 0;
        int bins = 0;
        for (int y = -19; y <= 19; y++) {
            double expected = draws * Math.exp(-y * y / 18.0) / norm;
            if (expected > 20) {
                chi += (seen[y + 20] - expected) * (seen[y + 20] - expected) / expected;
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
