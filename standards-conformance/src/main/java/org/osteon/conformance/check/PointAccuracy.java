package org.osteon.conformance.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.conformance.statistics.PercentileBound;
import org.osteon.conformance.statistics.PercentileEstimate;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Digest;

/**
 * the bound for the 95th percentile of single-point errors on a phantom is within the declared limit. The error
 * of a reading is the distance between reference and measured position in millimetres, in binary64.
 */
final class PointAccuracy implements Check {
    private static final List<String> AXES = List.of("x", "y", "z");

    @Override
    public String id() {
        return "A-04";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked = Looked.at().table(evidence, Tables.PHANTOM).items();
        if (limit.isEmpty()) {
            return Declared.missing(id(), looked);
        }
        double declared = limit.orElseThrow();
        Phrase text = Phrase.of("LIMIT_POINT_ERROR", "declared", Numbers.text(declared));
        Optional<byte[]> table = evidence.tables().get(Tables.PHANTOM);
        if (table.isEmpty()) {
            return Judgement.of(text, Fault.inconclusive("TABLE_MISSING", "table", Tables.PHANTOM), looked);
        }
        Map<String, List<Double>> points;
        try {
            points = points(Csv.read(Tables.PHANTOM, table.orElseThrow()));
        } catch (Csv.Malformed e) {
            return Judgement.of(text, e.fault(), looked);
        }
        if (points.size() < PercentileBound.FEWEST_POINTS) {
            return Judgement.of(
                    text,
                    Fault.inconclusive(
                                    "POINTS_TOO_FEW", "points", points.size(), "needed", PercentileBound.FEWEST_POINTS)
                            .measuring("points", points.size()),
                    looked);
        }
        PercentileEstimate estimate = PercentileBound.estimate(
                points.values().stream()
                        .map(errors ->
                                errors.stream().mapToDouble(Double::doubleValue).toArray())
                        .toList(),
                seed(table.orElseThrow()));
        Map<String, String> measured = measured(estimate);
        String upper = Numbers.text(estimate.upper());
        String low = Numbers.text(estimate.low());
        if (estimate.upper() <= declared) {
            return Judgement.pass(text, measured, looked);
        }
        Fault fault = estimate.low() > declared
                ? Fault.fail("POINT_ERROR_ABOVE", "low", low, "declared", Numbers.text(declared))
                : Fault.inconclusive(
                        "POINT_ERROR_CROSSES", "low", low, "upper", upper, "declared", Numbers.text(declared));
        return Judgement.of(text, fault.measuring(measured), looked);
    }

    /** Errors by configuration and point, in the order of the table. */
    private static Map<String, List<Double>> points(Csv table) throws Csv.Malformed {
        int config = table.column("config");
        int point = table.column("point");
        int rep = table.column("rep");
        int[] reference = new int[3];
        int[] measured = new int[3];
        for (int axis = 0; axis < 3; axis++) {
            reference[axis] = table.column("ref_" + AXES.get(axis));
            measured[axis] = table.column("meas_" + AXES.get(axis));
        }
        Map<String, List<Double>> points = new LinkedHashMap<>();
        Set<List<String>> seen = new HashSet<>();
        for (int row = 0; row < table.size(); row++) {
            List<String> reading = List.of(table.cell(row, config), table.cell(row, point), table.cell(row, rep));
            if (!seen.add(reading)) {
                throw table.malformed(row);
            }
            double square = 0;
            for (int axis = 0; axis < 3; axis++) {
                double difference = table.number(row, measured[axis]) - table.number(row, reference[axis]);
                square += difference * difference;
            }
            points.computeIfAbsent(reading.get(0) + "\n" + reading.get(1), key -> new ArrayList<>())
                    .add(Math.sqrt(square));
        }
        return points;
    }

    private static Map<String, String> measured(PercentileEstimate estimate) {
        return Phrase.values(
                "points",
                estimate.points(),
                "readings",
                estimate.readings(),
                "mean",
                Numbers.text(estimate.mean()),
                "sd",
                Numbers.text(estimate.sd()),
                "rms",
                Numbers.text(estimate.rms()),
                "p95",
                Numbers.text(estimate.percentile()),
                "max",
                Numbers.text(estimate.max()),
                "p95Low",
                Numbers.text(estimate.low()),
                "p95High",
                Numbers.text(estimate.high()),
                "distributionFree",
                Numbers.text(estimate.distributionFree()),
                "normalTolerance",
                Numbers.text(estimate.normalTolerance()),
                "upper",
                Numbers.text(estimate.upper()),
                "seed",
                estimate.seed());
    }

    /** The same table always gives the same draws. */
    private static long seed(byte[] table) {
        return ByteBuffer.wrap(Digest.of(table).raw()).getLong() >>> 11;
    }
}
