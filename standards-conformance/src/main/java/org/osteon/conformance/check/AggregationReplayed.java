package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/**
 * E-01: from zeros on, every round's model is what the stored updates and the study's rule give, bit for bit, in an
 * arithmetic written apart from the hub's ({@link Replay}, {@link StrategyReplay}); and the versions follow each other
 * from the first to the judged one.
 */
final class AggregationReplayed implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_BIT_IDENTICAL");

    @Override
    public String id() {
        return "E-01";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        Optional<Fault> fault;
        try {
            fault = fault(evidence);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<EvidenceItem> looked =
                Looked.at().study(evidence).versions(evidence).items();
        int rounds = evidence.versions().size() - 1;
        return fault.map(found -> Judgement.of(RULE, found, looked))
                .orElseGet(() -> Judgement.pass(RULE, Phrase.values("rounds", rounds), looked));
    }

    private static Optional<Fault> fault(RunEvidence evidence) throws IOException {
        List<ModelVersion> versions = evidence.versions();
        if (versions.size() < 2
                || !versions.get(versions.size() - 1)
                        .digest()
                        .equals(evidence.model().digest())) {
            return Optional.of(Fault.inconclusive("NO_ROUND_TO_MODEL"));
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
                || !first.inputs().isEmpty()
                || !first.state().isEmpty()) {
            return Optional.of(Fault.fail("FIRST_VERSION_NOT_INITIAL"));
        }
        if (!first.specs().equals(study.model().arrays()) || !first.study().equals(study.digest())) {
            return Optional.of(Fault.fail("FIRST_VERSION_ARRAYS"));
        }
        if ("mlp".equals(study.model().template())) {
            return Optional.empty();
        }
        Digest zeros = Replay.zeros(bytes(first));
        return first.arrays().equals(zeros)
                ? Optional.empty()
                : Optional.of(Fault.fail("START_NOT_ZEROS")
                        .measuring("arrays", first.arrays().hex()));
    }

    private static Optional<Fault> lineage(ModelVersion before, ModelVersion version, Study study) {
        int round = version.round();
        if (!version.parent().equals(before.digest())
                || version.round() != before.round() + 1
                || !version.run().equals(before.run())) {
            return Optional.of(Fault.fail("LINEAGE_BROKEN", "round", round));
        }
        if (!version.study().equals(study.digest())
                || !version.specs().equals(study.model().arrays())) {
            return Optional.of(Fault.fail("ROUND_ARRAYS", "round", round));
        }
        String rule = rule(study);
        if (!version.rule().equals(rule)) {
            return Optional.of(Fault.fail("ROUND_RULE", "round", round, "rule", version.rule(), "expected", rule));
        }
        if (version.inputs().isEmpty()) {
            return Optional.of(Fault.fail("ROUND_EMPTY", "round", round));
        }
        if (version.inputs().size() < study.aggregation().fewest()
                || version.inputs().size() > study.aggregation().most()) {
            return Optional.of(Fault.fail(
                    "ROUND_UPDATES",
                    "round",
                    round,
                    "rule",
                    rule,
                    "updates",
                    version.inputs().size()));
        }
        String last = "";
        for (ModelVersion.Input input : version.inputs()) {
            if (input.site().compareTo(last) <= 0) {
                return Optional.of(Fault.fail("SITE_ORDER", "round", round, "site", input.site(), "after", last));
            }
            if (input.weight() != study.plan().weight()) {
                return Optional.of(Fault.fail(
                        "SITE_WEIGHT",
                        "round",
                        round,
                        "site",
                        input.site(),
                        "weight",
                        input.weight(),
                        "expected",
                        study.plan().weight()));
            }
            last = input.site();
        }
        return Optional.empty();
    }

    private static String rule(Study study) {
        if (study.plan() instanceof TrainingPlan.Newton) {
            return "newton";
        }
        return study.aggregation() instanceof Aggregation.FedAvg
                ? "mean"
                : study.aggregation().strategy();
    }

    private static Optional<Fault> round(ModelVersion before, ModelVersion version, RunEvidence evidence)
            throws IOException {
        int round = version.round();
        Optional<Path> base = evidence.objects().file(before.arrays());
        if (base.isEmpty()) {
            return Optional.of(Fault.inconclusive("MODEL_NOT_KEPT", "round", round));
        }
        if (!Replay.digest(base.orElseThrow()).equals(before.arrays())
                || Files.size(base.orElseThrow()) != bytes(version)) {
            return Optional.of(Fault.fail("MODEL_OTHER", "round", round));
        }
        boolean newton = "newton".equals(version.rule());
        long elements = version.specs().stream().mapToLong(ArraySpec::elements).sum();
        long length = newton ? (elements + elements * elements) * Double.BYTES : bytes(version);
        List<Path> updates = new ArrayList<>();
        for (ModelVersion.Input input : version.inputs()) {
            Optional<Path> update = evidence.objects().file(input.update());
            if (update.isEmpty()) {
                return Optional.of(Fault.inconclusive("UPDATE_NOT_KEPT", "site", input.site(), "round", round));
            }
            if (!Replay.digest(update.orElseThrow()).equals(input.update())) {
                return Optional.of(Fault.fail("UPDATE_OTHER", "site", input.site(), "round", round));
            }
            if (Files.size(update.orElseThrow()) != length) {
                return Optional.of(Fault.fail("UPDATE_SHAPE", "site", input.site(), "round", round));
            }
            updates.add(update.orElseThrow());
        }
        if (version.specs().stream()
                .anyMatch(spec -> "int64".equals(spec.dtype()) || newton && !"float64".equals(spec.dtype()))) {
            return Optional.of(Fault.inconclusive("ARRAY_TYPE", "round", round, "rule", version.rule()));
        }
        if (!newton && !"mean".equals(version.rule())) {
            return strategy(before, version, evidence, base.orElseThrow(), updates);
        }
        Optional<Digest> again = newton
                ? Replay.newton(
                        (TrainingPlan.Newton) evidence.study().plan(),
                        Math.toIntExact(elements),
                        base.orElseThrow(),
                        updates)
                : Optional.of(Replay.mean(version, base.orElseThrow(), updates));
        if (again.isEmpty()) {
            return Optional.of(Fault.fail("HESSIAN_NOT_DEFINITE", "round", round));
        }
        return again.orElseThrow().equals(version.arrays())
                ? Optional.empty()
                : Optional.of(differs(version, again.orElseThrow()));
    }

    /** A round of a strategy, from what it kept of the round before, which was held against its digest there. */
    private static Optional<Fault> strategy(
            ModelVersion before, ModelVersion version, RunEvidence evidence, Path base, List<Path> updates)
            throws IOException {
        List<Path> state = new ArrayList<>();
        for (ModelVersion.State kept : before.state()) {
            Optional<Path> file = evidence.objects().file(kept.values());
            if (file.isEmpty()) {
                return Optional.of(Fault.inconclusive("STATE_NOT_KEPT", "name", kept.name(), "round", version.round()));
            }
            if (!Replay.digest(file.orElseThrow()).equals(kept.values())) {
                return Optional.of(Fault.fail("STATE_OTHER", "name", kept.name(), "round", version.round()));
            }
            state.add(file.orElseThrow());
        }
        StrategyReplay.Result again =
                new StrategyReplay(evidence.study().aggregation(), version, updates).from(base, state);
        if (!again.arrays().equals(version.arrays())) {
            return Optional.of(differs(version, again.arrays()));
        }
        return again.state().equals(version.state())
                ? Optional.empty()
                : Optional.of(Fault.fail("STATE_DIFFERS", "round", version.round()));
    }

    private static Fault differs(ModelVersion version, Digest recomputed) {
        return Fault.fail(
                        "ROUND_DIFFERS",
                        "round",
                        version.round(),
                        "recomputed",
                        recomputed.brief(),
                        "stored",
                        version.arrays().brief())
                .measuring("arrays", recomputed.hex());
    }

    private static long bytes(ModelVersion version) {
        return version.specs().stream().mapToLong(ArraySpec::bytes).sum();
    }
}
