package org.osteon.coordinator.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.words.Vocabulary;

/** What happened to a run, from the hub's log, in lines of English: the {@code flwr} command says no language. */
final class RunStory {
    private static final int MOST = 5000;
    private static final Vocabulary WORDS = Vocabulary.of(Locale.ENGLISH);
    private static final JsonNode NOTHING = CanonicalJson.tree(Map.of());
    private static final Set<EventType> TOLD = Set.of(
            EventType.RUN_STARTED,
            EventType.UNGOVERNED_RUN_STARTED,
            EventType.ROUND_OPENED,
            EventType.INSTRUCTION_SENT,
            EventType.UPDATE_ACCEPTED,
            EventType.UPDATE_REJECTED,
            EventType.ROUND_CLOSED,
            EventType.RUN_STALLED,
            EventType.RUN_PAUSED,
            EventType.RUN_RESUMED,
            EventType.RUN_STOPPED,
            EventType.RUN_COMPLETED);
    private static final Set<EventType> ENDS = Set.of(EventType.RUN_STOPPED, EventType.RUN_COMPLETED);
    private static final Set<EventType> BEGINNINGS = Set.of(EventType.RUN_STARTED, EventType.UNGOVERNED_RUN_STARTED);

    private final HubStore store;

    RunStory(HubStore store) {
        this.store = store;
    }

    /** The newest events of a run that are told, after a place in the log, oldest first. */
    List<Event> after(String run, long seq) {
        return read(run, seq, TOLD);
    }

    /** The events that begin and end a run. */
    List<Event> frame(String run) {
        Set<EventType> both = new java.util.HashSet<>(BEGINNINGS);
        both.addAll(ENDS);
        return read(run, -1, both);
    }

    /** The beginning among these. */
    static Optional<Event> beginning(List<Event> events) {
        return events.stream()
                .filter(event -> BEGINNINGS.contains(event.type()))
                .findFirst();
    }

    /** The last end among these. */
    static Optional<Event> end(List<Event> events) {
        return events.stream().filter(event -> ENDS.contains(event.type())).reduce((one, later) -> later);
    }

    private List<Event> read(String run, long seq, Set<EventType> types) {
        List<String> labels = types.stream().map(EventType::label).toList();
        List<String> leaves = new ArrayList<>(store.read(sql -> sql.sql(
                        "SELECT leaf FROM event WHERE seq IN (SELECT seq FROM event_mark WHERE mark = :run AND seq > :seq)"
                                + " AND type IN (:types) ORDER BY seq DESC LIMIT " + MOST)
                .param("run", run)
                .param("seq", seq)
                .param("types", labels)
                .query(String.class)
                .list()));
        Collections.reverse(leaves);
        return leaves.stream()
                .map(leaf -> Event.read(leaf.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /** An event as a line. */
    static String line(Event event) {
        return stamp(event.time()) + text(event);
    }

    /** An awaited site as a line. */
    static String waiting(Instant now, Map<String, Object> awaited) {
        Instant last = Instant.parse(String.valueOf(awaited.get("since")));
        return stamp(now) + "waiting for " + awaited.get("site") + ": "
                + meaning(String.valueOf(awaited.get("why")))
                + (last.toEpochMilli() == 0 ? ", never heard of yet" : ", last heard of at " + seconds(last));
    }

    private static String text(Event event) {
        return switch (event.type()) {
            case RUN_STARTED -> "run started by " + event.actor();
            case UNGOVERNED_RUN_STARTED -> "ungoverned run started by " + event.actor();
            case ROUND_OPENED -> round(event) + "opened, " + value(event, "sites") + " asked";
            case INSTRUCTION_SENT -> round(event) + value(event, "site") + " was sent its instruction";
            case UPDATE_ACCEPTED -> round(event) + value(event, "site") + " answered and counts";
            case UPDATE_REJECTED -> round(event) + value(event, "site") + " does not count: " + meaning(event.reason());
            case ROUND_CLOSED -> round(event) + "closed, " + value(event, "counted") + " counted";
            case RUN_STALLED ->
                round(event) + "stalled with " + value(event, "accepted") + " of " + value(event, "quorum")
                        + " answers: " + meaning(event.reason())
                        + "; an engineer resumes it (osteon run resume) or stops it (flwr stop)";
            case RUN_PAUSED -> "paused by " + event.actor() + "; an engineer resumes it (osteon run resume)";
            case RUN_RESUMED -> "resumed by " + event.actor();
            case RUN_STOPPED -> "stopped by " + event.actor();
            case RUN_COMPLETED -> "completed";
            default -> event.type().label();
        };
    }

    private static String round(Event event) {
        String[] parts = event.subject().split("/", -1);
        return parts.length < 3 || "0".equals(parts[1])
                ? ""
                : ("evaluate".equals(parts[2]) ? "evaluation: " : "round " + parts[1] + ": ");
    }

    private static String value(Event event, String name) {
        return event.values().getOrDefault(name, "");
    }

    /** What a code means, with the code. */
    static String meaning(String code) {
        return WORDS.sentence(code)
                .map(sentence -> WORDS.meaning(code, NOTHING) + " (" + code + ")")
                .orElse(code);
    }

    private static String stamp(Instant at) {
        return seconds(at) + "  ";
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
