package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.conformance.statistics.AucEstimate;
import org.osteon.conformance.statistics.HistogramAuc;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Digest;

/**
 * B-04: the lower end of the AUC's 95 % interval, computed anew from the noised histograms that the sites released on
 * their held-out patients, is at least the declared one.
 */
final class AucDeclared implements Check {
    @Override
    public String id() {
        return "B-04";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        Map<String, Digest> released = Evaluations.released(evidence);
        Looked looked = Looked.at().study(evidence);
        released.forEach((site, digest) -> looked.add("histogram/" + site, digest));
        if (limit.isEmpty()) {
            return Declared.missing(id(), looked.items());
        }
        double declared = limit.orElseThrow();
        Phrase text = Phrase.of("LIMIT_AUC", "declared", Numbers.text(declared));
        if (released.isEmpty()) {
            return Judgement.of(text, Fault.inconclusive("NO_EVALUATION"), looked.items());
        }
        int bins = evidence.study().evaluation().bins();
        long[] negatives = new long[bins];
        long[] positives = new long[bins];
        for (Map.Entry<String, Digest> entry : released.entrySet()) {
            Optional<Fault> fault = add(evidence, entry.getKey(), entry.getValue(), negatives, positives);
            if (fault.isPresent()) {
                return Judgement.of(text, fault.orElseThrow(), looked.items());
            }
        }
        AucEstimate auc = HistogramAuc.estimate(
                negatives, positives, evidence.study().evaluation().noiseSigma(), released.size());
        Map<String, String> measured = Phrase.values(
                "auc",
                Numbers.text(auc.auc()),
                "aucLow",
                Numbers.text(auc.low()),
                "aucHigh",
                Numbers.text(auc.high()),
                "binning",
                Numbers.text(auc.binning()),
                "positives",
                auc.positives(),
                "negatives",
                auc.negatives(),
                "noiseSigma",
                Numbers.text(evidence.study().evaluation().noiseSigma()),
                "sites",
                released.size());
        return judged(auc, declared, measured)
                .map(fault -> Judgement.of(text, fault.measuring(measured), looked.items()))
                .orElseGet(() -> Judgement.pass(text, measured, looked.items()));
    }

    private static Optional<Fault> judged(AucEstimate auc, double declared, Map<String, String> measured) {
        if (!auc.estimable()) {
            return Optional.of(Fault.inconclusive(
                    "AUC_NOT_ESTIMABLE", "positives", auc.positives(), "negatives", auc.negatives()));
        }
        if (auc.low() >= declared) {
            return Optional.empty();
        }
        Object[] values = {
            "low", String.valueOf(measured.get("aucLow")),
            "high", String.valueOf(measured.get("aucHigh")),
            "declared", Numbers.text(declared)
        };
        return Optional.of(
                auc.high() < declared ? Fault.fail("AUC_BELOW", values) : Fault.inconclusive("AUC_CROSSES", values));
    }

    /** Two histograms of int64, little-endian: patients without the outcome, patients with it. */
    private static Optional<Fault> add(
            RunEvidence evidence, String site, Digest digest, long[] negatives, long[] positives) {
        Optional<Path> file = evidence.objects().file(digest);
        if (file.isEmpty()) {
            return Optional.of(Fault.inconclusive("HISTOGRAM_NOT_KEPT", "site", site));
        }
        try {
            if (Files.size(file.orElseThrow()) != 2L * negatives.length * Long.BYTES) {
                return Optional.of(Fault.fail("HISTOGRAM_SHAPE", "site", site));
            }
            byte[] bytes = Files.readAllBytes(file.orElseThrow());
            if (!Digest.of(bytes).equals(digest)) {
                return Optional.of(Fault.fail("HISTOGRAM_OTHER", "site", site));
            }
            ByteBuffer counts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (long[] histogram : List.of(negatives, positives)) {
                for (int bin = 0; bin < histogram.length; bin++) {
                    histogram[bin] = Math.addExact(histogram[bin], counts.getLong());
                }
            }
            return Optional.empty();
        } catch (ArithmeticException e) {
            return Optional.of(Fault.fail("HISTOGRAM_SHAPE", "site", site));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
