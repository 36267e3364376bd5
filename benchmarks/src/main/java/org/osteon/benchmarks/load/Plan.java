package org.osteon.benchmarks.load;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;

/**
 * What is run on each server.
 *
 * @param carrier {@code grpc} or {@code http}
 * @param nodes nodes that all take part in every round
 * @param rounds rounds
 * @param arrays arrays of the model, float32
 * @param elements elements of each
 * @param strategy how the hub combines; nodes compare models with the right ones only for {@link #MEAN}
 */
record Plan(String carrier, int nodes, int rounds, int arrays, int elements, String strategy) {
    /** The strategy whose models are known beforehand, and the one that every server has. */
    static final String MEAN = "fedavg";

    private static final Map<String, Map<String, String>> CONSTANTS = Map.of(
            "fedprox", Map.of("proximalMu", "0.1"),
            "fedtrimmedavg", Map.of("trim", "1"),
            "krum", Map.of("byzantine", "1"),
            "multikrum", Map.of("byzantine", "1", "selected", "2"));

    /** With the mean. */
    Plan(String carrier, int nodes, int rounds, int arrays, int elements) {
        this(carrier, nodes, rounds, arrays, elements, MEAN);
    }

    /** The strategy's constants that have no usual value. */
    Map<String, String> constants() {
        return CONSTANTS.getOrDefault(strategy, Map.of());
    }

    /** Whether so many nodes are enough for the strategy. */
    boolean possible() {
        return Aggregation.of(strategy, constants()).fewest() <= nodes;
    }

    /** Whether it is known what the models must be. */
    boolean known() {
        return MEAN.equals(strategy);
    }

    /** The model's arrays. */
    List<ArraySpec> specs() {
        return new Updates(Path.of(""), nodes, arrays, elements, known()).specs();
    }

    /** Bytes that go over the wire in values: every node takes and gives every round. */
    double bytes() {
        return 2.0 * nodes * rounds * arrays * elements * Float.BYTES;
    }
}
