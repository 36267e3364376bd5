package org.osteon.privacy.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Against figures of Opacus, dp-accounting and exact formulas. */
class AccountantVectorsTest {
    @Test
    void equalsTheExactRdpOfTheSubsampledGaussian() throws Exception {
        // Given
        JsonNode cases = vectors().path("rdp");
        List<String> faults = new ArrayList<>();
        int points = 0;
        int unsettled = 0;

        // When
        for (JsonNode one : cases) {
            double q = first(one, "sampling_rate");
            double sigma = first(one, "noise_multiplier");
            JsonNode orders = one.path("orders");
            JsonNode exact = one.path("exact");
            for (int i = 0; i < orders.size(); i++) {
                double truth = exact.get(i).isNumber()
                        ? exact.get(i).asDouble()
                        : Double.parseDouble(exact.get(i).asText());
                double ours = SubsampledGaussian.rdp(q, sigma, orders.get(i).asDouble());
                points++;
                if (Double.isInfinite(ours) && orders.get(i).asDouble() < 3) {
                    // the series does not settle there; a curve then takes the next order's value, which is an upper
                    // bound
                    unsettled++;
                    continue;
                }
                if (!(Math.abs(ours - truth) <= Math.max(1e-9 * truth, 1e-15))) {
                    faults.add("q=" + q + " sigma=" + sigma + " order=" + orders.get(i) + " ours=" + ours + " exact="
                            + truth);
                }
            }
        }

        // Then
        System.out.println("rdp vectors: " + points + " points, " + faults.size()
                + " outside 1e-9 relative or 1e-15 absolute, " + unsettled + " bounded by the next order");
        faults.stream().limit(40).forEach(System.out::println);
        assertThat(points).isGreaterThan(400);
        assertThat(faults).isEmpty();
        assertThat(unsettled).isLessThan(25);
    }

    @Test
    void givesOpacusEpsilonsOnTheWellKnownPlans() {
        double[][] plans = {
            {1.1, 256.0 / 60000, 14063, 1e-5, 2.59665553},
            {1.0, 0.01, 1000, 1e-5, 2.10136527},
            {1.5, 0.04, 2250, 1e-5, 7.32911117},
            {4.0, 0.1, 2000, 1e-6, 6.10069371},
            {3.0, 0.25, 200, 1e-5, 6.09540706},
            {5.0, 1, 100, 1e-5, 10.72550970}
        };
        for (double[] plan : plans) {
            double epsilon = SubsampledGaussian.step(plan[1], plan[0])
                    .times((long) plan[2])
                    .epsilon(plan[3]);

            // our orders are quarters where Opacus has tenths: a little above or below, never by more than 0.2 %
            assertThat(epsilon).isBetween(plan[4] * 0.998, plan[4] * 1.002);
        }
    }

    @Test
    void calibrationReachesWhatItWasAskedFor() {
        double sigma = Calibration.noiseMultiplier(2, 1e-5, 0.1, 100, RdpCurve.none());

        assertThat(SubsampledGaussian.step(0.1, sigma).times(100).epsilon(1e-5))
                .isCloseTo(2, within(1e-3))
                .isLessThanOrEqualTo(2);
    }

    @Test
    void nothingCostsNothing() {
        assertThat(RdpCurve.none().epsilon(1e-5)).isZero();
        assertThat(RdpCurve.none().within(0, 1e-5)).isTrue();
    }

    private static double first(JsonNode node, String... names) {
        for (String name : names) {
            if (node.has(name)) {
                return node.path(name).asDouble();
            }
        }
        return fail("none of " + List.of(names) + " in " + node.fieldNames());
    }

    private static JsonNode vectors() throws Exception {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared/data/privacy/accountant-vectors.json");
            if (Files.exists(candidate)) {
                return new ObjectMapper().readTree(candidate.toFile());
            }
        }
        if (List.of(System.getProperty("osteon.require", "").split(",")).contains("shared")) {
            return fail("required test data is absent: accountant vectors");
        }
        Assumptions.abort("test data is absent: accountant vectors");
        throw new IllegalStateException();
    }
}
