package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The registry of model versions. */
public final class Models {
    private final HubStore store;
    private final HubEvents events;
    private final Clock clock;

    /** The registry of this hub. */
    public Models(HubStore store, HubEvents events, Clock clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    /** Enters a version inside a transaction. */
    public Digest add(JdbcClient sql, ModelVersion version) {
        Digest digest = version.digest();
        int added = sql.sql(
                        "INSERT INTO model(digest, run, round, document, made) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                .params(
                        digest.hex(),
                        version.run(),
                        version.round(),
                        new String(version.canonical(), StandardCharsets.UTF_8),
                        clock.millis())
                .update();
        if (added == 1) {
            events.add(
                    sql,
                    EventDraft.of(EventType.MODEL_CREATED, "hub", "hub")
                            .about(version.run() + "/" + version.round())
                            .ref("study", version.study())
                            .ref("model", digest)
                            .ref("arrays", version.arrays())
                            .ref("parent", version.parent()));
        }
        return digest;
    }

    /** A version by digest or its first digits. */
    public ModelVersion get(String reference) {
        if (!reference.matches("[0-9a-f]{6,64}")) {
            throw CallException.wrong(
                    "DIGEST_MALFORMED", "a model is named by its digest or at least its first six hex digits");
        }
        List<ModelVersion> found = store.read(sql -> sql.sql("SELECT document FROM model WHERE digest LIKE ?")
                .param(reference + "%")
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .list());
        if (found.size() != 1) {
            throw CallException.absent(
                    "MODEL_UNKNOWN",
                    found.isEmpty() ? "no model " + reference : "several models begin with " + reference);
        }
        return found.get(0);
    }

    /** A version by its whole digest. */
    public Optional<ModelVersion> find(Digest digest) {
        return store.read(sql -> sql.sql("SELECT document FROM model WHERE digest = ?")
                .param(digest.hex())
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .optional());
    }

    /** All versions, newest first. */
    public List<ModelVersion> all() {
        return store.read(sql -> sql.sql("SELECT document FROM model ORDER BY made DESC, round DESC")
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .list());
    }

    /** The version that a round of a run made; of round 0 the one it started from. */
    public Optional<ModelVersion> ofRound(String run, int round) {
        return store.read(sql -> sql.sql("SELECT document FROM model WHERE run = ? AND round = ?")
                .params(run, round)
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .optional());
    }

    /** The versions of a run, first round first. */
    public List<ModelVersion> ofRun(String run) {
        return store.read(sql -> sql.sql("SELECT document FROM model WHERE run = ? ORDER BY round")
                .param(run)
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .list());
    }

    /**
     * Where a version stands, without the document.
     *
     * @param round that made it
     */
    public record Place(Digest digest, String run, int round) {}

    /** The newest version of each run, and every one that was checked or released; newest first. */
    public List<ModelVersion> notable() {
        return store.read(sql -> sql.sql(
                        "SELECT document FROM model WHERE digest IN (SELECT model FROM run UNION SELECT model"
                                + " FROM report UNION SELECT model FROM released) ORDER BY made DESC, round DESC")
                .query((row, n) ->
                        CanonicalJson.read(row.getString(1).getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .list());
    }

    /** The versions of the same run before one, first round first. */
    public List<Place> before(ModelVersion version) {
        return store.read(sql -> sql.sql(
                        "SELECT digest, run, round FROM model WHERE run = ? AND round < ? ORDER BY round")
                .params(version.run(), version.round())
                .query((row, n) -> new Place(new Digest(row.getString(1)), row.getString(2), row.getInt(3)))
                .list());
    }

    /** The versions of the same run, then the newest of each other run of a study of the same name. */
    public List<Place> ofStudyName(ModelVersion version) {
        return store.read(sql -> sql.sql(
                        "SELECT digest, run, round FROM model WHERE run = ? OR digest IN (SELECT model FROM run WHERE study IN"
                                + " (SELECT digest FROM study WHERE name = (SELECT name FROM study WHERE digest = ?)))"
                                + " ORDER BY CASE WHEN run = ? THEN 0 ELSE 1 END, made DESC, round DESC")
                .params(version.run(), version.study().hex(), version.run())
                .query((row, n) -> new Place(new Digest(row.getString(1)), row.getString(2), row.getInt(3)))
                .list());
    }
}
