package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;

/**
 * E-03: in every closed exchange of the run, what one side logged as sent the other logged as received, by digest and
 * in both directions; what was accepted was counted, and nothing else was; and no log has a gap.
 *
 * <p>A copy of a site's log may end before the site's last events. What can be missing for that reason alone is
 * INCONCLUSIVE and passes once the site has handed in its log; what is missing although the copy holds later events is
 * FAIL.
 */
final class EventsComplete implements Check {
    private static final String REQUIREMENT = "Nothing was sent that was not received and logged on the other side.";
    private static final String METHOD =
            "instructions, replies and receipts of the run's closed exchanges matched across the hub's and the sites' logs by digest;"
                    + " accepted replies compared with the counted ones";

    @Override
    public String id() {
        return "E-03";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        List<String> measured = new ArrayList<>();
        Optional<Fault> fault = fault(evidence, measured);
        return fault.map(found -> found.of(id(), REQUIREMENT, METHOD, "no unmatched event"))
                .orElseGet(() -> new CheckResult(
                        id(),
                        REQUIREMENT,
                        METHOD,
                        "no unmatched event",
                        String.join(", ", measured),
                        Outcome.PASS,
                        ""));
    }

    private static Optional<Fault> fault(RunEvidence evidence, List<String> measured) {
        Optional<Fault> gap = gap("hub", evidence.hub());
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
            return Optional.of(Fault.inconclusive("no site was counted"));
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
                return Optional.of(Fault.inconclusive("the log of site " + site + " is not in evidence"));
            }
            SiteStory story = new SiteStory(site, log, hub);
            fault = gap("site " + site, log).or(story::contradiction);
            if (fault.isPresent()) {
                return fault;
            }
            open = open.or(story::notYet);
            matched += story.matched();
            late += story.late();
        }
        measured.add(matched + " sends matched over " + sites.size() + " sites and " + hub.closed() + " exchanges");
        if (late > 0) {
            measured.add(late + " replies sent after their exchange was closed without them");
        }
        List<String> silent =
                hub.sites().stream().filter(site -> !sites.contains(site)).toList();
        if (!silent.isEmpty()) {
            measured.add("no log of " + String.join(", ", silent) + ", of whom nothing was counted");
        }
        return open;
    }

    private static Optional<Fault> gap(String log, List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).seq() != i) {
                return Optional.of(Fault.fail("the log of " + log + " has no event " + i));
            }
        }
        return Optional.empty();
    }
}
