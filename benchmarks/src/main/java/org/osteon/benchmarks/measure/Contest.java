package org.osteon.benchmarks.measure;

import java.util.List;

/**
 * Sides that do the same amount of work.
 *
 * @param name as printed
 * @param unit what is counted, for example {@code rows}
 * @param units how many of it one run does
 * @param reference the side that the others are compared with
 * @param others the others
 */
public record Contest(String name, String unit, double units, Side reference, List<Side> others) {
    /** Takes a copy. */
    public Contest {
        others = List.copyOf(others);
    }
}
