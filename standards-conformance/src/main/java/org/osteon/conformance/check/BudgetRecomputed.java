package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;
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

    @Override
    public String id() {
        return "D-01";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked = Looked.at()
                .study(evidence)
                .capsules(evidence)
                .siteLogs(evidence)
                .items();
        if (limit.isEmpty()) {
            return Declared.missing(id(), looked);
        }
        double allowed = Math.min(limit.orElseThrow(), WIDEST);
        Phrase text = limit.orElseThrow() > allowed
                ? Phrase.of("LIMIT_DIFFERENCE_NARROWED", "limit", allowed, "declared", limit.orElseThrow())
                : Phrase.of("LIMIT_DIFFERENCE", "limit", allowed);
        if (!"dp".equals(evidence.study().privacy().guarantee())) {
            return Judgement.of(text, Fault.notApplicable("NO_DP_CLAIMED"), looked);
        }
        Map<String, List<ModelVersion.Input>> counted = evidence.counted();
        TreeSet<String> sites = new TreeSet<>(evidence.capsules().keySet());
        sites.addAll(counted.keySet());
        if (sites.isEmpty()) {
            return Judgement.of(text, Fault.inconclusive("NO_SITE"), looked);
        }
        QuadratureAccountant.Curves curves = new QuadratureAccountant.Curves();
        Map<String, SiteCharges> judged = new TreeMap<>();
        for (String site : sites) {
            Capsule capsule = evidence.capsules().get(site);
            List<Event> events = evidence.sites().getOrDefault(site, List.of());
            if (capsule == null || events.isEmpty()) {
                String missing = capsule == null ? "CAPSULE_MISSING" : "LOG_MISSING";
                return Judgement.of(text, Fault.inconclusive(missing, "site", site), looked);
            }
            SiteCharges charges = new SiteCharges(site, evidence.study(), capsule, allowed, curves);
            Optional<Fault> fault = charges.judge(events, counted.getOrDefault(site, List.of()));
            if (fault.isPresent()) {
                return Judgement.of(text, fault.orElseThrow(), looked);
            }
            judged.put(site, charges);
        }
        double worst =
                judged.values().stream().mapToDouble(SiteCharges::worst).max().orElseThrow();
        double most =
                judged.values().stream().mapToDouble(SiteCharges::epsilon).max().orElseThrow();
        int charges = judged.values().stream().mapToInt(SiteCharges::charges).sum();
        return Judgement.pass(
                text,
                Phrase.values(
                        "charges",
                        charges,
                        "sites",
                        judged.size(),
                        "relativeDifference",
                        worst,
                        "epsilon",
                        most,
                        "delta",
                        evidence.study().privacy().delta()),
                looked);
    }
}
