package org.osteon.coordinator.round;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.conformance.statistics.AucEstimate;
import org.osteon.conformance.statistics.HistogramAuc;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;

/** What an evaluation exchange comes to: the sites' released histograms, summed, and the AUC they allow. */
final class EvaluationResult {
    private EvaluationResult() {}

    /** As canonical JSON. */
    static String of(Study study, List<ReplyRecord> accepted, ObjectStore objects) {
        int bins = study.evaluation().bins();
        List<Combine.Part> parts = accepted.stream()
                .map(reply -> new Combine.Part(objects.file(reply.update()), 1))
                .toList();
        long[] sums = Combine.sumCounts(2L * bins, parts);
        long[] negatives = Arrays.copyOf(sums, bins);
        long[] positives = Arrays.copyOfRange(sums, bins, 2 * bins);
        AucEstimate auc =
                HistogramAuc.estimate(negatives, positives, study.evaluation().noiseSigma(), accepted.size());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("auc", auc.auc());
        result.put("low", auc.low());
        result.put("high", auc.high());
        result.put("estimable", auc.estimable());
        result.put("binning", auc.binning());
        result.put("positives", auc.positives());
        result.put("negatives", auc.negatives());
        result.put("noiseSigma", study.evaluation().noiseSigma());
        result.put("sites", accepted.size());
        return new String(CanonicalJson.write(result), StandardCharsets.UTF_8);
    }
}
