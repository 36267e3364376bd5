package org.osteon.site.approval;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.store.SiteStore;

/** The studies that reached this site and what its officers decided about them. */
public final class Approvals {
    private final SiteStore store;
    private final SiteEvents events;
    private final CapsuleCheck capsules;
    private final PolicyEvaluator policy;
    private final CohortSource cohorts;
    private final HostedRuns hosted;
    private final FederationRoot root;
    private final String site;
    private final ClockGuard clock;
    private final Map<Digest, CompletableFuture<AtHub>> awaited = new ConcurrentHashMap<>();

    /** What the hub made of a decision. */
    public enum AtHub {
        /** It counts there. */
        TAKEN("DECISION_TAKEN"),
        /** The hub was told and does not count it. */
        NOT_COUNTED("DECISION_NOT_COUNTED"),
        /** The hub is told as soon as it can be reached. */
        WAITS("DECISION_WAITS");

        private final String code;

        AtHub(String code) {
            this.code = code;
        }

        /** The code under which people read it. */
        public String code() {
            return code;
        }
    }

    /** The approvals of this site. */
    public Approvals(
            SiteStore store,
            SiteEvents events,
            CapsuleCheck capsules,
            PolicyEvaluator policy,
            CohortSource cohorts,
            HostedRuns hosted,
            FederationRoot root,
            String site,
            ClockGuard clock) {
        this.store = store;
        this.events = events;
        this.capsules = capsules;
        this.policy = policy;
        this.cohorts = cohorts;
        this.hosted = hosted;
        this.root = root;
        this.site = site;
        this.clock = clock;
    }

