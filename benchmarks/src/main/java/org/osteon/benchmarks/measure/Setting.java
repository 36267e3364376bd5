package org.osteon.benchmarks.measure;

import java.nio.file.Path;

/**
 * Where and how much.
 *
 * @param repository the checkout, for sample data and the source of Go's verifier
 * @param divisor what full sizes are divided by: 1, or more to try the code
 */
public record Setting(Path repository, int divisor) {
    /** The size for a full size; at least 1. */
    public int size(int full) {
        return Math.max(1, full / divisor);
    }
}
