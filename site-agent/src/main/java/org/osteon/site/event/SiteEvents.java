package org.osteon.site.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.TileLog;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes events in the caller's transaction and feeds the site's log from the table, in order. After a crash the table
 * is ahead of the log and the next {@link #publish} catches up.
 */
public final class SiteEvents {
    private static final int MOST = 500;
    private static final String BELOW = "clock.below";

    private final SiteStore store;
    private final TileLog log;
    private final String federation;
    private final ClockGuard clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Events of this site. */
    public SiteEvents(SiteStore store, TileLog log, String federation, ClockGuard clock) {
        this.store = store;
        this.log = log;
        this.federation = federation;
        this.clock = clock;
    }

    /** Adds an event inside a transaction; returns its sequence number. */
    public long add(JdbcClient sql, EventDraft draft) {
        long seq = sql.sql("SELECT COALESCE(MAX(seq), -1) + 1 FROM event")
                .query(Long.class)
                .single();
        Event event = draft.at(federation, log.noteKey().name(), seq, clock.now());
        sql.sql("INSERT INTO event(seq, type, leaf) VALUES (?, ?, ?)")
                .params(seq, draft.type().label(), new String(event.leaf(), StandardCharsets.UTF_8))
                .update();
        return seq;
    }

    /** Adds an event in a transaction of its own and brings the log up to it. */
    public void record(EventDraft draft) {
        store.write(sql -> add(sql, draft));
        publish();
    }

    /**
     * Logs once that the clock is below the mark, with the skew, and once that it is mended. The hub learns both from
     * the log's entries, as soon as the site reaches it again.
     */
    public void lookAtClock(String site) {
        boolean changed = store.write(sql -> {
            Optional<Duration> skew = clock.belowMark();
            boolean told = Boolean.parseBoolean(store.state(BELOW).orElse(""));
            if (skew.isPresent() == told) {
                return false;
            }
            EventType type = told ? EventType.CLOCK_MENDED : EventType.CLOCK_BELOW_MARK;
            EventDraft draft = EventDraft.of(type, site, "site").about(site);
            skew.ifPresent(by -> draft.refused("CLOCK_BELOW_MARK").value("skewSeconds", by.toSeconds()));
            SiteStore.putState(sql, BELOW, Boolean.toString(!told));
            add(sql, draft);
            return true;
        });
        if (changed) {
            publish();
        }
    }

    /** Brings the log up to the table; what this returned covers every event committed before the call. */
    public Checkpoint publish() {
        boolean grown = false;
        Checkpoint head;
        synchronized (log) {
            head = log.checkpoint();
            for (List<byte[]> rows = leaves(head.size(), MOST); !rows.isEmpty(); rows = leaves(head.size(), MOST)) {
                head = log.append(head.size(), rows);
                grown = true;
            }
        }
        if (grown) {
            Instant now = clock.now();
            clock.saw(now);
            listeners.forEach(Runnable::run);
        }
        return head;
    }

    /** Leaves from an index on. */
    public List<byte[]> leaves(long from, int most) {
        return store.read(sql -> sql
                .sql("SELECT leaf FROM event WHERE seq >= ? ORDER BY seq LIMIT " + most)
                .param(from)
                .query((row, n) -> row.getString(1))
                .list()
                .stream()
                .map(leaf -> leaf.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    /** Tells a listener whenever the log has grown. */
    public void onGrowth(Runnable listener) {
        listeners.add(listener);
    }

    /** The log. */
    public TileLog log() {
        return log;
    }
}
