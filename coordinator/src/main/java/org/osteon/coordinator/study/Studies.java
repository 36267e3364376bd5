package org.osteon.coordinator.study;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.Alongside;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.sign.SigningKey;

/** Published studies, the questions to sites about them, and the officers' decisions. */
public final class Studies {
    /** A larger one is read each time. */
    private static final int KEPT_BYTES = 256 * 1024;

    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final TrustBook trust;
    private final SigningKey hubKey;
    private final String federation;
    private final Clock clock;
    private final Map<String, CompletableFuture<Void>> dryRuns = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private final Map<String, SignedDocument<Study>> lately = Collections.synchronizedMap(new Lately());

    /** Studies that were read lately, by digest: a digest names one document for ever, so none grows old. */
    private static final class Lately extends LinkedHashMap<String, SignedDocument<Study>> {
        private static final int MOST = 64;

        private static final long serialVersionUID = 1;

        Lately() {
            super(MOST, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SignedDocument<Study>> eldest) {
            return size() > MOST;
        }
    }

    /** The studies of this hub. */
    public Studies(
            HubStore store,
            HubEvents events,
            Sites sites,
            TrustBook trust,
            SigningKey hubKey,
            String federation,
            Clock clock) {
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.trust = trust;
        this.hubKey = hubKey;
        this.federation = federation;
        this.clock = clock;
    }

    /** Tells a listener when there is new work for sites. */
    public void onWork(Runnable listener) {
        listeners.add(listener);
    }

    /** Refuses a study that could not be published at this hub. */
    public void check(Study study) {
        if (!study.federation().equals(federation)) {
            throw CallException.wrong(
                    "FEDERATION_OTHER",
                    "the study is for federation " + study.federation() + ", this hub is " + federation);
        }
        if (!study.previous().isEmpty() && find(study.previous()).isEmpty()) {
            throw CallException.wrong(
                    "PREDECESSOR_UNKNOWN",
                    "the predecessor " + study.previous().substring(0, 8) + "… is not at this hub");
        }
    }

    /** Publishes a study, countersigned by the hub. */
    public Digest publish(byte[] envelope, String engineer) {
        return publish(envelope, engineer, Alongside.nothing());
    }

