package org.osteon.coordinator.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.audit.log.NoteKey;
import org.osteon.conformance.check.Checks;
import org.osteon.conformance.check.LogHistory;
import org.osteon.conformance.check.RunEvidence;
import org.osteon.conformance.check.Tables;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Report;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;

/** Gathers evidence for the study's checks, runs them and keeps the signed report. */
public final class ConformanceRuns {
    private static final String SOFTWARE = "osteon-hub/0.1.0";

    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final Releases releases;
    private final SigningKey hubKey;
    private final Path log;
    private final Clock clock;

    /**
     * Runs at this hub.
     *
     * @param log folder of the hub's log
     */
    public ConformanceRuns(
            HubStore store,
            HubEvents events,
            Sites sites,
            Studies studies,
            Models models,
            ObjectStore objects,
            Releases releases,
            SigningKey hubKey,
            Path log,
            Clock clock) {
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.studies = studies;
        this.models = models;
        this.objects = objects;
        this.releases = releases;
        this.hubKey = hubKey;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Runs the checks that the study lists; answers check to verdict and the facts.
     *
     * @param declarationBytes the signed declaration
     * @param given tables of evidence by name; each is kept under its digest
     */
    public Map<String, Object> run(
            ModelVersion model, Study study, byte[] declarationBytes, Map<String, byte[]> given) {
        SignedDocument<Declaration> declaration =
                new Declarations(store, clock).read(declarationBytes, study.federation());
        Tables tables = new Tables(given);
        tables.all().values().forEach(this::keep);
        Report report = Checks.report(
                evidence(model, study, tables),
                declaration,
                SOFTWARE,
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
        SignedDocument<Report> signed = SignedDocument.sign(report, hubKey);
        releases.keepReport(model, signed.bytes(), signed.digest(), report.passed());
        Map<String, String> verdicts = new LinkedHashMap<>();
        report.results()
                .forEach(result -> verdicts.put(result.check(), result.outcome().name()));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("verdicts", verdicts);
        answer.put("results", report.results());
        answer.put("report", signed.digest().hex());
        answer.put("statement", report.statement());
        return answer;
    }

    private void keep(byte[] table) {
        Digest digest = Digest.of(table);
        if (objects.has(digest)) {
            return;
        }
        try {
            Path draft = objects.draft();
            Files.write(draft, table);
            objects.keep(draft, digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunEvidence evidence(ModelVersion model, Study study, Tables tables) {
        List<ModelVersion> versions = models.ofRun(model.run()).stream()
                .filter(version -> version.round() <= model.round())
                .toList();
        Map<String, Capsule> capsules = new LinkedHashMap<>();
        Map<String, List<Event>> logs = new LinkedHashMap<>();
        List<LogHistory> histories = new ArrayList<>();
        histories.add(hubHistory());
        for (SiteRecord site : sites.all()) {
            boolean counted = versions.stream()
                    .flatMap(version -> version.inputs().stream())
                    .anyMatch(input -> input.site().equals(site.name()));
            if (counted) {
                studies.capsule(site.name(), study.digest())
                        .ifPresent(capsule -> capsules.put(site.name(), capsule.document()));
                List<byte[]> leaves = leaves("SELECT leaf FROM site_entry WHERE site = ? ORDER BY idx", site.name());
                logs.put(site.name(), leaves.stream().map(Event::read).toList());
                siteHistory(site, leaves).ifPresent(histories::add);
            }
        }
        List<Event> hub = store
                .read(sql -> sql.sql("SELECT leaf FROM event ORDER BY seq")
                        .query((row, n) -> row.getString(1))
                        .list())
                .stream()
                .map(leaf -> Event.read(leaf.getBytes(StandardCharsets.UTF_8)))
                .toList();
        return new RunEvidence(
                study,
                model,
                versions,
                capsules,
                hub,
                logs,
                histories,
                tables,
                digest -> objects.has(digest) ? Optional.of(objects.file(digest)) : Optional.empty());
    }

    /** The hub's log as its files hold it, at its newest head and every head that somebody cosigned. */
    private LogHistory hubHistory() {
        Checkpoint newest = events.publish();
        List<Checkpoint> heads = new ArrayList<>(events.log().cosigned().stream()
                .filter(head -> head.size() < newest.size())
                .toList());
        heads.add(newest);
        List<byte[]> leaves = new ArrayList<>();
        if (newest.size() > 0) {
            new LogReader(log).entries(0, newest.size(), leaves::add);
        }
        return new LogHistory("hub", events.log().noteKey(), heads, leaves);
    }

    /** A site's log as it handed it in, at the head that the hub cosigned last. */
    private Optional<LogHistory> siteHistory(SiteRecord site, List<byte[]> leaves) {
        return store.read(sql -> sql.sql("SELECT note FROM witnessed WHERE origin = ? AND size > 0")
                        .param(site.logOrigin())
                        .query((row, n) -> Checkpoint.parse(row.getString(1).getBytes(StandardCharsets.UTF_8)))
                        .optional())
                .map(head -> new LogHistory(
                        site.name(),
                        new NoteKey(site.logOrigin(), NoteKey.LOG, VerificationKey.ofPem(site.logKey())),
                        List.of(head),
                        leaves));
    }

    private List<byte[]> leaves(String query, String site) {
        return store
                .read(sql -> sql.sql(query)
                        .param(site)
                        .query((row, n) -> row.getString(1))
                        .list())
                .stream()
                .map(leaf -> leaf.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
