package org.osteon.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.accounting.SubsampledGaussian;

/**
 * The second accountant against exact figures, against other libraries, and against the accountant that admits
 * spending.
 */
class QuadratureAccountantTest {
    private final QuadratureAccountant.Curves curves = new QuadratureAccountant.Curves();

    @Test
    void divergenceIsThatOfFiftyDigitArithmetic() throws Exception {
        // Given
        JsonNode cases = vectors().path("rdp");
        List<String> faults = new ArrayList<>();
        int points = 0;

        // When
        for (JsonNode one : cases) {
            double q = one.path("sampling_rate").asDouble();
            double sigma = one.path("noise_multiplier").asDouble();
            for (int i = 0; i < one.path("orders").size(); i++) {
                double order = one.path("orders").get(i).asDouble();
                double exact = Double.parseDouble(one.path("exact").get(i).asText());
                double ours = QuadratureAccountant.divergence(q, sigma, order);
                points++;
                boolean hopeless = Double.isInfinite(ours) && exact > 1000 * (1 - 1e-9);
                if (!hopeless && !(Math.abs(ours - exact) <= 1e-9 * exact)) {
                    faults.add("q=" + q + " sigma=" + sigma + " order=" + order + " ours=" + ours + " exact=" + exact);
                }
            }
        }

        // Then
        assertThat(points).isGreaterThan(400);
        assertThat(faults).isEmpty();
    }

    @Test
    void epsilonIsThatOfOpacus() throws Exception {
        // Given
        List<String> faults = new ArrayList<>();
        int compared = 0;

        // When
        for (JsonNode one : vectors().path("epsilon")) {
            JsonNode opacus = one.path("results").path("opacus_rdp");
            double theirs = opacus.path("epsilon").asDouble();
            double order = opacus.path("optimal_order").asDouble();
            boolean ofThisKind =
                    "add_or_remove_one".equals(one.path("neighbouring").asText())
                            && opacus.path("epsilon").isNumber()
                            && theirs > 0.05
                            && theirs < 10;
            // Opacus tries tenths of orders, but nothing above 63; ours are quarters.
            if (!ofThisKind || order >= 63) {
                continue;
            }
            QuadratureAccountant accountant = new QuadratureAccountant(curves);
            one.path("events")
                    .forEach(event -> accountant.add(
                            event.path("sampling_rate").asDouble(),
                            event.path("noise_multiplier").asDouble(),
                            event.path("steps").asLong()));
            double ours = accountant.epsilon(one.path("delta").asDouble());
            compared++;
            if (!(ours <= theirs * 1.03 && ours >= theirs * 0.98)) {
                faults.add(one.path("id").asText() + " ours=" + ours + " opacus=" + theirs + " at order " + order);
            }
        }

        // Then
        assertThat(compared).isGreaterThan(40);
        assertThat(faults).isEmpty();
    }

    @Test
    void ordersAreThoseTheStudysAccountantIsStatedOn() {
        assertThat(QuadratureAccountant.orders()).containsExactly(RdpCurve.orders());
    }

    @Test
    void agreesWithTheAccountantThatAdmitsSpending() {
        // Given
        double worst = 0;
        double lowest = 0;
        String where = "";
        int plans = 0;

        // When
        for (double q : new double[] {0.001, 0.01, 0.1, 0.3, 1}) {
            for (double sigma : new double[] {0.5, 0.7, 1, 1.5, 4, 16}) {
                RdpCurve step = SubsampledGaussian.step(q, sigma);
                for (long steps : new long[] {1, 10, 60, 400, 3000, 30000}) {
                    for (double delta : new double[] {1e-4, 1e-5, 1e-7}) {
                        double first = step.times(steps).epsilon(delta);
                        if (first < 0.05 || first > 8) {
                            continue;
                        }
                        QuadratureAccountant second = new QuadratureAccountant(curves);
                        second.add(q, sigma, steps);
                        double difference = first / second.epsilon(delta) - 1;
                        plans++;
                        lowest = Math.min(lowest, difference);
                        if (difference > worst) {
                            worst = difference;
                            where = "q=" + q + " sigma=" + sigma + " steps=" + steps + " delta=" + delta + " epsilon="
                                    + first;
                        }
                    }
                }
            }
        }

        // Then
        System.out.println(plans + " plans: the first accountant lies " + lowest + " to " + worst
                + " above the second; most at " + where);
        assertThat(plans).isGreaterThan(150);
        assertThat(worst).as(where).isLessThan(1e-4);
        assertThat(lowest).isGreaterThan(-1e-4);
    }

    @Test
    void nothingCostsNothingAndConstantsOutOfRangeAreRefused() {
        assertThat(new QuadratureAccountant(curves).epsilon(1e-5)).isZero();
        assertThatThrownBy(() -> new QuadratureAccountant(curves).add(0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new QuadratureAccountant(curves).add(0.1, Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class);
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
