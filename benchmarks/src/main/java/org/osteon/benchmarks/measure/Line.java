package org.osteon.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * What was measured of one side.
 *
 * @param contest name of the contest
 * @param side name of the side
 * @param unit what is counted
 * @param perCpuSecond units a CPU second
 * @param perSecond units a second of wall time
 * @param ratio this side's units a CPU second over the reference's in the same round; null for the reference itself
 * @param wallRatio the same by wall time
 * @param target least ratio asked for; null for none
 */
public record Line(
        String contest,
        String side,
        String unit,
        Spread perCpuSecond,
        Spread perSecond,
        @Nullable Spread ratio,
        @Nullable Spread wallRatio,
        @Nullable Double target) {}
