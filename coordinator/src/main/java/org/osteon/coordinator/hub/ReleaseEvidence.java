package org.osteon.coordinator.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.bundle.BundleInput;
import org.osteon.audit.bundle.BundleWriter;
import org.osteon.audit.bundle.LogEvidence;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.coordinator.HubException;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.registry.Documents;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.registry.SiteLogs;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/** Releases and their bundles. A bundle waits for another party's cosignature over all that went before it was asked for. */
public final class ReleaseEvidence implements Evidence {
    private static final Duration COSIGNATURE_WAIT = Duration.ofSeconds(20);

    private final HubStore store;
    private final HubEvents events;
    private final Studies studies;
    private final Models models;
    private final Releases releases;
    private final Documents documents;
    private final SiteLogs siteLogs;
    private final Path log;

    /**
     * Evidence of this hub.
     *
     * @param log folder of the hub's log
     */
    public ReleaseEvidence(
            HubStore store, HubEvents events, Studies studies, Models models, Releases releases, Documents documents, SiteLogs siteLogs, Path log) {
        this.store = store;
        this.events = events;
        this.studies = studies;
        this.models = models;
        this.releases = releases;
        this.documents = documents;
        this.siteLogs = siteLogs;
        this.log = log;
    }

    @Override
    public Map<String, Object> runConformance(ModelVersion model, byte[] declaration, String caller) {
        throw HubException.refused("CONFORMANCE_NOT_AVAILABLE", "this hub cannot run conformance checks yet; no model can be released");
    }

    @Override
    public byte[] report(ModelVersion model) {
        return releases.report(model.digest())
                .orElseThrow(() -> HubException.absent("REPORT_MISSING", "no conformance report of model " + model.digest().brief() + "…; run conformance first"));
    }

    @Override
    public Map<String, Object> release(byte[] envelope) {
        Release release = SignedDocument.read(envelope, Release.class).document();
        ModelVersion model = models.get(release.model().hex());
        if (!model.governed()) {
            throw HubException.refused("MODEL_UNGOVERNED", "a model of an ungoverned run is never released");
        }
        Study study = studies.get(model.study().hex()).document();
        Digest digest = releases.release(envelope, study);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("model", model.digest().hex());
        answer.put("release", digest.hex());
        answer.put("by", release.by());
        return answer;
    }

    @Override
    public byte[] bundle(ModelVersion model) {
        SignedDocument<Release> release = releases.find(model.digest())
                .orElseThrow(() -> HubException.refused("MODEL_NOT_RELEASED", "model " + model.digest().brief() + "… is not released"));
        Checkpoint head = cosigned(events.publish().size());
        LogEvidence hub = LogEvidence.of("hub", head, events.log().cosigned(), new LogReader(log));
        BundleInput input = BundleInput.gather(release, hub, siteLogs.all(), documents);
        byte[] bytes = write(input);
        store.writeNow(sql -> events.add(
                sql,
                EventDraft.of(EventType.BUNDLE_WRITTEN, "hub", "hub")
                        .about(model.run())
                        .value("sha256", Digest.of(bytes).hex())
                        .ref("study", model.study())));
        return bytes;
    }

    private static byte[] write(BundleInput input) {
        try {
            Path folder = Files.createTempDirectory("osteon-bundle");
            Path file = folder.resolve("bundle.zip");
            try {
                BundleWriter.write(file, input);
                return Files.readAllBytes(file);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A head of at least this size that another party cosigned; sites do so within a moment of the log's growth. */
    private Checkpoint cosigned(long size) {
        long until = System.nanoTime() + COSIGNATURE_WAIT.toNanos();
        while (System.nanoTime() < until) {
            Optional<Checkpoint> head = events.log().cosigned(size, 1);
            if (head.isPresent()) {
                return head.orElseThrow();
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw HubException.refused("LOG_NOT_COSIGNED", "no site has cosigned the hub's log at size " + size + " yet; try again when a site is connected");
    }
}
