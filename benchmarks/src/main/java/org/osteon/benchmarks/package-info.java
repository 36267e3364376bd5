/**
 * Speed as ratios within one run, against a peer or a limit.
 *
 * <p>Starting points: {@link org.osteon.benchmarks.Benchmarks}, {@link org.osteon.benchmarks.measure.Meter}.
 */
@NullMarked
package org.osteon.benchmarks;

import org.jspecify.annotations.NullMarked;
