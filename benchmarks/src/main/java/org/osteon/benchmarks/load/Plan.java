package org.osteon.benchmarks.load;

import java.nio.file.Path;
import java.util.List;
import org.osteon.protocol.document.ArraySpec;

/**
 * What is run on each server.
 *
 * @param carrier {@code grpc} or {@code http}
 * @param nodes nodes that all take part in every round
 * @param rounds rounds
 * @param arrays arrays of the model, float32
 * @param elements elements of each
 */
record Plan(String carrier, int nodes, int rounds, int arrays, int elements) {
    /** The model's arrays. */
    List<ArraySpec> specs() {
        return new Updates(Path.of(""), nodes, arrays, elements).specs();
    }

    /** Bytes that go over the wire in values: every node takes and gives every round. */
    double bytes() {
        return 2.0 * nodes * rounds * arrays * elements * Float.BYTES;
    }
}
