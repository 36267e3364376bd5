package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The bound agrees with its closed form and with tables. */
class FailureRateTest {
    @Test
    void withoutFailureItIsTheRootOfFivePercent() {
        assertThat(FailureRate.upper95(0, 20)).isCloseTo(1 - Math.pow(0.05, 1.0 / 20), within(1e-12));
        assertThat(FailureRate.upper95(0, 300)).isCloseTo(0.0099, within(5e-5));
    }

    @Test
    void withFailuresItIsTheBinomialQuantile() {
        assertThat(FailureRate.upper95(1, 10)).isCloseTo(0.3942, within(5e-5));
        assertThat(FailureRate.upper95(2, 20)).isCloseTo(0.2826, within(5e-5));
        assertThat(FailureRate.upper95(5, 5)).isEqualTo(1);
    }
}
