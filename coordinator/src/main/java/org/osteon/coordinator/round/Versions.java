package org.osteon.coordinator.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.aggregation.NewtonStep;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.TrainingPlan;

/** Makes model versions: the first, the next from a round's updates, and any of them again from what is stored. */
final class Versions {
    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final String federation;

    Versions(Studies studies, Models models, ObjectStore objects, String federation) {
        this.studies = studies;
        this.models = models;
        this.objects = objects;
        this.federation = federation;
    }

    /** The version a run starts from; its arrays are on disk when this returns. */
    ModelVersion initial(String run, Digest study, boolean governed, List<ArraySpec> specs, byte[] payload) {
        Combine.Result initial = Combine.write(payload, objects);
        objects.keep(initial.draft(), initial.digest());
        return new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                study,
                run,
                0,
                specs,
                initial.digest(),
                Reply.NOTHING,
                "initial",
                List.of(),
                List.of(),
                governed);
    }

    /** The version that a round's accepted updates make, in site order; its arrays are on disk when this returns. */
    ModelVersion next(RunRecord run, List<ReplyRecord> replies, List<ReplyRecord> accepted) {
        ModelVersion before = models.get(run.model().hex());
        String rule = RunPlan.of(run, studies).rule();
        List<ModelVersion.Input> inputs = accepted.stream()
                .map(reply -> new ModelVersion.Input(reply.site(), reply.digest(), reply.update(), reply.weight()))
                .toList();
        List<ModelVersion.Rejected> rejected = replies.stream()
                .filter(reply -> !reply.accepted())
                .map(reply -> new ModelVersion.Rejected(reply.site(), reply.reason()))
                .toList();
        Combine.Result combined = combine(rule, run.study(), inputs, before);
        objects.keep(combined.draft(), combined.digest());
        return new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                run.study(),
                run.id(),
                run.round(),
                before.specs(),
                combined.digest(),
                before.digest(),
                rule,
                inputs,
                rejected,
                run.governed());
    }

    /**
     * The digest of a version's arrays, recomputed from the stored updates.
     *
     * @throws CallException {@code NOT_REPLAYABLE} when an update is not kept any more
     */
    Digest again(ModelVersion version) {
        for (ModelVersion.Input input : version.inputs()) {
            if (!objects.has(input.update())) {
                throw CallException.refused(
                        "NOT_REPLAYABLE", "an update of round " + version.round() + " is not kept any more, by policy");
            }
        }
        ModelVersion before = models.get(version.parent().hex());
        Combine.Result again = combine(version.rule(), version.study(), version.inputs(), before);
        try {
            Files.deleteIfExists(again.draft());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return again.digest();
    }

    private Combine.Result combine(String rule, Digest study, List<ModelVersion.Input> inputs, ModelVersion before) {
        List<Combine.Part> parts = inputs.stream()
                .map(input -> new Combine.Part(objects.file(input.update()), input.weight()))
                .toList();
        return switch (rule) {
            case "mean" -> Combine.mean(before.specs(), objects.file(before.arrays()), parts, objects);
            case "weights" -> Combine.mean(before.specs(), null, parts, objects);
            case "newton" -> newton(study, before, parts);
            default ->
                throw CallException.refused("NOT_REPLAYABLE", "a version made by rule " + rule + " has no updates");
        };
    }

    private Combine.Result newton(Digest study, ModelVersion before, List<Combine.Part> parts) {
        TrainingPlan.Newton plan =
                (TrainingPlan.Newton) studies.get(study.hex()).document().plan();
        int d = Math.toIntExact(
                before.specs().stream().mapToLong(ArraySpec::elements).sum());
        double[] sums = Combine.sumDoubles(d + d * d, parts);
        double[] gradient = Arrays.copyOf(sums, d);
        double[] hessian = Arrays.copyOfRange(sums, d, d + d * d);
        return Combine.write(
                NewtonStep.next(Combine.doubles(objects.file(before.arrays()), d), gradient, hessian, plan.ridge()),
                objects);
    }
}
