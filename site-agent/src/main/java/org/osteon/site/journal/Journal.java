package org.osteon.site.journal;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.osteon.protocol.call.CallException;
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
     * @param fields what it is made of, as {@link Contents} reads it from the bytes; empty for what left before fields
     *     were kept
     */
    public record Entry(
            Instant time,
            String type,
            Digest digest,
            long bytes,
            String to,
            String capsule,
            String study,
            List<String> fields) {
        /** Takes a copy. */
        public Entry {
            fields = List.copyOf(fields);
        }
    }

    /** Adds an entry in the caller's transaction. */
    public static void add(JdbcClient sql, Entry entry) {
        long seq = sql.sql("SELECT COALESCE(MAX(seq), -1) + 1 FROM journal")
                .query(Long.class)
                .single();
        String fields = String.join("\n", entry.fields());
        String contents = Digest.of(fields.getBytes(StandardCharsets.UTF_8)).hex();
        sql.sql("INSERT INTO contents(digest, fields) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING")
                .params(contents, fields)
                .update();
        sql.sql(
                        "INSERT INTO journal(seq, occurred, type, digest, bytes, recipient, capsule, study, contents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        seq,
                        entry.time().toEpochMilli(),
                        entry.type(),
                        entry.digest().hex(),
                        entry.bytes(),
                        entry.to(),
                        entry.capsule(),
                        entry.study(),
                        contents)
                .update();
    }

    /** Adds an entry in a transaction of its own. */
    public void record(Entry entry) {
        store.write(sql -> {
            add(sql, entry);
            return true;
        });
    }

    /**
     * Which entries are asked for.
     *
     * @param study hex digest of a study, empty for all
     * @param type a type, empty for all
     * @param since from this time on
     * @param until before this time
     */
    public record Filter(String study, String type, Instant since, Instant until) {
        private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE);

        /** Every entry. */
        public static Filter all() {
            return new Filter("", "", Instant.EPOCH, LAST);
        }

        /** Reads the texts of a request. */
        public static Filter of(String study, String type, String since, String until) {
            return new Filter(
                    study, type, since.isEmpty() ? Instant.EPOCH : time(since), until.isEmpty() ? LAST : time(until));
        }

        private static Instant time(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw CallException.wrong("TIME_MALFORMED", "a time is ISO 8601 in UTC, such as 2026-11-24T08:00:00Z");
            }
        }
    }

    /** The entries asked for, oldest first. */
    public List<Entry> entries(Filter filter) {
        return store.read(sql -> sql.sql(
                        "SELECT occurred, type, journal.digest, bytes, recipient, capsule, study, COALESCE(fields, '') FROM journal"
                                + " LEFT JOIN contents ON contents.digest = journal.contents"
                                + " WHERE (? = '' OR study = ?) AND (? = '' OR type = ?) AND occurred >= ? AND occurred < ? ORDER BY seq")
                .params(
                        filter.study(),
                        filter.study(),
                        filter.type(),
                        filter.type(),
                        filter.since().toEpochMilli(),
                        filter.until().toEpochMilli())
                .query((row, n) -> new Entry(
                        Instant.ofEpochMilli(row.getLong(1)),
                        row.getString(2),
                        new Digest(row.getString(3)),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8).lines().toList()))
                .list());
    }

    /** Entries and bytes by a key, in the key's order. */
    public static List<Map<String, Object>> sums(List<Entry> entries, String name, Function<Entry, String> key) {
        Map<String, long[]> sums = new TreeMap<>();
        for (Entry entry : entries) {
            long[] sum = sums.computeIfAbsent(key.apply(entry), unused -> new long[2]);
            sum[0]++;
            sum[1] += entry.bytes();
        }
        List<Map<String, Object>> views = new ArrayList<>();
        sums.forEach((of, sum) -> {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put(name, of);
            view.put("entries", sum[0]);
            view.put("bytes", sum[1]);
            views.add(view);
        });
        return views;
    }

    /** The types of what has left. */
    public List<String> types() {
        return store.read(sql -> sql.sql("SELECT DISTINCT type FROM journal ORDER BY type")
                .query((row, n) -> row.getString(1))
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
        view.put("fields", entry.fields());
        return view;
    }
}