    /** Keeps a study that the hub published; what the hub's key did not sign is refused. */
    public void receive(byte[] envelope) {
        SignedDocument<Study> study = read(envelope);
        store.write(sql -> {
            int added = sql.sql(
                            "INSERT INTO study(digest, envelope, received) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            study.digest().hex(),
                            new String(study.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.STUDY_RECEIVED, site, "site")
                                .about(study.document().name())
                                .ref("study", study.digest()));
            }
            return added;
        });
        events.publish();
    }

    /** Reads a study and checks the hub's signature and the federation. */
    public SignedDocument<Study> read(byte[] envelope) {
        SignedDocument<Study> study = SignedDocument.read(envelope, Study.class);
        if (!study.signedBy(root.hub()) || !study.document().federation().equals(root.federation())) {
            throw CallException.refused(
                    "STUDY_UNSIGNED", "a study counts only with the signature of this federation's hub");
        }
        return study;
    }

    /** Digests of all studies held, as hex. */
    public List<String> known() {
        return store.read(sql -> sql.sql("SELECT digest FROM study ORDER BY digest")
                .query((row, n) -> row.getString(1))
                .list());
    }

    /** All studies, newest first. */
    public List<SignedDocument<Study>> all() {
        return store.read(sql -> sql.sql("SELECT envelope FROM study ORDER BY received DESC, digest")
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Study.class))
                .list());
    }

    /** A study by digest. */
    public Optional<SignedDocument<Study>> find(Digest digest) {
        return store.read(sql -> sql.sql("SELECT envelope FROM study WHERE digest = ?")
                .param(digest.hex())
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Study.class))
                .optional());
    }

    /** A study by digest or its first digits, as people name it. */
    public SignedDocument<Study> get(String reference) {
        if (!reference.matches("[0-9a-f]{6,64}")) {
            throw CallException.wrong(
                    "DIGEST_MALFORMED", "a study is named by its digest or at least its first six hex digits");
        }
        List<SignedDocument<Study>> found = all().stream()
                .filter(study -> study.digest().hex().startsWith(reference))
                .toList();
        if (found.size() != 1) {
            throw CallException.absent(
                    found.isEmpty() ? "STUDY_UNKNOWN" : "DIGEST_AMBIGUOUS",
                    found.isEmpty()
                            ? "no study " + reference + " has reached this site"
                            : "several studies begin with " + reference);
        }
        return found.get(0);
    }

    /**
     * Takes an officer's decision: durable and logged when this returns.
     *
     * @throws CallException with the code of what is wrong; the refusal is in the log
     */
    public SignedDocument<? extends Decision> decide(byte[] envelope) {
        SignedDocument<? extends Decision> decision = readDecision(envelope);
        events.lookAtClock(site);
        Optional<Objection> objection = objection(decision);
        if (objection.isPresent()) {
            String code = objection.orElseThrow().code();
            // The log goes to the hub: what follows from patients' rows is told to the officer alone.
            events.record(EventDraft.of(EventType.DECISION_REFUSED, site, "site")
                    .about(site)
                    .refused(objection.orElseThrow().fromRows() ? "SITE_DATA_RULE" : code)
                    .ref("study", decision.document().study())
                    .ref("decision", decision.digest()));
            throw CallException.refused(code, "the decision does not count at this site; it is in the log");
        }
        Decision document = decision.document();
        EventType type = document instanceof Capsule
                ? EventType.CAPSULE_ACCEPTED
                : document instanceof Refusal ? EventType.REFUSAL : EventType.REVOCATION;
        store.write(sql -> {
            int known = sql.sql("SELECT COUNT(*) FROM decision WHERE digest = ?")
                    .param(decision.digest().hex())
                    .query(Integer.class)
                    .single();
            if (known == 0) {
                long seq = events.add(
                        sql,
                        EventDraft.of(type, site, "data-officer")
                                .about(site)
                                .ref("study", document.study())
                                .ref("decision", decision.digest()));
                sql.sql(
                                "INSERT INTO decision(digest, study, kind, envelope, decided, event, forwarded) VALUES (?, ?, ?, ?, ?, ?, ?)")
                        .params(
                                decision.digest().hex(),
                                document.study().hex(),
                                type.label(),
                                new String(decision.bytes(), StandardCharsets.UTF_8),
                                clock.now().toEpochMilli(),
                                seq,
                                // The hub knows nothing of a foreign run; there is nobody to hand it to.
                                hosted.find(document.study()).isPresent() ? 1 : 0)
                        .update();
            }
            return known;
        });
        events.publish();
        return decision;
    }

    /**
     * The newest decision about a study, if it is a capsule. Whether it is valid now is asked with
     * {@link CapsuleCheck}.
     */
    public Optional<SignedDocument<Capsule>> capsule(Digest study) {
        return newest(study)
                .filter(decision -> decision.document() instanceof Capsule)
                .map(decision -> SignedDocument.read(decision.bytes(), Capsule.class));
    }

    /** The newest decision about a study. */
    public Optional<SignedDocument<? extends Decision>> newest(Digest study) {
        Optional<String> envelope =
                store.read(sql -> sql.sql("SELECT envelope FROM decision WHERE study = ? ORDER BY event DESC LIMIT 1")
                        .param(study.hex())
                        .query(String.class)
                        .optional());
        return envelope.map(text -> readDecision(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Decisions the hub does not have yet, oldest first. */
    public List<SignedDocument<? extends Decision>> unforwarded() {
        List<String> envelopes =
                store.read(sql -> sql.sql("SELECT envelope FROM decision WHERE forwarded = 0 ORDER BY event")
                        .query((row, n) -> row.getString(1))
                        .list());
        return envelopes.stream()
                .<SignedDocument<? extends Decision>>map(text -> readDecision(text.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /** The hub was told this decision. */
    public void forwarded(Digest decision, AtHub outcome) {
        store.write(sql -> sql.sql("UPDATE decision SET forwarded = 1 WHERE digest = ?")
                .param(decision.hex())
                .update());
        CompletableFuture<AtHub> waiting = awaited.remove(decision);
        if (waiting != null) {
            waiting.complete(outcome);
        }
    }

    /** Completes when the hub was told this decision, after a while with {@link AtHub#WAITS}. */
    public CompletableFuture<AtHub> atHub(Digest decision, Duration patience) {
        CompletableFuture<AtHub> told = awaited.computeIfAbsent(decision, unused -> new CompletableFuture<>());
        boolean before = store.read(sql -> sql.sql("SELECT COUNT(*) FROM decision WHERE digest = ? AND forwarded = 1")
                        .param(decision.hex())
                        .query(Integer.class)
                        .single())
                > 0;
        if (before) {
            told.complete(AtHub.TAKEN);
        }
        told.completeOnTimeout(AtHub.WAITS, patience.toMillis(), TimeUnit.MILLISECONDS);
        return told.whenComplete((outcome, failure) -> awaited.remove(decision));
    }

    private Optional<Objection> objection(SignedDocument<? extends Decision> decision) {
        Decision document = decision.document();
        if (!capsules.signedByOfficer(decision)) {
            return Objection.stated("CAPSULE_SIGNER_UNKNOWN");
        }
        if (!document.site().equals(site) || !document.federation().equals(root.federation())) {
            return Objection.stated("DECISION_FOR_ANOTHER_SITE");
        }
        Optional<SignedDocument<Study>> study = find(document.study());
        Optional<SignedDocument<HostedRun>> run = hosted.find(document.study());
        if (study.isEmpty() && run.isEmpty()) {
            return Objection.stated("STUDY_UNKNOWN");
        }
        if (document instanceof Revocation revocation) {
            boolean inForce = capsule(document.study())
                    .map(capsule -> capsule.digest().equals(revocation.capsule()))
                    .orElse(false);
            return inForce ? Optional.empty() : Objection.stated("CAPSULE_NOT_IN_FORCE");
        }
        if (document instanceof Refusal) {
            return Optional.empty();
        }
        SignedDocument<Capsule> capsule = SignedDocument.read(decision.bytes(), Capsule.class);
        Digest snapshot;
        try {
            snapshot = cohorts.snapshot();
        } catch (CohortSource.CohortUnavailable e) {
            return Objection.stated(e.reason().code());
        }
        if (run.isPresent()) {
            return capsules.objection(
                            capsule,
                            run.orElseThrow().document(),
                            root.digest(),
                            snapshot,
                            clock.now(),
                            clock.belowMark())
                    .or(() -> capsule.document().data().stream()
                            .flatMap(named -> policy.stated(named).stream())
                            .findFirst())
                    .map(code -> new Objection(code, false))
                    .or(() -> capsule.document().data().stream()
                            .flatMap(named ->
                                    policy.unstated(named, capsule.document().waivers()).stream())
                            .findFirst()
                            .map(code -> new Objection(code, true)));
        }
        Study asked = study.orElseThrow().document();
        return capsules.objection(capsule, asked, root.digest(), snapshot, clock.now(), clock.belowMark())
                .or(() -> first(policy.stated(asked)))
                .map(code -> new Objection(code, false))
                .or(() -> first(policy.unstated(asked, capsule.document().waivers()))
                        .map(code -> new Objection(code, true)));
    }

    private static Optional<String> first(List<Reason> reasons) {
        return reasons.stream().map(Reason::code).findFirst();
    }

    /** Why a decision does not count, and whether that follows from patients' rows. */
    private record Objection(String code, boolean fromRows) {
        static Optional<Objection> stated(String code) {
            return Optional.of(new Objection(code, false));
        }
    }

    private static SignedDocument<? extends Decision> readDecision(byte[] envelope) {
        return switch (SignedDocument.schemaOf(envelope)) {
            case Capsule.SCHEMA -> SignedDocument.read(envelope, Capsule.class);
            case Refusal.SCHEMA -> SignedDocument.read(envelope, Refusal.class);
            case Revocation.SCHEMA -> SignedDocument.read(envelope, Revocation.class);
            default ->
                throw CallException.wrong("SCHEMA_UNKNOWN", "a decision is a capsule, a refusal or a revocation");
        };
    }
}
