package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.registry.SiteLogs;
import org.osteon.protocol.document.Study;

/** What the sites' own logs say of a fact that the hub's log tells. */
final class Counterparts {
    private static final Set<EventType> DECIDED =
            Set.of(EventType.CAPSULE_ACCEPTED, EventType.REFUSAL, EventType.REVOCATION, EventType.DECISION_REFUSED);

    /** The document that the fact is about, and how a site logs the same. */
    private record Fact(String ref, Set<EventType> there) {}

    private static final Map<EventType, Fact> FACTS = Map.ofEntries(
            Map.entry(EventType.STUDY_PUBLISHED, new Fact("study", Set.of(EventType.STUDY_RECEIVED))),
            Map.entry(EventType.DRY_RUN_ANSWERED, new Fact("answer", Set.of(EventType.DRY_RUN_ANSWERED))),
            Map.entry(EventType.CAPSULE_ACCEPTED, new Fact("decision", DECIDED)),
            Map.entry(EventType.REFUSAL, new Fact("decision", DECIDED)),
            Map.entry(EventType.REVOCATION, new Fact("decision", DECIDED)),
            Map.entry(EventType.DECISION_REFUSED, new Fact("decision", DECIDED)),
            Map.entry(EventType.INSTRUCTION_SENT, new Fact("instruction", Set.of(EventType.INSTRUCTION_RECEIVED))),
            Map.entry(EventType.UPDATE_ACCEPTED, new Fact("reply", Set.of(EventType.UPDATE_SENT))),
            Map.entry(
                    EventType.UPDATE_REJECTED,
                    new Fact("reply", Set.of(EventType.UPDATE_SENT, EventType.INSTRUCTION_REFUSED))),
            Map.entry(EventType.RECEIPT_SENT, new Fact("receipt", Set.of(EventType.RECEIPT_RECEIVED))),
            Map.entry(EventType.QUESTION_ASKED, new Fact("question", Set.of(EventType.QUESTION_ASKED))),
            Map.entry(EventType.QUESTION_ANSWERED, new Fact("question-answer", Set.of(EventType.QUESTION_ANSWERED))),
            Map.entry(
                    EventType.WITHDRAWAL_NOTICED, new Fact("withdrawal-notice", Set.of(EventType.WITHDRAWAL_NOTICED))));

    private final SiteLogs logs;
    private final Sites sites;

    Counterparts(SiteLogs logs, Sites sites) {
        this.logs = logs;
        this.sites = sites;
    }

    /**
     * A site's side of a fact.
     *
     * @param site the site
     * @param event what its log says; nothing while the hub has not received it
     * @param text the entry's exact bytes, which are text
     * @param covered whether there is a proof
     */
    record Side(String site, Optional<Event> event, String text, boolean covered) {}

    /** Whether a fact has another side at all. */
    boolean expected(Event event) {
        return FACTS.containsKey(event.type());
    }

    /** The other sides of a fact, by site. */
    List<Side> of(Event event, Study study) {
        Fact fact = FACTS.get(event.type());
        if (fact == null) {
            return List.of();
        }
        List<Side> sides = new ArrayList<>();
        event.ref(fact.ref()).stream()
                .flatMap(document -> logs.naming(document).stream())
                .filter(entry -> fact.there().contains(entry.event().type()))
                .filter(entry -> entry.event().ref(fact.ref()).equals(event.ref(fact.ref())))
                .forEach(entry -> sides.add(new Side(
                        entry.site(),
                        Optional.of(entry.event()),
                        new String(entry.leaf(), StandardCharsets.UTF_8),
                        entry.covered())));
        Set<String> awaited = awaited(event, study);
        sides.forEach(side -> awaited.remove(side.site()));
        awaited.forEach(site -> sides.add(new Side(site, Optional.empty(), "", false)));
        return sides;
    }

    /** Sites that must have logged the same. */
    private Set<String> awaited(Event event, Study study) {
        Set<String> awaited = new TreeSet<>();
        if (event.type() == EventType.STUDY_PUBLISHED) {
            awaited.addAll(study.participation().sites());
        }
        for (SiteRecord site : sites.all()) {
            if (site.governed()
                    && (site.name().equals(event.values().get("site"))
                            || site.name().equals(event.actor())
                            || site.name().equals(event.subject()))) {
                awaited.add(site.name());
            }
        }
        return awaited;
    }
}
