package org.osteon.conformance.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study;

/**
 * A logistic model's score, written apart from the code that makes predictions: inputs scaled by the study's constants,
 * a missing one replaced by its center, summed in the order of the study in binary64, the bias last.
 */
final class LinearScore {
    private final List<Study.Feature> features;
    private final double[] weights;
    private final double bias;

    private LinearScore(List<Study.Feature> features, double[] weights, double bias) {
        this.features = features;
        this.weights = weights;
        this.bias = bias;
    }

    /** The score of a study's logistic model; nothing for another template. */
    static Optional<LinearScore> of(Study study, byte[] arrays) {
        List<ArraySpec> specs = study.model().arrays();
        int inputs = study.cohort().features().size();
        if (!"logistic".equals(study.model().template())
                || specs.size() != 2
                || specs.get(0).elements() != inputs
                || specs.get(1).elements() != 1
                || specs.stream().mapToLong(ArraySpec::bytes).sum() != arrays.length) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(arrays).order(ByteOrder.LITTLE_ENDIAN);
        double[] weights = new double[inputs];
        for (int i = 0; i < inputs; i++) {
            weights[i] = next(specs.get(0), in);
        }
        return Optional.of(new LinearScore(study.cohort().features(), weights, next(specs.get(1), in)));
    }

    private static double next(ArraySpec spec, ByteBuffer in) {
        return "float32".equals(spec.dtype()) ? in.getFloat() : in.getDouble();
    }

    /** The score of raw inputs, NaN for a missing one. */
    double score(double[] raw) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            Study.Feature feature = features.get(i);
            sum += Double.isNaN(raw[i]) ? 0 : weights[i] * ((raw[i] - feature.center()) / feature.scale());
        }
        return 1 / (1 + Math.exp(-(sum + bias)));
    }
}
