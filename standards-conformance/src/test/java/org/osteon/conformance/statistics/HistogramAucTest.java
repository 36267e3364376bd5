package org.osteon.conformance.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistogramAucTest {
    private static final int BINS = 40;
    private static final int SITES = 3;
    private static final int DRAWS = 2000;

    @Test
    void equalsMannWhitneyOnExactCounts() {
        // Given: positives .9 .8 .8 .6, negatives .7 .6 .2 in ten bins
        long[] negatives = {0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
        long[] positives = {0, 0, 0, 0, 0, 0, 1, 0, 2, 1};

        // When
        AucEstimate estimate = HistogramAuc.estimate(negatives, positives, 0, 1);

        // Then
        assertThat(estimate.auc()).isCloseTo((3 + 3 + 3 + 1.5) / 12, within(1e-12));
        assertThat(estimate.low()).isLessThan(estimate.auc());
    }

    @ParameterizedTest(name = "n={0} epsilon={1} sigma={2}")
    @CsvSource({
        "200, 0.5, 7.0", "200, 1, 3.73", "200, 3, 1.39",
        "600, 0.5, 7.0", "600, 1, 3.73", "600, 3, 1.39",
        "2000, 0.5, 7.0", "2000, 1, 3.73", "2000, 3, 1.39"
    })
    void theIntervalCoversTheTruthOrSaysItCannot(int patients, double epsilon, double sigma) {
        // Given: scores of both classes on a binormal model with AUC 0.775
        SplittableRandom random = new SplittableRandom(20261123L + patients * 31L + Math.round(epsilon * 10));
        double shift = 0.7554 * Math.sqrt(2);
        int covered = 0;
        int estimable = 0;
        double width = 0;

        // When
        for (int draw = 0; draw < DRAWS; draw++) {
            AucEstimate estimate = draw(random, patients, shift, sigma);
            if (estimate.estimable()) {
                estimable++;
                covered += estimate.low() <= 0.775 && 0.775 <= estimate.high() ? 1 : 0;
                width += estimate.high() - estimate.low();
            }
        }

        // Then
        System.out.printf(
                "AUC interval n=%d epsilon=%s sigma=%s: estimable %d of %d, coverage %.3f, mean width %.3f%n",
                patients,
                epsilon,
                sigma,
                estimable,
                DRAWS,
                estimable == 0 ? Double.NaN : (double) covered / estimable,
                estimable == 0 ? Double.NaN : width / estimable);
        boolean hopeless = patients == 200 && epsilon == 0.5;
        assertThat(estimable > 100)
                .as("only the smallest cohort under the largest noise is nearly never estimable, was %d", estimable)
                .isEqualTo(!hopeless);
        if (!hopeless) {
            assertThat((double) covered / estimable).isGreaterThanOrEqualTo(0.93);
        }
        // Whatever was said, it was right this often: an interval with the truth in it, or "not estimable".
        assertThat((double) (covered + DRAWS - estimable) / DRAWS).isGreaterThanOrEqualTo(0.93);
    }

    @Test
    void anIntervalThatForgetsTheNoiseWouldFailTheCoverageTest() {
        // Given
        SplittableRandom random = new SplittableRandom(7);
        int covered = 0;

        // When: the same noised histograms, judged as if they were exact
        for (int draw = 0; draw < 500; draw++) {
            long[][] histograms = histograms(random, 600, 0.7554 * Math.sqrt(2), 3.73);
            AucEstimate estimate = HistogramAuc.estimate(histograms[0], histograms[1], 0, 1);
            covered += estimate.low() <= 0.775 && 0.775 <= estimate.high() ? 1 : 0;
        }

        // Then
        assertThat(covered / 500.0).isLessThan(0.93);
    }

    @Test
    void saysNotEstimableWhereTheNoiseIsAsLargeAsTheClass() {
        // When
        AucEstimate estimate = HistogramAuc.estimate(new long[] {20, 10}, new long[] {5, 1}, 10, 3);

        // Then
        assertThat(estimate.estimable()).isFalse();
    }

    @Test
    void refusesHistogramsOfDifferentLength() {
        assertThatThrownBy(() -> HistogramAuc.estimate(new long[3], new long[4], 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 and 4");
    }

    private static AucEstimate draw(SplittableRandom random, int patients, double shift, double sigma) {
        long[][] histograms = histograms(random, patients, shift, sigma);
        return HistogramAuc.estimate(histograms[0], histograms[1], sigma, SITES);
    }

    private static long[][] histograms(SplittableRandom random, int patients, double shift, double sigma) {
        long[] negatives = new long[BINS];
        long[] positives = new long[BINS];
        for (int i = 0; i < patients; i++) {
            boolean outcome = random.nextDouble() < 0.4;
            double logit = random.nextGaussian() + (outcome ? shift : 0) - shift / 2;
            int bin = Math.min(BINS - 1, (int) (BINS / (1 + Math.exp(-1.2 * logit))));
            (outcome ? positives : negatives)[bin]++;
        }
        for (int b = 0; b < BINS; b++) {
            for (int site = 0; site < SITES; site++) {
                negatives[b] += Math.round(random.nextGaussian() * sigma);
                positives[b] += Math.round(random.nextGaussian() * sigma);
            }
        }
        return new long[][] {negatives, positives};
    }
}
