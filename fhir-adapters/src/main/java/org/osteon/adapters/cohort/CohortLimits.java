package org.osteon.adapters.cohort;

import java.time.Duration;

/**
 * What one cohort query may cost.
 *
 * @param time wall-clock time of the query
 * @param memoryBytes memory of the database
 * @param patients most rows of the result
 */
public record CohortLimits(Duration time, long memoryBytes, int patients) {
    /** Refuses limits that are not positive. */
    public CohortLimits {
        if (time.isNegative() || time.isZero() || memoryBytes <= 0 || patients <= 0) {
            throw new IllegalArgumentException(
                    "limits must be > 0, were " + time + ", " + memoryBytes + " bytes, " + patients + " patients");
        }
    }

    /** 60 s, 1 GiB, 10 million patients. */
    public static CohortLimits standard() {
        return new CohortLimits(Duration.ofSeconds(60), 1L << 30, 10_000_000);
    }
}
