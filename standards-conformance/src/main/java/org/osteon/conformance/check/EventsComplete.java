package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;

/**
 * E-03: in every closed exchange of the run, what one side logged as sent the other logged as received, by digest and
 * in both directions; what was accepted was counted, and nothing else was; and no log has a gap.
 *
 * <p>A copy of a site's log may end before the site's last events. What can be missing for that reason alone is
 * INCONCLUSIVE and passes once the site has handed in its log; what is missing although the copy holds later events is
 * FAIL.
 */
final class EventsComplete implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_NO_UNMATCHED");

    @Override
    public String id() {
        return "E-03";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        Map<String, String> measured = new TreeMap<>();
        Optional<Fault> fault = fault(evidence, measured);
        List<EvidenceItem> looked = Looked.at()
                .versions(evidence)
                .hubLog(evidence)
                .siteLogs(evidence)
                .items();
        return fault.map(found -> Judgement.of(RULE, found, looked))
                .orElseGet(() -> Judgement.pass(RULE, measured, looked));
    }

    private static Optional<Fault> fault(RunEvidence evidence, Map<String, String> measured) {
        Optional<Fault> gap = gap("HUB_LOG_GAP", "hub", evidence.hub());
        if (gap.isPresent()) {
            return gap;
        }
        HubStory hub = HubStory.of(evidence.model().run(), evidence.hub());
        Optional<Fault> fault = hub.contradiction().or(() -> hub.countedOtherwise(evidence.versions()));
        if (fault.isPresent()) {
            return fault;
        }
        TreeSet<String> counted = new TreeSet<>(evidence.counted().keySet());
        if (counted.isEmpty()) {
            return Optional.of(Fault.inconclusive("NO_SITE_COUNTED"));
        }
        TreeSet<String> sites = new TreeSet<>(counted);
        evidence.sites().forEach((site, events) -> {
            if (!events.isEmpty()) {
                sites.add(site);
            }
        });
        int matched = 0;
        int late = 0;
        Optional<Fault> open = Optional.empty();
        for (String site : sites) {
            List<Event> log = evidence.sites().getOrDefault(site, List.of());
            if (log.isEmpty()) {
                return Optional.of(Fault.inconclusive("LOG_MISSING", "site", site));
            }
            SiteStory story = new SiteStory(site, log, hub);
            fault = gap("SITE_LOG_GAP", site, log).or(story::contradiction);
            if (fault.isPresent()) {
                return fault;
            }
            open = open.or(story::notYet);
            matched += story.matched();
            late += story.late();
        }
        measured.putAll(Phrase.values(
                "matched", matched, "sites", sites.size(), "exchanges", hub.closed(), "lateReplies", late));
        List<String> silent =
                hub.sites().stream().filter(site -> !sites.contains(site)).toList();
        if (!silent.isEmpty()) {
            measured.put("uncountedWithoutLog", String.join(", ", silent));
        }
        return open;
    }

    private static Optional<Fault> gap(String code, String holder, List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).seq() != i) {
                return Optional.of(Fault.fail(code, "site", holder, "entry", i));
            }
        }
        return Optional.empty();
    }
}
