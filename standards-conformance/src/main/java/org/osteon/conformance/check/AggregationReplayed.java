package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/**
 * E-01: every round's model of rule {@code mean} is what the stored updates give, bit for bit, in an arithmetic written
 * apart from the hub's.
 */
final class AggregationReplayed implements Check {
    private static final String REQUIREMENT = "The model is what the stored updates and the stated rule give.";
    private static final String METHOD =
            "each round recomputed from the stored updates, site by site in double, one rounding at the end; digests compared";

    @Override
    public String id() {
        return "E-01";
    }

    @Override
    public CheckResult judge(RunEvidence evidence, Optional<Double> limit) {
        int replayed = 0;
        try {
            for (int i = 1; i < evidence.versions().size(); i++) {
                ModelVersion before = evidence.versions().get(i - 1);
                ModelVersion version = evidence.versions().get(i);
                if (!version.parent().equals(before.digest())) {
                    return result(
                            "", Outcome.FAIL, "round " + version.round() + " does not follow the version before it");
                }
                if (!"mean".equals(version.rule())) {
                    return result(
                            "",
                            Outcome.INCONCLUSIVE,
                            "rule " + version.rule() + " is not recomputed by this check yet");
                }
                Optional<Path> base = evidence.objects().file(before.arrays());
                List<Path> updates = new ArrayList<>();
                for (ModelVersion.Input input : version.inputs()) {
                    evidence.objects().file(input.update()).ifPresent(updates::add);
                }
                if (base.isEmpty() || updates.size() != version.inputs().size()) {
                    return result("", Outcome.INCONCLUSIVE, "an update of round " + version.round() + " is not kept");
                }
                for (int u = 0; u < updates.size(); u++) {
                    if (!Digest.of(Files.readAllBytes(updates.get(u)))
                            .equals(version.inputs().get(u).update())) {
                        return result(
                                "",
                                Outcome.FAIL,
                                "the stored update of site "
                                        + version.inputs().get(u).site() + " in round " + version.round()
                                        + " is not the one that was counted");
                    }
                }
                Digest again = Digest.of(recompute(version, Files.readAllBytes(base.orElseThrow()), updates));
                if (!again.equals(version.arrays())) {
                    return result(
                            again.hex(),
                            Outcome.FAIL,
                            "round " + version.round() + " recomputes to " + again.brief() + "…, stored is "
                                    + version.arrays().brief() + "…");
                }
                replayed++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (replayed == 0
                || !evidence.versions()
                        .get(evidence.versions().size() - 1)
                        .digest()
                        .equals(evidence.model().digest())) {
            return result("", Outcome.INCONCLUSIVE, "the evidence holds no round that ends in this model");
        }
        return result(replayed + " rounds bit-identical", Outcome.PASS, "");
    }

    /** Site by site over the whole model, as the rule is stated, not tile by tile as the hub does it. */
    private static byte[] recompute(ModelVersion version, byte[] base, List<Path> updates) throws IOException {
        int elements = Math.toIntExact(
                version.specs().stream().mapToLong(ArraySpec::elements).sum());
        double[] sums = new double[elements];
        double weights = 0;
        for (int u = 0; u < updates.size(); u++) {
            double weight = version.inputs().get(u).weight();
            weights += weight;
            double[] values = decode(version.specs(), Files.readAllBytes(updates.get(u)), elements);
            for (int e = 0; e < elements; e++) {
                sums[e] += weight * values[e];
            }
        }
        double[] start = decode(version.specs(), base, elements);
        ByteBuffer out = ByteBuffer.allocate(base.length).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (ArraySpec spec : version.specs()) {
            for (long e = 0; e < spec.elements(); e++, at++) {
                double value = start[at] + sums[at] / weights;
                if ("float32".equals(spec.dtype())) {
                    out.putFloat((float) value);
                } else {
                    out.putDouble(value);
                }
            }
        }
        return out.array();
    }

    private static double[] decode(List<ArraySpec> specs, byte[] raw, int elements) {
        ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[elements];
        int at = 0;
        for (ArraySpec spec : specs) {
            for (long e = 0; e < spec.elements(); e++) {
                values[at++] = "float32".equals(spec.dtype()) ? in.getFloat() : in.getDouble();
            }
        }
        return values;
    }

    private CheckResult result(String measured, Outcome outcome, String fact) {
        return new CheckResult(id(), REQUIREMENT, METHOD, "bit-identical", measured, outcome, fact);
    }
}
