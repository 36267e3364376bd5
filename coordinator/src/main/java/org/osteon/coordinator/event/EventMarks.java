package org.osteon.coordinator.event;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.osteon.audit.event.Event;
import org.osteon.coordinator.store.HubStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * By which studies, runs and models an event is found again: kept in a table beside the events, so that nobody reads
 * them all. Documents of one exchange, of which there are as many as answers, mark nothing.
 */
public final class EventMarks {
    private static final String DONE = "events.marked";
    private static final int BATCH = 500;
    private static final Pattern RUN = Pattern.compile("[ru]-[0-9a-f]{8}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> OF_ONE_EXCHANGE = Set.of("instruction", "reply", "update", "receipt", "arrays");

    private EventMarks() {}

    /** What an event is found by. */
    public static Set<String> of(Event event) {
        Set<String> marks = new TreeSet<>();
        for (String part : event.subject().split("/")) {
            add(marks, part);
        }
        event.values().values().forEach(value -> add(marks, value));
        event.refs().stream()
                .filter(ref -> !OF_ONE_EXCHANGE.contains(ref.role()))
                .forEach(ref -> marks.add(ref.sha256().hex()));
        return marks;
    }

    private static void add(Set<String> marks, String text) {
        if (RUN.matcher(text).matches() || DIGEST.matcher(text).matches()) {
            marks.add(text);
        }
    }

    /** Marks an event in the transaction that adds it. */
    static void write(JdbcClient sql, Event event) {
        for (String mark : of(event)) {
            sql.sql("INSERT INTO event_mark(mark, seq) VALUES (?, ?) ON CONFLICT (mark, seq) DO NOTHING")
                    .params(mark, event.seq())
                    .update();
        }
    }

    /** Marks what was written before there were marks; once. */
    static void catchUp(HubStore store) {
        if (store.state(DONE).isPresent()) {
            return;
        }
        long[] from = {0};
        while (from[0] >= 0) {
            store.writeNow(sql -> {
                var leaves = sql.sql("SELECT leaf FROM event WHERE seq >= ? ORDER BY seq LIMIT " + BATCH)
                        .param(from[0])
                        .query(String.class)
                        .list();
                leaves.forEach(leaf -> write(sql, Event.read(leaf.getBytes(StandardCharsets.UTF_8))));
                from[0] = leaves.isEmpty() ? -1 : from[0] + leaves.size();
                if (leaves.isEmpty()) {
                    HubStore.putState(sql, DONE, "true");
                }
                return from[0];
            });
        }
    }
}
