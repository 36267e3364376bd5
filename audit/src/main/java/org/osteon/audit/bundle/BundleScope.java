package org.osteon.audit.bundle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Digest;

/**
 * Which documents a bundle owes: those that events of a log name, unless the event names another study. An event
 * without a reference to a study is in scope.
 */
public final class BundleScope {
    /** Events about something turned away, which nobody need have kept. */
    private static final Set<EventType> TURNED_AWAY = Set.of(EventType.DECISION_REFUSED, EventType.INSTRUCTION_REFUSED);

    /** What a site may have logged and the hub never received. */
    private static final Set<String> OWN_TO_SITES = Set.of("reply", "dry-run-answer");

    private BundleScope() {}

    /**
     * The documents owed, each with the role it is first named under.
     *
     * @param holder whose log the events are from, {@code hub} or a site
     * @param events the log's events
     * @param studies the released study version and its predecessors
     */
    public static Map<Digest, String> documents(String holder, List<Event> events, Set<Digest> studies) {
        Map<Digest, String> owed = new LinkedHashMap<>();
        for (Event event : events) {
            boolean other = event.refs().stream()
                    .anyMatch(ref -> ref.role().equals("study") && !studies.contains(ref.sha256()));
            if (other || TURNED_AWAY.contains(event.type())) {
                continue;
            }
            for (Event.Ref ref : event.refs()) {
                boolean document = DocumentKind.ROLES.contains(ref.role())
                        && (holder.equals("hub") || !OWN_TO_SITES.contains(ref.role()));
                if (document) {
                    owed.putIfAbsent(ref.sha256(), ref.role());
                }
            }
        }
        return owed;
    }
}
