package org.osteon.site.journal;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.Digest;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What left: type, digest, bytes, to whom, under which capsule. */
public final class Journal {
    private final SiteStore store;

    /** The journal of this site. */
    public Journal(SiteStore store) {
        this.store = store;
    }

    /**
     * One thing that left.
     *
     * @param time when it was released to be sent
     * @param type {@code update}, {@code refusal}, {@code decision}, {@code withdrawal-notice}, {@code question},
     *     {@code dry-run-answer}, {@code log-entries}, {@code checkpoint}, {@code cosignature} or {@code error}
     * @param digest SHA-256 of what left: of the update file for an update, else of the bytes
     * @param bytes how many
     * @param to the hub's address
     * @param capsule hex digest of the capsule it left under, empty where none is needed
     * @param study hex digest of the study, empty where it belongs to none
     */
    public record Entry(
            Instant time, String type, Digest digest, long bytes, String to, String capsule, String study) {}

    /** Adds an entry in the caller's transaction. */
    public static void add(JdbcClient sql, Entry entry) {
        long seq = sql.sql("SELECT COALESCE(MAX(seq), -1) + 1 FROM journal")
                .query(Long.class)
                .single();
        sql.sql(
                        "INSERT INTO journal(seq, occurred, type, digest, bytes, recipient, capsule, study) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        seq,
                        entry.time().toEpochMilli(),
                        entry.type(),
                        entry.digest().hex(),
                        entry.bytes(),
                        entry.to(),
                        entry.capsule(),
                        entry.study())
                .update();
    }

    /** Adds an entry in a transaction of its own. */
    public void record(Entry entry) {
        store.write(sql -> {
            add(sql, entry);
            return true;
        });
    }

    /** All entries, oldest first; of one study when its digest is given. */
    public List<Entry> entries(String study) {
        return store.read(sql -> sql.sql("SELECT occurred, type, digest, bytes, recipient, capsule, study FROM journal"
                        + " WHERE ? = '' OR study = ? ORDER BY seq")
                .params(study, study)
                .query((row, n) -> new Entry(
                        Instant.ofEpochMilli(row.getLong(1)),
                        row.getString(2),
                        new Digest(row.getString(3)),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7)))
                .list());
    }

    /** An entry as people get it. */
    public static Map<String, Object> view(Entry entry) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("time", entry.time().toString());
        view.put("type", entry.type());
        view.put("digest", entry.digest().hex());
        view.put("bytes", entry.bytes());
        view.put("to", entry.to());
        view.put("capsule", entry.capsule());
        view.put("study", entry.study());
        return view;
    }
}
