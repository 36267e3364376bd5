package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.protocol.document.Digest;

/** E-03: every send has its receive in the counter-party's log, in both directions, and no log has a gap. */
final class EventsComplete implements Check {
    private static final String REQUIREMENT = "Nothing was sent that was not received and logged on the other side.";
    private static final String METHOD =
            "instructions, updates and receipts of the run matched across the hub's and the sites' logs by digest";

    @Override
    public String id() {
        return "E-03";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        String run = evidence.model().run() + "/";
        Optional<String> gap = gap("hub", evidence.hub());
        if (gap.isPresent()) {
            return result("", Outcome.FAIL, gap.orElseThrow());
        }
        List<Event> ours = evidence.hub().stream()
                .filter(event -> event.subject().startsWith(run))
                .toList();
        Set<String> counted = evidence.versions().stream()
                .flatMap(version -> version.inputs().stream())
                .map(input -> input.site())
                .collect(Collectors.toSet());
        int matched = 0;
        for (String site : counted.stream().sorted().toList()) {
            List<Event> theirs = evidence.sites().get(site);
            if (theirs == null || theirs.isEmpty()) {
                return result("", Outcome.INCONCLUSIVE, "the log of site " + site + " is not in evidence");
            }
            Optional<String> siteGap = gap(site, theirs);
            if (siteGap.isPresent()) {
                return result("", Outcome.FAIL, siteGap.orElseThrow());
            }
            List<Event> toSite = ours.stream()
                    .filter(event -> site.equals(event.values().get("site")))
                    .toList();
            Optional<String> missing = unmatched(
                            toSite, EventType.UPDATE_ACCEPTED, theirs, EventType.UPDATE_SENT, "reply", site)
                    .or(() -> unmatched(
                            instructionsAnswered(ours, toSite, site),
                            EventType.INSTRUCTION_SENT,
                            theirs,
                            EventType.INSTRUCTION_RECEIVED,
                            "instruction",
                            site))
                    .or(() -> unmatched(
                            theirs.stream()
                                    .filter(event -> event.subject().startsWith(run))
                                    .toList(),
                            EventType.UPDATE_SENT,
                            ours,
                            EventType.UPDATE_RECEIVED,
                            "reply",
                            site));
            if (missing.isPresent()) {
                return result("", Outcome.FAIL, missing.orElseThrow());
            }
            matched += toSite.size();
        }
        return counted.isEmpty()
                ? result("", Outcome.INCONCLUSIVE, "no site was counted")
                : result(matched + " events matched over " + counted.size() + " sites", Outcome.PASS, "");
    }

    /** Instructions that were answered; one that a site never fetched has no receive and owes none. */
    private static List<Event> instructionsAnswered(List<Event> ours, List<Event> toSite, String site) {
        Set<Digest> answered = ours.stream()
                .filter(event -> event.type() == EventType.UPDATE_RECEIVED
                        && event.actor().equals(site))
                .flatMap(event -> event.ref("instruction").stream())
                .collect(Collectors.toSet());
        return toSite.stream()
                .filter(event ->
                        event.ref("instruction").map(answered::contains).orElse(false))
                .toList();
    }

    private static Optional<String> unmatched(
            List<Event> senders, EventType sent, List<Event> receivers, EventType received, String role, String site) {
        Map<Digest, Long> seen = receivers.stream()
                .filter(event -> event.type() == received)
                .flatMap(event -> event.ref(role).stream())
                .collect(Collectors.groupingBy(digest -> digest, Collectors.counting()));
        for (Event event : senders) {
            if (event.type() == sent) {
                Optional<Digest> digest = event.ref(role);
                if (digest.isEmpty() || seen.getOrDefault(digest.orElseThrow(), 0L) == 0) {
                    return Optional.of(
                            sent.label() + " " + digest.map(Digest::brief).orElse("?") + "… in " + event.subject()
                                    + " has no " + received.label() + " (site " + site + ")");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> gap(String log, List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).seq() != i) {
                return Optional.of("the log of " + log + " has no event " + i);
            }
        }
        return Optional.empty();
    }

    private CheckResult result(String measured, Outcome outcome, String fact) {
        return new CheckResult(id(), REQUIREMENT, METHOD, "no unmatched event", measured, outcome, fact);
    }
}
