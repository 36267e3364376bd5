package org.osteon.learning.evaluation;

import java.util.List;
import org.osteon.learning.LearningException;

/**
 * Counts of held-out patients by score, one histogram for each outcome class; bin b of B holds scores in [b/B, (b+1)/B)
 * and the last one also 1. Counts with noise may be negative.
 *
 * @param negatives patients of class 0
 * @param positives patients of class 1
 */
public record ScoreHistograms(List<Long> negatives, List<Long> positives) {
    /** Takes copies; both have as many bins. */
    public ScoreHistograms {
        negatives = List.copyOf(negatives);
        positives = List.copyOf(positives);
        if (negatives.size() != positives.size()) {
            throw new LearningException(
                    "HISTOGRAM_MALFORMED", negatives.size() + " bins and " + positives.size() + " bins");
        }
    }

    /** The bin of a score between 0 and 1. */
    static int bin(double score, int bins) {
        return Math.min(bins - 1, (int) (score * bins));
    }

    /** Both as arrays: class 0, class 1. */
    public long[][] counts() {
        return new long[][] {
            negatives.stream().mapToLong(Long::longValue).toArray(),
            positives.stream().mapToLong(Long::longValue).toArray()
        };
    }
}
