package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.osteon.audit.event.Event;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Study;

/** The hub's events about one study: those that name the study, one of its runs, or one of its models. */
public final class Timeline {
    /** Most events of one page. */
    public static final int MOST = 200;

    private final HubStore store;
    private final Rounds rounds;
    private final Models models;

    Timeline(HubStore store, Rounds rounds, Models models) {
        this.store = store;
        this.rounds = rounds;
        this.models = models;
    }

    /**
     * The events of a study up to a place in the log, newest first.
     *
     * @param before only events with a smaller number
     * @param type only events of this type; empty for all
     */
    public List<Event> of(Study study, long before, String type) {
        List<String> marks = marks(study);
        String any = String.join(" OR ", Collections.nCopies(marks.size(), "leaf LIKE ?"));
        List<Object> values = new ArrayList<>(List.of(before));
        marks.forEach(mark -> values.add("%" + mark + "%"));
        values.add(type);
        values.add(type);
        return store.read(sql -> sql
                .sql("SELECT leaf FROM event WHERE seq < ? AND (" + any
                        + ") AND (? = '' OR type = ?) ORDER BY seq DESC LIMIT " + MOST)
                .params(values)
                .query((row, n) -> row.getString(1))
                .list()
                .stream()
                .map(leaf -> Event.read(leaf.getBytes(StandardCharsets.UTF_8)))
                .toList());
    }

    /** Whether an event is about a study. */
    boolean about(Study study, Event event) {
        String leaf = new String(event.leaf(), StandardCharsets.UTF_8);
        return marks(study).stream().anyMatch(leaf::contains);
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

    private List<String> marks(Study study) {
        List<String> marks = new ArrayList<>();
        marks.add(study.digest().hex());
        rounds.all().stream().filter(run -> run.study().equals(study.digest())).forEach(run -> {
            marks.add(run.id());
            models.ofRun(run.id()).forEach(model -> marks.add(model.digest().hex()));
        });
        return marks;
    }
}
