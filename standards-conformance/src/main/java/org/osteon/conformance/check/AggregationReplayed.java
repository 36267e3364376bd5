package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/**
 * E-01: from zeros on, every round's model is what the stored updates and the study's rule give, bit for bit, in an
 * arithmetic written apart from the hub's ({@link Replay}); and the versions follow each other from the first to the
 * judged one.
 */
final class AggregationReplayed implements Check {
    private static final String REQUIREMENT = "The model is what the stored updates and the stated rule give.";
    private static final String METHOD =
            "each round recomputed from the stored updates in strict order of sites in binary64; digests of the bytes compared";

    @Override
    public String id() {
        return "E-01";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        Optional<Fault> fault;
        try {
            fault = fault(evidence);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int rounds = evidence.versions().size() - 1;
        return fault.map(found -> found.of(id(), REQUIREMENT, METHOD, "bit-identical"))
                .orElseGet(() -> new CheckResult(
                        id(),
                        REQUIREMENT,
                        METHOD,
                        "bit-identical",
                        rounds + " rounds bit-identical",
                        Outcome.PASS,
                        ""));
    }

    private static Optional<Fault> fault(RunEvidence evidence) throws IOException {
        List<ModelVersion> versions = evidence.versions();
        if (versions.size() < 2
                || !versions.get(versions.size() - 1)
                        .digest()
                        .equals(evidence.model().digest())) {
            return Optional.of(Fault.inconclusive("the evidence holds no round that ends in this model"));
        }
        Optional<Fault> fault = initial(versions.get(0), evidence);
        for (int i = 1; i < versions.size() && fault.isEmpty(); i++) {
            fault = lineage(versions.get(i - 1), versions.get(i), evidence.study());
            if (fault.isEmpty()) {
                fault = round(versions.get(i - 1), versions.get(i), evidence);
            }
        }
        return fault;
    }

    /**
     * The first version holds the study's arrays, all zero; the template mlp starts from values this check does not
     * derive.
     */
    private static Optional<Fault> initial(ModelVersion first, RunEvidence evidence) throws IOException {
        Study study = evidence.study();
        if (first.round() != 0
                || !"initial".equals(first.rule())
                || !first.parent().equals(Reply.NOTHING)
                || !first.inputs().isEmpty()) {
            return Optional.of(Fault.fail("the run's first version is not an initial one"));
        }
        if (!first.specs().equals(study.model().arrays()) || !first.study().equals(study.digest())) {
            return Optional.of(Fault.fail("the run's first version does not have the study's arrays"));
        }
        if ("mlp".equals(study.model().template())) {
            return Optional.empty();
        }
        Digest zeros = Replay.zeros(bytes(first));
        return first.arrays().equals(zeros)
                ? Optional.empty()
                : Optional.of(Fault.fail(
                        first.arrays().hex(), "the run does not start from zeros as the study's template does"));
    }

    private static Optional<Fault> lineage(ModelVersion before, ModelVersion version, Study study) {
        String round = "round " + version.round();
        if (!version.parent().equals(before.digest())
                || version.round() != before.round() + 1
                || !version.run().equals(before.run())) {
            return Optional.of(Fault.fail(round + " does not follow the version before it"));
        }
        if (!version.study().equals(study.digest())
                || !version.specs().equals(study.model().arrays())) {
            return Optional.of(Fault.fail(round + " does not have the study's arrays"));
        }
        String rule = study.plan() instanceof TrainingPlan.Newton ? "newton" : "mean";
        if (!version.rule().equals(rule)) {
            return Optional.of(Fault.fail(round + " was made by rule " + version.rule() + ", the study's is " + rule));
        }
        if (version.inputs().isEmpty()) {
            return Optional.of(Fault.fail(round + " counts no update"));
        }
        String last = "";
        for (ModelVersion.Input input : version.inputs()) {
            if (input.site().compareTo(last) <= 0) {
                return Optional.of(Fault.fail(round + " does not take its sites once each in order of name: "
                        + input.site() + " follows " + last));
            }
            if (input.weight() != study.plan().weight()) {
                return Optional.of(Fault.fail(round + " gives site " + input.site() + " the weight " + input.weight()
                        + ", the study says " + study.plan().weight()));
            }
            last = input.site();
        }
        return Optional.empty();
    }

    private static Optional<Fault> round(ModelVersion before, ModelVersion version, RunEvidence evidence)
            throws IOException {
        String round = "round " + version.round();
        Optional<Path> base = evidence.objects().file(before.arrays());
        if (base.isEmpty()) {
            return Optional.of(Fault.inconclusive("the model that " + round + " starts from is not kept"));
        }
        if (!Replay.digest(base.orElseThrow()).equals(before.arrays())
                || Files.size(base.orElseThrow()) != bytes(version)) {
            return Optional.of(Fault.fail("the stored model that " + round + " starts from is not the one it names"));
        }
        boolean newton = "newton".equals(version.rule());
        long elements = version.specs().stream().mapToLong(ArraySpec::elements).sum();
        long length = newton ? (elements + elements * elements) * Double.BYTES : bytes(version);
        List<Path> updates = new ArrayList<>();
        for (ModelVersion.Input input : version.inputs()) {
            Optional<Path> update = evidence.objects().file(input.update());
            if (update.isEmpty()) {
                return Optional.of(
                        Fault.inconclusive("the update of site " + input.site() + " in " + round + " is not kept"));
            }
            if (!Replay.digest(update.orElseThrow()).equals(input.update())) {
                return Optional.of(Fault.fail("the stored update of site " + input.site() + " in " + round
                        + " is not the one that was counted"));
            }
            if (Files.size(update.orElseThrow()) != length) {
                return Optional.of(Fault.fail(
                        "the update of site " + input.site() + " in " + round + " does not have the study's shape"));
            }
            updates.add(update.orElseThrow());
        }
        if (version.specs().stream()
                .anyMatch(spec -> "int64".equals(spec.dtype()) || newton && !"float64".equals(spec.dtype()))) {
            return Optional.of(Fault.inconclusive(
                    round + " has arrays of a type that rule " + version.rule() + " is not stated for"));
        }
        Optional<Digest> again = newton
                ? Replay.newton(
                        (TrainingPlan.Newton) evidence.study().plan(),
                        Math.toIntExact(elements),
                        base.orElseThrow(),
                        updates)
                : Optional.of(Replay.mean(version, base.orElseThrow(), updates));
        if (again.isEmpty()) {
            return Optional.of(
                    Fault.fail(round + " cannot be recomputed: the summed Hessian is not positive definite"));
        }
        Digest recomputed = again.orElseThrow();
        return recomputed.equals(version.arrays())
                ? Optional.empty()
                : Optional.of(Fault.fail(
                        recomputed.hex(),
                        round + " recomputes to " + recomputed.brief() + "…, stored is "
                                + version.arrays().brief() + "…"));
    }

    private static long bytes(ModelVersion version) {
        return version.specs().stream().mapToLong(ArraySpec::bytes).sum();
    }
}