    /** Publishes a study, and writes something in the same transaction. */
    public Digest publish(byte[] envelope, String engineer, Alongside<Digest> alongside) {
        Study study = SignedDocument.read(envelope, Study.class).document();
        check(study);
        SignedDocument<Study> signed = SignedDocument.sign(study, hubKey);
        Digest digest = signed.digest();
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO study(digest, name, version, envelope, published) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(digest.hex(), study.name(), study.version(), text(signed), clock.millis())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.STUDY_PUBLISHED, engineer, "ml-engineer")
                                .about(study.name())
                                .ref("study", digest));
            }
            alongside.write(sql, digest);
            return added;
        });
        listeners.forEach(Runnable::run);
        return digest;
    }

    /** A study by digest or its first digits. */
    public Optional<SignedDocument<Study>> find(String reference) {
        if (!reference.matches("[0-9a-f]{6,64}")) {
            throw CallException.wrong(
                    "DIGEST_MALFORMED", "a study is named by its digest or at least its first six hex digits");
        }
        SignedDocument<Study> known = lately.get(reference);
        if (known != null) {
            return Optional.of(known);
        }
        List<SignedDocument<Study>> found = store.read(sql -> sql.sql(
                        "SELECT envelope FROM study WHERE digest LIKE ? ORDER BY digest")
                .param(reference + "%")
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Study.class))
                .list());
        if (found.size() > 1) {
            throw CallException.wrong("DIGEST_AMBIGUOUS", "several studies begin with " + reference);
        }
        found.stream()
                .filter(study -> study.bytes().length <= KEPT_BYTES)
                .forEach(study -> lately.put(study.digest().hex(), study));
        return found.stream().findFirst();
    }

    /** A study that must be there. */
    public SignedDocument<Study> get(String reference) {
        return find(reference)
                .orElseThrow(() -> CallException.absent("STUDY_UNKNOWN", "no study " + reference + " at this hub"));
    }

    /** All studies, newest first. */
    public List<SignedDocument<Study>> all() {
        return store.read(sql -> sql.sql("SELECT envelope FROM study ORDER BY published DESC, digest")
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Study.class))
                .list());
    }

    /** The sites a study asks, by name. */
    public List<SiteRecord> asked(Study study) {
        return asked(study, sites.all());
    }

    /** All sites, by name. */
    public List<SiteRecord> sites() {
        return sites.all();
    }

    /** Which of these sites a study asks. */
    public static List<SiteRecord> asked(Study study, List<SiteRecord> sites) {
        return sites.stream()
                .filter(SiteRecord::governed)
                .filter(SiteRecord::active)
                .filter(site -> study.participation().sites().isEmpty()
                        || study.participation().sites().contains(site.name()))
                .toList();
    }

    /** Asks the sites; the future completes when all have answered. */
    public DryRun dryRun(Study study, String engineer) {
        return dryRun(study, engineer, Alongside.nothing());
    }

    /**
     * Asks the sites, and writes something in the transaction that keeps the question; it is given the dry run's id.
     */
    public DryRun dryRun(Study study, String engineer, Alongside<String> alongside) {
        String id = UUID.randomUUID().toString();
        List<SiteRecord> asked = asked(study);
        store.writeNow(sql -> {
            for (SiteRecord site : asked) {
                sql.sql("INSERT INTO dry_run(id, study, site, answer, asked) VALUES (?, ?, ?, '', ?)")
                        .params(id, study.digest().hex(), site.name(), clock.millis())
                        .update();
            }
            events.add(
                    sql,
                    EventDraft.of(EventType.DRY_RUN_ASKED, engineer, "ml-engineer")
                            .about(study.name())
                            .ref("study", study.digest()));
            alongside.write(sql, id);
            return id;
        });
        CompletableFuture<Void> complete = dryRuns.computeIfAbsent(id, unused -> new CompletableFuture<>());
        complete.thenRun(() -> dryRuns.remove(id));
        if (asked.isEmpty()) {
            complete.complete(null);
        }
        listeners.forEach(Runnable::run);
        return new DryRun(id, complete);
    }

    /**
     * A dry-run under way.
     *
     * @param id its id
     * @param complete completes when all have answered
     */
    public record DryRun(String id, CompletableFuture<Void> complete) {}

    /** What the sites have answered so far; a site without an answer says so. */
    public List<Map<String, Object>> answers(Digest study, String dryRun) {
        return store.read(sql -> sql.sql("SELECT site, answer FROM dry_run WHERE id = ? AND study = ? ORDER BY site")
                .params(dryRun, study.hex())
                .query((row, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("site", row.getString(1));
                    String answer = row.getString(2);
                    if (answer.isEmpty()) {
                        view.put("verdict", "no-answer");
                        view.put("reasons", List.of());
                    } else {
                        DryRunAnswer read = SignedDocument.read(
                                        answer.getBytes(StandardCharsets.UTF_8), DryRunAnswer.class)
                                .document();
                        view.put("verdict", read.verdict());
                        view.put("reasons", read.reasons());
                    }
                    return view;
                })
                .list());
    }

    /** The questions a site has not answered: dry-run id to signed study. */
    public Map<String, byte[]> openQuestions(String site) {
        Map<String, byte[]> open = new LinkedHashMap<>();
        store.read(sql -> sql.sql(
                                "SELECT d.id, s.envelope FROM dry_run d JOIN study s ON s.digest = d.study WHERE d.site = ? AND d.answer = '' ORDER BY d.asked")
                        .param(site)
                        .query((row, n) -> Map.entry(row.getString(1), row.getString(2)))
                        .list())
                .forEach(entry -> open.put(entry.getKey(), entry.getValue().getBytes(StandardCharsets.UTF_8)));
        return open;
    }

    /** Takes a site's answer, signed by its node key. */
    public void answer(String dryRun, SiteRecord site, byte[] envelope) {
        SignedDocument<DryRunAnswer> answer = SignedDocument.read(envelope, DryRunAnswer.class);
        if (!answer.signedBy(site.nodeKey()) || !answer.document().site().equals(site.name())) {
            throw CallException.refused("ANSWER_UNSIGNED", "a dry-run answer carries its site's own signature");
        }
        long open = store.writeNow(sql -> {
            int changed = sql.sql(
                            "UPDATE dry_run SET answer = ? WHERE id = ? AND site = ? AND study = ? AND answer = ''")
                    .params(
                            text(answer),
                            dryRun,
                            site.name(),
                            answer.document().study().hex())
                    .update();
            if (changed == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.DRY_RUN_ANSWERED, site.name(), "site")
                                .about(dryRun)
                                .value("verdict", answer.document().verdict())
                                .ref("study", answer.document().study())
                                .ref("answer", answer.digest()));
            }
            return sql.sql("SELECT COUNT(*) FROM dry_run WHERE id = ? AND answer = ''")
                    .param(dryRun)
                    .query(Long.class)
                    .single();
        });
        CompletableFuture<Void> complete = dryRuns.get(dryRun);
        if (open == 0 && complete != null) {
            complete.complete(null);
        }
    }

    /**
     * Takes an officer's decision that a site handed on. What no officer's trusted key signed is refused, and the
     * refusal is logged.
     */
    public void decide(SiteRecord site, byte[] envelope) {
        SignedDocument<? extends Decision> decision = read(envelope);
        Decision document = decision.document();
        Optional<String> objection = objection(site, decision);
        if (objection.isPresent()) {
            store.writeNow(sql -> events.add(
                    sql,
                    EventDraft.of(EventType.DECISION_REFUSED, site.name(), "site")
                            .about(site.name())
                            .refused(objection.orElseThrow())
                            .ref("study", document.study())
                            .ref("decision", decision.digest())));
            throw CallException.refused(objection.orElseThrow(), "the decision does not count at this hub");
        }
        String kind = document instanceof Capsule ? "capsule" : document instanceof Refusal ? "refusal" : "revocation";
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO decision(digest, study, site, kind, envelope, received) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            decision.digest().hex(),
                            document.study().hex(),
                            site.name(),
                            kind,
                            text(decision),
                            clock.millis())
                    .update();
            if (added == 1) {
                EventType type = document instanceof Capsule
                        ? EventType.CAPSULE_ACCEPTED
                        : document instanceof Refusal ? EventType.REFUSAL : EventType.REVOCATION;
                events.add(
                        sql,
                        EventDraft.of(type, site.name(), "data-officer")
                                .about(site.name())
                                .ref("study", document.study())
                                .ref("decision", decision.digest()));
            }
            return added;
        });
        events.publish();
    }

    /** The capsule in force of a site for a study: the newest decision, if it is a capsule and valid now. */
    public Optional<SignedDocument<Capsule>> capsule(String site, Digest study) {
        Optional<String[]> newest = store.read(sql -> sql.sql(
                        "SELECT kind, envelope FROM decision WHERE site = ? AND study = ? ORDER BY received DESC, digest LIMIT 1")
                .params(site, study.hex())
                .query((row, n) -> new String[] {row.getString(1), row.getString(2)})
                .optional());
        return newest.filter(row -> "capsule".equals(row[0]))
                .map(row -> SignedDocument.read(row[1].getBytes(StandardCharsets.UTF_8), Capsule.class))
                .filter(capsule -> !clock.instant().isBefore(capsule.document().notBefore())
                        && clock.instant().isBefore(capsule.document().notAfter()));
    }

    /** The newest decision's kind of each site about a study. */
    public Map<String, String> decisions(Digest study) {
        Map<String, String> kinds = new LinkedHashMap<>();
        store.read(sql -> sql.sql("SELECT site, kind FROM decision WHERE study = ? ORDER BY received, digest")
                        .param(study.hex())
                        .query((row, n) -> Map.entry(row.getString(1), row.getString(2)))
                        .list())
                .forEach(entry -> kinds.put(entry.getKey(), entry.getValue()));
        return kinds;
    }

    /** The newest decision's kind by site, by study. */
    public Map<Digest, Map<String, String>> decisions() {
        Map<Digest, Map<String, String>> kinds = new HashMap<>();
        store.read(sql -> sql.sql("SELECT study, site, kind FROM decision ORDER BY received, digest")
                .query((row, n) -> kinds.computeIfAbsent(new Digest(row.getString(1)), unused -> new LinkedHashMap<>())
                        .put(row.getString(2), row.getString(3)))
                .list());
        return kinds;
    }

    private Optional<String> objection(SiteRecord site, SignedDocument<? extends Decision> decision) {
        Decision document = decision.document();
        if (!document.site().equals(site.name()) || !document.federation().equals(federation)) {
            return Optional.of("DECISION_FOR_ANOTHER_SITE");
        }
        Optional<SignedDocument<Study>> study = find(document.study().hex());
        if (study.isEmpty()) {
            return Optional.of("STUDY_UNKNOWN");
        }
        TrustDocument now = trust.current().document();
        boolean signed = now.keysOf("officer", site.name(), clock.instant()).stream()
                .anyMatch(key -> decision.signedBy(key.key()));
        if (!signed) {
            return Optional.of("CAPSULE_SIGNER_UNKNOWN");
        }
        if (document instanceof Capsule capsule
                && !capsule.trustRoot().equals(now.root().digest())) {
            return Optional.of("CAPSULE_FOR_ANOTHER_HUB");
        }
        if (document instanceof Capsule capsule && !clock.instant().isBefore(capsule.notAfter())) {
            return Optional.of("CAPSULE_EXPIRED");
        }
        if (document instanceof Capsule capsule
                && wider(capsule, study.orElseThrow().document())) {
            return Optional.of("CAPSULE_WIDER_THAN_STUDY");
        }
        return Optional.empty();
    }

    private static SignedDocument<? extends Decision> read(byte[] envelope) {
        return switch (SignedDocument.schemaOf(envelope)) {
            case Capsule.SCHEMA -> SignedDocument.read(envelope, Capsule.class);
            case Refusal.SCHEMA -> SignedDocument.read(envelope, Refusal.class);
            case Revocation.SCHEMA -> SignedDocument.read(envelope, Revocation.class);
            default ->
                throw CallException.wrong("SCHEMA_UNKNOWN", "a decision is a capsule, a refusal or a revocation");
        };
    }

    private static String text(SignedDocument<? extends Document> document) {
        return new String(document.bytes(), StandardCharsets.UTF_8);
    }

    /**
     * Whether it allows more than the study asks: a larger ε or δ, more rounds, or a release the study does not name.
     */
    private static boolean wider(Capsule capsule, Study study) {
        return capsule.epsilon() > study.privacy().epsilon()
                || capsule.delta() > study.privacy().delta()
                || capsule.rounds() > study.plan().rounds()
                || !study.releases().stream()
                        .map(Study.ReleaseItem::name)
                        .toList()
                        .containsAll(capsule.releases());
    }
}
