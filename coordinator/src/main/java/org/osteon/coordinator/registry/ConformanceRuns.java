package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.event.Event;
import org.osteon.conformance.check.Checks;
import org.osteon.conformance.check.RunEvidence;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Report;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;

/** Gathers evidence for the study's checks, runs them and keeps the signed report. */
public final class ConformanceRuns {
    private final HubStore store;
    private final Sites sites;
    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final Releases releases;
    private final SigningKey hubKey;
    private final Clock clock;

    /** Runs at this hub. */
    public ConformanceRuns(
            HubStore store,
            Sites sites,
            Studies studies,
            Models models,
            ObjectStore objects,
            Releases releases,
            SigningKey hubKey,
            Clock clock) {
        this.store = store;
        this.sites = sites;
        this.studies = studies;
        this.models = models;
        this.objects = objects;
        this.releases = releases;
        this.hubKey = hubKey;
        this.clock = clock;
    }

    /** Runs the checks that the study lists; answers check to verdict and the facts. */
    public Map<String, Object> run(ModelVersion model, Study study, byte[] declarationBytes) {
        Declaration declaration = Declaration.read(declarationBytes);
        Report report = Checks.report(
                evidence(model, study), declaration, clock.instant().truncatedTo(ChronoUnit.SECONDS));
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

    private RunEvidence evidence(ModelVersion model, Study study) {
        List<ModelVersion> versions = models.ofRun(model.run()).stream()
                .filter(version -> version.round() <= model.round())
                .toList();
        Map<String, Capsule> capsules = new LinkedHashMap<>();
        Map<String, List<Event>> logs = new LinkedHashMap<>();
        for (SiteRecord site : sites.all()) {
            boolean counted = versions.stream()
                    .flatMap(version -> version.inputs().stream())
                    .anyMatch(input -> input.site().equals(site.name()));
            if (counted) {
                studies.capsule(site.name(), study.digest())
                        .ifPresent(capsule -> capsules.put(site.name(), capsule.document()));
                logs.put(site.name(), events("SELECT leaf FROM site_entry WHERE site = ? ORDER BY idx", site.name()));
            }
        }
        List<Event> hub = store
                .read(sql -> sql.sql("SELECT leaf FROM event ORDER BY seq")
                        .query((row, n) -> row.getString(1))
                        .list())
                .stream()
                .map(ConformanceRuns::read)
                .toList();
        return new RunEvidence(
                study,
                model,
                versions,
                capsules,
                hub,
                logs,
                digest -> objects.has(digest) ? Optional.of(objects.file(digest)) : Optional.empty());
    }

    private List<Event> events(String query, String site) {
        return store
                .read(sql -> sql.sql(query)
                        .param(site)
                        .query((row, n) -> row.getString(1))
                        .list())
                .stream()
                .map(ConformanceRuns::read)
                .toList();
    }

    private static Event read(String leaf) {
        return Event.read(leaf.getBytes(StandardCharsets.UTF_8));
    }
}
