/**
 * Statistics that verdicts rest on; they live here and nowhere else.
 *
 * <p>Starting points: {@link org.osteon.conformance.statistics.HistogramAuc}.
 */
@NullMarked
package org.osteon.conformance.statistics;

import org.jspecify.annotations.NullMarked;
