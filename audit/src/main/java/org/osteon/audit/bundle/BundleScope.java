package org.osteon.audit.bundle;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;

/**
 * Which documents a bundle owes: those that events of a log name, unless the event is about another study. An event is
 * about the study it references; without such a reference about the study of the run that its subject begins with; with
 * neither it is in scope.
 */
public final class BundleScope {
    /** Events about something turned away, which nobody need have kept. */
    private static final Set<EventType> TURNED_AWAY = Set.of(EventType.DECISION_REFUSED, EventType.INSTRUCTION_REFUSED);

    /** What a site may have logged and the hub never received. */
    private static final Set<String> OWN_TO_SITES = Set.of("answer", "dry-run-answer");

    private final Set<Digest> studies;
    private final Map<String, Digest> runs = new HashMap<>();

    private BundleScope(Set<Digest> studies) {
        this.studies = Set.copyOf(studies);
    }

    /**
     * The scope of a release.
     *
     * @param hub the hub's events, which say which study each run belongs to
     * @param studies the released study version and its predecessors
     */
    public static BundleScope of(List<Event> hub, Set<Digest> studies) {
        BundleScope scope = new BundleScope(studies);
        for (Event event : hub) {
            if (event.type() == EventType.RUN_STARTED) {
                event.ref("study").ifPresent(study -> scope.runs.put(event.subject(), study));
            } else if (event.type() == EventType.UNGOVERNED_RUN_STARTED) {
                scope.runs.put(event.subject(), Reply.NOTHING);
            }
        }
        return scope;
    }

    /**
     * The documents owed, each with the role it is first named under.
     *
     * @param holder whose log the events are from, {@code hub} or a site
     * @param events the log's events
     */
    public Map<Digest, String> documents(String holder, List<Event> events) {
        Map<Digest, String> owed = new LinkedHashMap<>();
        for (Event event : events) {
            if (TURNED_AWAY.contains(event.type()) || !covers(event)) {
                continue;
            }
            for (Event.Ref ref : event.refs()) {
                if (owed(holder, event, ref)) {
                    owed.putIfAbsent(ref.sha256(), ref.role());
                }
            }
        }
        return owed;
    }

    /** Whether an event is about the released study, or about no study. */
    public boolean covers(Event event) {
        Digest run = runs.get(event.subject().split("/", 2)[0]);
        return event.ref("study").map(studies::contains).orElse(run == null || studies.contains(run));
    }

    /** A reply is owed once it was accepted; of one that was rejected the event with its reason is what stays. */
    private static boolean owed(String holder, Event event, Event.Ref ref) {
        if (ref.role().equals("reply")) {
            return event.type() == EventType.UPDATE_ACCEPTED;
        }
        return DocumentKind.ROLES.contains(ref.role())
                && !ref.sha256().equals(Reply.NOTHING)
                && (holder.equals("hub") || !OWN_TO_SITES.contains(ref.role()));
    }
}
