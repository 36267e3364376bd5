package org.osteon.conformance.statistics;

/**
 * The area under the ROC curve with its interval, or the statement that the released counts do not carry one.
 *
 * @param estimable false when a class total is not above three standard deviations of its noise
 * @param auc point estimate, 0.5 when not estimable
 * @param low lower end of the 95 % interval
 * @param high upper end of the 95 % interval
 * @param binning half-width that the unknown order within bins adds
 * @param positives noised number of held-out patients with the outcome
 * @param negatives noised number without
 */
public record AucEstimate(
        boolean estimable, double auc, double low, double high, double binning, long positives, long negatives) {

    static AucEstimate notEstimable(long positives, long negatives) {
        return new AucEstimate(false, 0.5, 0, 1, 0, positives, negatives);
    }

    /** Whether two intervals share a value; then no difference is shown. */
    public boolean overlaps(AucEstimate other) {
        return low <= other.high && other.low <= high;
    }
}
