package org.osteon.coordinator.console.api;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.Digest;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Idempotency keys in the hub's database. An answer is kept in the transaction of the act that it answers: after a
 * crash either both are there, and the answer is given again, or neither is, and the act is done.
 */
final class ActKeys {
    /** How long a key is kept. */
    static final Duration LIFE = Duration.ofHours(48);

    private final HubStore store;
    private final Clock clock;

    ActKeys(HubStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A kept answer.
     *
     * @param request digest of the request it answered
     */
    record Kept(Digest request, Answer answer) {}

    /** The answer that a person got under a key. */
    Optional<Kept> find(String person, String key) {
        return store.read(sql -> sql.sql(
                        "SELECT request, status, place, answer FROM act_key WHERE person = ? AND act_key = ? AND made > ?")
                .params(person, key, oldest())
                .query((row, n) -> new Kept(
                        new Digest(row.getString(1)), new Answer(row.getInt(2), row.getString(3), row.getString(4))))
                .optional());
    }

    /** Keeps an answer inside the act's transaction; what is older than its life goes. */
    void keep(JdbcClient sql, String person, String key, Kept kept) {
        sql.sql("DELETE FROM act_key WHERE made <= ?").param(oldest()).update();
        sql.sql(
                        "INSERT INTO act_key(person, act_key, request, status, place, answer, made) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .params(
                        person,
                        key,
                        kept.request().hex(),
                        kept.answer().status(),
                        kept.answer().place(),
                        kept.answer().body(),
                        clock.millis())
                .update();
    }

    private long oldest() {
        return clock.millis() - LIFE.toMillis();
    }
}
