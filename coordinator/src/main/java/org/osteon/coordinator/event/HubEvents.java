package org.osteon.coordinator.event;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.TileLog;
import org.osteon.audit.log.TlogProof;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes events in the caller's transaction and feeds the log from the table, in order. After a crash the table is
 * ahead of the log and the next {@link #publish} catches up.
 */
public final class HubEvents {
    private static final int MOST = 500;

    private final HubStore store;
    private final TileLog log;
    private final String federation;
    private final Clock clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Events of this hub. */
    public HubEvents(HubStore store, TileLog log, String federation, Clock clock) {
        this.store = store;
        this.log = log;
        this.federation = federation;
        this.clock = clock;
        EventMarks.catchUp(store);
    }

    /** Adds an event inside a transaction; returns its sequence number. */
    public long add(JdbcClient sql, EventDraft draft) {
        long seq = sql.sql("SELECT COALESCE(MAX(seq), -1) + 1 FROM event")
                .query(Long.class)
                .single();
        Event event = draft.at(federation, log.noteKey().name(), seq, clock.instant());
        sql.sql("INSERT INTO event(seq, type, leaf) VALUES (?, ?, ?)")
                .params(seq, draft.type().label(), new String(event.leaf(), StandardCharsets.UTF_8))
                .update();
        EventMarks.write(sql, event);
        return seq;
    }

    /** Brings the log up to the table; what this returned covers every event committed before the call. */
    public Checkpoint publish() {
        synchronized (log) {
            while (true) {
                long size = log.checkpoint().size();
                List<byte[]> rows = store.read(sql -> sql
                        .sql("SELECT leaf FROM event WHERE seq >= ? ORDER BY seq LIMIT " + MOST)
                        .param(size)
                        .query((row, n) -> row.getString(1))
                        .list()
                        .stream()
                        .map(leaf -> leaf.getBytes(StandardCharsets.UTF_8))
                        .toList());
                if (rows.isEmpty()) {
                    return log.checkpoint();
                }
                log.append(size, rows);
                listeners.forEach(Runnable::run);
            }
        }
    }

    /**
     * The proof that an event is in the log, under the largest head that another party cosigned; under the head of now
     * where no cosigned one covers the event yet.
     */
    public TlogProof proof(long seq) {
        Checkpoint newest = publish();
        if (seq < 0 || seq >= newest.size()) {
            throw CallException.absent("EVENT_UNKNOWN", "the log has events 0 to " + (newest.size() - 1));
        }
        Checkpoint head = log.cosigned(seq + 1, 1).orElse(newest);
        return new TlogProof(seq, log.inclusion(seq, head.size()), head);
    }

    /** The size of the log that covers a model's release. */
    public long releaseSize(Digest model) {
        return store.read(sql -> sql.sql("SELECT COALESCE(MAX(seq), 0) + 1 FROM event WHERE type = ? AND leaf LIKE ?")
                .params(EventType.MODEL_RELEASED.label(), "%" + model.hex() + "%")
                .query(Long.class)
                .single());
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
