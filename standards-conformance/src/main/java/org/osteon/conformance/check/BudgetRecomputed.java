package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.protocol.document.Capsule;

/**
 * D-01: the ε each site attests for the study equals, within the declared relative limit, what an independently written
 * accountant computes from the mechanisms in its log, and does not exceed the approved ε.
 */
final class BudgetRecomputed implements Check {
    private static final String REQUIREMENT =
            "The privacy budget spent is what the log implies, and no more than was approved.";
    private static final String METHOD =
            "epsilon recomputed by a second RDP accountant from each site's logged mechanisms";

    @Override
    public String id() {
        return "D-01";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        if (limit.isEmpty()) {
            return result("", "", Outcome.INCONCLUSIVE, "no limit is declared for D-01");
        }
        if (!"dp".equals(evidence.study().privacy().guarantee())) {
            return result("", "", Outcome.NOT_APPLICABLE, "the study claims no differential privacy");
        }
        double worst = 0;
        String study = evidence.study().digest().hex();
        for (Map.Entry<String, Capsule> approved : evidence.capsules().entrySet()) {
            String site = approved.getKey();
            List<Event> spends = evidence.sites().getOrDefault(site, List.of()).stream()
                    .filter(event -> event.type() == EventType.BUDGET_COMMITTED)
                    .filter(event -> event.ref("study")
                            .map(digest -> digest.hex().equals(study))
                            .orElse(false))
                    .toList();
            if (spends.isEmpty()) {
                return result(
                        text(limit), "", Outcome.INCONCLUSIVE, "site " + site + " has logged no spend for this study");
            }
            QuadratureAccountant accountant = new QuadratureAccountant(new QuadratureAccountant.Curves());
            double attested = 0;
            for (Event spend : spends) {
                accountant.add(number(spend, "samplingRate"), number(spend, "sigma"), (long) number(spend, "steps"));
                attested = Math.max(attested, number(spend, "epsilonStudy"));
            }
            double recomputed = accountant.epsilon(approved.getValue().delta());
            double difference = Math.abs(recomputed - attested) / Math.max(recomputed, 1e-12);
            if (difference > limit.orElseThrow()) {
                return result(
                        text(limit),
                        "relative difference " + difference,
                        Outcome.FAIL,
                        "site " + site + " attests epsilon " + attested + ", recomputed " + recomputed);
            }
            if (attested > approved.getValue().epsilon() * (1 + limit.orElseThrow())) {
                return result(
                        text(limit),
                        "epsilon " + attested,
                        Outcome.FAIL,
                        "site " + site + " spent epsilon " + attested + ", approved were "
                                + approved.getValue().epsilon());
            }
            worst = Math.max(worst, difference);
        }
        return evidence.capsules().isEmpty()
                ? result(text(limit), "", Outcome.INCONCLUSIVE, "no capsule is in evidence")
                : result(text(limit), "largest relative difference " + worst, Outcome.PASS, "");
    }

    private static double number(Event event, String name) {
        String value = event.values().get(name);
        return value == null ? Double.NaN : Double.parseDouble(value);
    }

    private static String text(Optional<Double> limit) {
        return "relative difference at most " + limit.orElseThrow();
    }

    private CheckResult result(String limit, String measured, Outcome outcome, String fact) {
        return new CheckResult(id(), REQUIREMENT, METHOD, limit, measured, outcome, fact);
    }
}
