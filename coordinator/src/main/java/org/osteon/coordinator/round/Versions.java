package org.osteon.coordinator.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.aggregation.NewtonStep;
import org.osteon.coordinator.aggregation.Strategy;
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
    ModelVersion initial(String run, Digest study, boolean governed, List<ArraySpec> specs, Combine.Content values) {
        Combine.Result initial = Combine.write(values, objects);
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
        RunPlan plan = RunPlan.of(run, studies);
        List<ModelVersion.Input> inputs = accepted.stream()
                .map(reply -> new ModelVersion.Input(reply.site(), reply.digest(), reply.update(), reply.weight()))
                .toList();
        List<ModelVersion.Rejected> rejected = replies.stream()
                .filter(reply -> !reply.accepted())
                .map(reply -> new ModelVersion.Rejected(reply.site(), reply.reason()))
                .toList();
        Strategy.Outcome combined = combine(plan, inputs, before);
        objects.keep(combined.arrays().draft(), combined.arrays().digest());
        List<ModelVersion.State> state = new ArrayList<>();
        combined.state().forEach((name, kept) -> {
            objects.keep(kept.draft(), kept.digest());
            state.add(new ModelVersion.State(name, kept.digest()));
        });
        return new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                run.study(),
                run.id(),
                run.round(),
                before.specs(),
                combined.arrays().digest(),
                before.digest(),
                plan.rule(),
                inputs,
                rejected,
                run.governed(),
                state);
    }

    /**
     * What a version holds, recomputed from the stored updates.
     *
     * @param arrays digest of its arrays
     * @param state what its strategy keeps
     */
    record Again(Digest arrays, List<ModelVersion.State> state) {}

    /**
     * A version's arrays and state, recomputed from the stored updates.
     *
     * @throws CallException {@code NOT_REPLAYABLE} when an update, or what the strategy kept, is not there any more
     */
    Again again(RunRecord run, ModelVersion version) {
        for (ModelVersion.Input input : version.inputs()) {
            if (!objects.has(input.update())) {
                throw CallException.refused(
                        "NOT_REPLAYABLE", "an update of round " + version.round() + " is not kept any more, by policy");
            }
        }
        if (version.inputs().isEmpty()) {
            throw CallException.refused(
                    "NOT_REPLAYABLE", "a version made by rule " + version.rule() + " has no updates");
        }
        ModelVersion before = models.get(version.parent().hex());
        for (ModelVersion.State kept : before.state()) {
            if (!objects.has(kept.values())) {
                throw CallException.refused(
                        "NOT_REPLAYABLE",
                        "what the strategy kept of round " + before.round() + " is not there any more");
            }
        }
        Strategy.Outcome again = combine(RunPlan.of(run, studies), version.inputs(), before);
        List<ModelVersion.State> state = new ArrayList<>();
        erase(again.arrays());
        again.state().forEach((name, kept) -> {
            erase(kept);
            state.add(new ModelVersion.State(name, kept.digest()));
        });
        return new Again(again.arrays().digest(), state);
    }

    private static void erase(Combine.Result combined) {
        try {
            Files.deleteIfExists(combined.draft());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Strategy.Outcome combine(RunPlan plan, List<ModelVersion.Input> inputs, ModelVersion before) {
        List<Combine.Part> parts = inputs.stream()
                .map(input -> new Combine.Part(objects.file(input.update()), input.weight()))
                .toList();
        if (plan instanceof RunPlan.Governed governed
                && governed.study().plan() instanceof TrainingPlan.Newton newton) {
            return new Strategy.Outcome(newton(newton, before, parts), Map.of());
        }
        Map<String, Path> state = new LinkedHashMap<>();
        before.state().forEach(kept -> state.put(kept.name(), objects.file(kept.values())));
        return new Strategy(plan.aggregation(), before.specs(), objects)
                .combine(
                        new Strategy.Before(objects.file(before.arrays()), plan instanceof RunPlan.Governed, state),
                        parts);
    }

    private Combine.Result newton(TrainingPlan.Newton plan, ModelVersion before, List<Combine.Part> parts) {
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
