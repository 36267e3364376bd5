package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Study;

/** The hub's events about one study: those that name the study, one of its runs, or one of its models. */
public final class Timeline {
    /** Most events of one page. */
    public static final int MOST = 200;

    /** What the events of a study are marked by: itself, its runs, their models. */
    private static final String MARKS =
            "SELECT ? UNION SELECT id FROM run WHERE study = ? UNION SELECT model.digest FROM model JOIN run ON model.run = run.id WHERE run.study = ?";

    private final HubStore store;
    private volatile Known last = new Known(-1, Set.of());

    Timeline(HubStore store) {
        this.store = store;
    }

    /** What an event that never changes is about. */
    private record Known(long seq, Set<String> studies) {}

    /**
     * The events of a study up to a place in the log, newest first.
     *
     * @param before only events with a smaller number
     * @param type only events of this type; empty for all
     */
    public List<Event> of(Study study, long before, String type) {
        String digest = study.digest().hex();
        return store.read(sql -> sql
                .sql("SELECT leaf FROM event WHERE seq < ? AND seq IN (SELECT seq FROM event_mark WHERE mark IN ("
                        + MARKS + ")) AND (? = '' OR type = ?) ORDER BY seq DESC LIMIT " + MOST)
                .params(before, digest, digest, digest, type, type)
                .query((row, n) -> row.getString(1))
                .list()
                .stream()
                .map(leaf -> Event.read(leaf.getBytes(StandardCharsets.UTF_8)))
                .toList());
    }

    /** Whether an event is about a study. */
    boolean about(Study study, Event event) {
        return studies(event).contains(study.digest().hex());
    }

    /** The studies whose digest, run or model an event names; asked again for each study of a list. */
    private Set<String> studies(Event event) {
        Known known = last;
        if (known.seq() != event.seq()) {
            known = new Known(
                    event.seq(),
                    Set.copyOf(store.read(sql -> sql.sql(
                                    "SELECT mark FROM event_mark WHERE seq = ? UNION SELECT run.study FROM event_mark JOIN run ON run.id = mark WHERE seq = ?"
                                            + " UNION SELECT run.study FROM event_mark JOIN model ON model.digest = mark JOIN run ON run.id = model.run WHERE seq = ?")
                            .params(event.seq(), event.seq(), event.seq())
                            .query((row, n) -> row.getString(1))
                            .list())));
            last = known;
        }
        return known.studies();
    }

    /** One event by its number. */
    public Event get(long seq) {
        return store.read(sql -> sql.sql("SELECT leaf FROM event WHERE seq = ?")
                        .param(seq)
                        .query((row, n) -> row.getString(1))
                        .optional())
                .map(leaf -> Event.read(leaf.getBytes(StandardCharsets.UTF_8)))
                .orElseThrow(() -> CallException.absent("EVENT_UNKNOWN", "no event " + seq + " in this log"));
    }
}
