package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.VerificationKey;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Releases by named persons. A version is released only on a passing report and under a releaser's own signature. */
public final class Releases {
    private final HubStore store;
    private final HubEvents events;
    private final Models models;
    private final String federation;
    private final Clock clock;

    /** The releases of this hub. */
    public Releases(HubStore store, HubEvents events, Models models, String federation, Clock clock) {
        this.store = store;
        this.events = events;
        this.models = models;
        this.federation = federation;
        this.clock = clock;
    }

    /**
     * Keeps the report of a model's checks beside those made before: each is named by an event, so each is evidence.
     *
     * @param envelope the signed report, canonical
     * @param report its identity
     * @param passed whether every check that the study lists is PASS
     */
    public void keepReport(ModelVersion model, byte[] envelope, Digest report, boolean passed) {
        store.writeNow(sql -> {
            sql.sql(
                            "INSERT INTO report(digest, model, envelope, passed, made) VALUES (?, ?, ?, ?, (SELECT COALESCE(MAX(made), 0) + 1 FROM report))"
                                    + " ON CONFLICT (digest) DO UPDATE SET made = excluded.made")
                    .params(
                            report.hex(),
                            model.digest().hex(),
                            new String(envelope, StandardCharsets.UTF_8),
                            passed ? 1 : 0)
                    .update();
            return events.add(
                    sql,
                    EventDraft.of(EventType.CONFORMANCE_RUN, "hub", "hub")
                            .about(model.run())
                            .value("passed", passed)
                            .ref("study", model.study())
                            .ref("model", model.digest())
                            .ref("report", report));
        });
        events.publish();
    }

    /** The newest report of a model, as it was kept. */
    public Optional<byte[]> report(Digest model) {
        return store.read(sql -> sql.sql("SELECT envelope FROM report WHERE model = ? ORDER BY made DESC LIMIT 1")
                        .param(model.hex())
                        .query(String.class)
                        .optional())
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /** The digests of all models that were released. */
    public Set<String> released() {
        return store.read(sql -> Set.copyOf(
                sql.sql("SELECT model FROM released").query(String.class).list()));
    }

    /** The digests of all models that were checked. */
    public Set<String> checked() {
        return store.read(sql -> Set.copyOf(
                sql.sql("SELECT DISTINCT model FROM report").query(String.class).list()));
    }

    /** The release of a model, if there is one. */
    public Optional<SignedDocument<Release>> find(Digest model) {
        return store.read(sql -> sql.sql("SELECT envelope FROM released WHERE model = ?")
                        .param(model.hex())
                        .query(String.class)
                        .optional())
                .map(text -> SignedDocument.read(text.getBytes(StandardCharsets.UTF_8), Release.class));
    }

    /**
     * Releases a model; returns when the log covers it.
     *
     * @throws CallException with the code of what is missing; the refusal is in the log
     */
    public Digest release(byte[] envelope, Study study) {
        SignedDocument<Release> signed = SignedDocument.read(envelope, Release.class);
        Release release = signed.document();
        ModelVersion model = models.get(release.model().hex());
        Optional<CallException> objection = objection(signed, model, study);
        if (objection.isPresent()) {
            CallException no = objection.orElseThrow();
            store.writeNow(sql -> events.add(
                    sql,
                    EventDraft.of(EventType.MODEL_RELEASED, "hub", "hub")
                            .about(model.run())
                            .refused(no.code())
                            .ref("study", model.study())));
            throw no;
        }
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO released(model, envelope, released) VALUES (?, ?, ?) ON CONFLICT (model) DO NOTHING")
                    .params(model.digest().hex(), new String(signed.bytes(), StandardCharsets.UTF_8), clock.millis())
                    .update();
            if (added == 0) {
                throw CallException.wrong(
                        "MODEL_RELEASED_BEFORE", "model " + model.digest().brief() + "… is released already");
            }
            return events.add(
                    sql,
                    EventDraft.of(EventType.MODEL_RELEASED, release.by(), "releaser")
                            .about(model.run())
                            .ref("study", model.study())
                            .ref("model", model.digest())
                            .ref("report", release.report())
                            .ref("release", signed.digest()));
        });
        events.publish();
        return signed.digest();
    }

    private Optional<CallException> objection(SignedDocument<Release> signed, ModelVersion model, Study study) {
        Release release = signed.document();
        if (!release.federation().equals(federation)
                || !release.study().equals(model.study())
                || !release.arrays().equals(model.arrays())) {
            return Optional.of(CallException.wrong(
                    "RELEASE_MISMATCH", "the release does not name this hub's model, its study and its arrays"));
        }
        if (!model.governed()) {
            return Optional.of(
                    CallException.refused("MODEL_UNGOVERNED", "a model of an ungoverned run is never released"));
        }
        if (study.conformance().isEmpty() || !store.read(sql -> passed(sql, model.digest(), release.report()))) {
            return Optional.of(
                    CallException.refused(
                            "CONFORMANCE_NOT_PASSED",
                            "the release must rest on the model's newest conformance report, and in it each check of the study must be PASS"));
        }
        if (keys(release.by()).stream().noneMatch(signed::signedBy)) {
            return Optional.of(
                    CallException.refused(
                            "RELEASER_UNKNOWN",
                            "no key registered for a releaser of that name signed this; an operator registers it with coordinator add-key"));
        }
        return Optional.empty();
    }

    private List<VerificationKey> keys(String person) {
        Instant now = clock.instant();
        return store.read(sql -> sql.sql(
                        "SELECT public_key FROM trusted_key WHERE role = 'releaser' AND holder = ? AND not_before <= ? AND not_after > ?")
                .params(person, now.toEpochMilli(), now.toEpochMilli())
                .query((row, n) -> VerificationKey.ofPem(row.getString(1)))
                .list());
    }

    private static boolean passed(JdbcClient sql, Digest model, Digest report) {
        return sql.sql(
                                "SELECT COUNT(*) FROM report WHERE digest = ? AND passed = 1 AND made = (SELECT MAX(made) FROM report WHERE model = ?)")
                        .params(report.hex(), model.hex())
                        .query(Long.class)
                        .single()
                == 1;
    }
}
