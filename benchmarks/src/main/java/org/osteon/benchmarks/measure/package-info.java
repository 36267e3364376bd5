/**
 * Sides in turn, medians, ratios within a round.
 *
 * <p>Starting points: {@link org.osteon.benchmarks.measure.Meter}, {@link org.osteon.benchmarks.measure.Contest}.
 */
@NullMarked
package org.osteon.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
