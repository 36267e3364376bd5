package org.osteon.conformance.statistics;

/**
 * The 95th percentile of errors that were read several times at each of many points, with bounds.
 *
 * @param points number of points
 * @param readings number of readings
 * @param mean mean error
 * @param sd standard deviation of the errors
 * @param rms root mean square
 * @param percentile 95th percentile of the errors
 * @param max largest error
 * @param low lower end of the 95 % BCa interval of the percentile, points drawn with replacement
 * @param high upper end of that interval
 * @param distributionFree a value that at least 95 % of points stay below in their worst reading, with confidence 95 %;
 *     not a number with fewer points than 59
 * @param normalTolerance the same under normal errors, as a cross-check
 * @param seed of the draws
 */
public record PercentileEstimate(
        int points,
        int readings,
        double mean,
        double sd,
        double rms,
        double percentile,
        double max,
        double low,
        double high,
        double distributionFree,
        double normalTolerance,
        long seed) {
    /** The bound that a limit is held against: the larger of the interval's upper end and the distribution-free one. */
    public double upper() {
        return Math.max(high, distributionFree);
    }
}
