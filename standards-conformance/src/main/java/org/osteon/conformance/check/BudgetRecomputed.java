package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.ModelVersion;

/**
 * D-01: at every charge the ε that a site attests for the study is, within the limit, what an independently written
 * accountant computes from the charges in the site's log up to there; each charge is the one the study's constants
 * give, no update left without one, and nothing was charged beyond the approved ε.
 */
final class BudgetRecomputed implements Check {
    /** The limit is the declaration's, but never wider than this. */
    static final double WIDEST = 0.01;

    private static final String REQUIREMENT =
            "The privacy budget spent is what the log implies, and no more than was approved.";
    private static final String METHOD =
            "epsilon recomputed by a second RDP accountant at each charge in each site's log; each charge compared with the study's"
                    + " constants, each update sent with a charge";

    @Override
    public String id() {
        return "D-01";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        if (limit.isEmpty()) {
            return Fault.inconclusive("no limit is declared for D-01").of(id(), REQUIREMENT, METHOD, "");
        }
        double allowed = Math.min(limit.orElseThrow(), WIDEST);
        String text = "relative difference at most " + allowed
                + (limit.orElseThrow() > allowed ? ", declared was " + limit.orElseThrow() : "");
        if (!"dp".equals(evidence.study().privacy().guarantee())) {
            return new CheckResult(
                    id(),
                    REQUIREMENT,
                    METHOD,
                    text,
                    "",
                    Outcome.NOT_APPLICABLE,
                    "the study claims no differential privacy");
        }
        Map<String, List<ModelVersion.Input>> counted = evidence.counted();
        TreeSet<String> sites = new TreeSet<>(evidence.capsules().keySet());
        sites.addAll(counted.keySet());
        if (sites.isEmpty()) {
            return Fault.inconclusive("no site is in evidence").of(id(), REQUIREMENT, METHOD, text);
        }
        QuadratureAccountant.Curves curves = new QuadratureAccountant.Curves();
        Map<String, SiteCharges> judged = new TreeMap<>();
        for (String site : sites) {
            Capsule capsule = evidence.capsules().get(site);
            List<Event> events = evidence.sites().getOrDefault(site, List.of());
            if (capsule == null || events.isEmpty()) {
                String missing = capsule == null
                        ? "no capsule of site " + site + " is in evidence"
                        : "the log of site " + site + " is not in evidence";
                return Fault.inconclusive(missing).of(id(), REQUIREMENT, METHOD, text);
            }
            SiteCharges charges = new SiteCharges(site, evidence.study(), capsule, allowed, curves);
            Optional<Fault> fault = charges.judge(events, counted.getOrDefault(site, List.of()));
            if (fault.isPresent()) {
                return fault.orElseThrow().of(id(), REQUIREMENT, METHOD, text);
            }
            judged.put(site, charges);
        }
        double worst =
                judged.values().stream().mapToDouble(SiteCharges::worst).max().orElseThrow();
        double most =
                judged.values().stream().mapToDouble(SiteCharges::epsilon).max().orElseThrow();
        int charges = judged.values().stream().mapToInt(SiteCharges::charges).sum();
        String measured = charges + " charges of " + judged.size() + " sites, largest relative difference " + worst
                + ", largest epsilon " + most + " at delta "
                + evidence.study().privacy().delta();
        return new CheckResult(id(), REQUIREMENT, METHOD, text, measured, Outcome.PASS, "");
    }
}
