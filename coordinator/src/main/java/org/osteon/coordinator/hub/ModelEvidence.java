package org.osteon.coordinator.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.audit.bundle.BundleException;
import org.osteon.audit.bundle.BundleInput;
import org.osteon.audit.bundle.BundleWriter;
import org.osteon.audit.log.LogException;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.registry.ConformanceRuns;
import org.osteon.coordinator.registry.Evidence;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/** Conformance, release and bundle of a model, as people ask for them. */
public final class ModelEvidence {
    private final Releases releases;
    private final Evidence evidence;
    private final ConformanceRuns conformance;
    private final Studies studies;
    private final HubEvents events;

    /** Over these parts. */
    public ModelEvidence(
            Releases releases, Evidence evidence, ConformanceRuns conformance, Studies studies, HubEvents events) {
        this.releases = releases;
        this.evidence = evidence;
        this.conformance = conformance;
        this.studies = studies;
        this.events = events;
    }

    /** Runs the study's checks against a signed declaration, with tables of evidence by name, and keeps the report. */
    public Map<String, Object> runConformance(ModelVersion model, byte[] declaration, Map<String, byte[]> tables) {
        return conformance.run(model, study(model), declaration, tables);
    }

    /** The signed report made last. */
    public byte[] report(ModelVersion model) {
        return releases.report(model.digest())
                .orElseThrow(() -> CallException.absent(
                        "REPORT_UNKNOWN", "no conformance report of this model; run the checks first"));
    }

    /** Releases a model by a person's signed document. */
    public Map<String, Object> release(byte[] envelope) {
        Release release = SignedDocument.read(envelope, Release.class).document();
        Digest digest =
                releases.release(envelope, studies.get(release.study().hex()).document());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("release", digest.hex());
        answer.put("model", release.model().hex());
        answer.put("by", release.by());
        return answer;
    }

    /** The evidence bundle of a released model. */
    public byte[] bundle(ModelVersion model) {
        SignedDocument<Release> release = releases.find(model.digest())
                .orElseThrow(() ->
                        CallException.refused("MODEL_NOT_RELEASED", "only a released model has an evidence bundle"));
        try {
            return bundle(evidence.of(release, events.releaseSize(model.digest()))
                    .orElseThrow(() -> CallException.refused(
                            "NOT_COSIGNED_YET",
                            "no other party has cosigned the log since the release; try again in a few seconds")));
        } catch (BundleException e) {
            throw CallException.refused(e.code(), "the evidence of this release is not whole: " + e.where());
        } catch (LogException e) {
            throw CallException.refused(e.code(), "the evidence of this release is not whole: " + e.getMessage());
        }
    }

    private static byte[] bundle(BundleInput input) {
        try {
            Path folder = Files.createTempDirectory("osteon-bundle");
            Path file = folder.resolve("evidence.zip");
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

    private Study study(ModelVersion model) {
        if (!model.governed()) {
            throw CallException.refused(
                    "MODEL_UNGOVERNED", "a model of an ungoverned run has no study and is never released");
        }
        return studies.get(model.study().hex()).document();
    }
}
