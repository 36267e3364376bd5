package org.osteon.coordinator.control;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.flower.wire.Scalar;

/**
 * What a run shall be, from the {@code osteon-…} keys of the app and of {@code --run-config}: the hub runs a strategy
 * of its own, never the app's ServerApp. Every error names the key.
 *
 * @param rounds {@code osteon-rounds}
 * @param nodes {@code osteon-nodes}
 * @param arrays {@code osteon-arrays}, the model's arrays; they begin as zeros
 * @param aggregation {@code osteon-strategy} with its constants of {@code osteon-strategy-options}
 */
record RunConfig(int rounds, int nodes, List<ArraySpec> arrays, Aggregation aggregation) {
    static final String STRATEGY = "osteon-strategy";
    static final String OPTIONS = "osteon-strategy-options";
    static final String ROUNDS = "osteon-rounds";
    static final String NODES = "osteon-nodes";
    static final String ARRAYS = "osteon-arrays";

    private static final Set<String> KEYS = Set.of(STRATEGY, OPTIONS, ROUNDS, NODES, ARRAYS);
    private static final int MOST = 10_000;
    private static final int LONGEST = 64 * 1024;
    private static final long MOST_BYTES = 64L * 1024 * 1024;
    private static final Pattern ARRAY = Pattern.compile("\\s*([^:,\\[\\]\\s]+):([a-z0-9]+)\\[([0-9, ]*)]\\s*(,|$)");

    /** Takes a copy. */
    RunConfig {
        arrays = List.copyOf(arrays);
    }

    /**
     * Reads the keys; those of the call count before those of the app.
     *
     * @throws ControlRefusal naming the key
     */
    static RunConfig of(Map<String, String> declared, Map<String, Scalar> given) {
        Map<String, String> values = new LinkedHashMap<>(declared);
        given.forEach((key, value) -> values.put(key, text(key, value)));
        for (String key : values.keySet()) {
            if (!KEYS.contains(key)) {
                throw ControlRefusal.configuration(
                        clipped(key) + " reaches no node through this hub: --run-config takes "
                                + STRATEGY + ", " + OPTIONS + ", " + ROUNDS + ", " + NODES + " and " + ARRAYS
                                + ", anything else is set in the app's own pyproject.toml");
            }
        }
        String strategy = needed(values, STRATEGY, "the strategy that the hub runs, such as \"fedavg\"");
        if (!Aggregation.NAMES.contains(strategy)) {
            throw ControlRefusal.configuration(STRATEGY + " must be one of " + String.join(", ", Aggregation.NAMES)
                    + ", was \"" + clipped(strategy) + "\"; this hub does not execute an app's ServerApp");
        }
        return new RunConfig(
                count(ROUNDS, needed(values, ROUNDS, "rounds of training")),
                count(NODES, needed(values, NODES, "nodes that take part and must answer")),
                arrays(needed(values, ARRAYS, "the model's arrays, such as \"weight:float32[10],bias:float32[1]\"")),
                aggregation(strategy, values.getOrDefault(OPTIONS, "")));
    }

    private static Aggregation aggregation(String strategy, String options) {
        Map<String, String> constants = new LinkedHashMap<>();
        for (String option : options.isBlank() ? new String[0] : options.split(",", -1)) {
            String[] sides = option.split("=", -1);
            if (sides.length != 2 || constants.put(sides[0].strip(), sides[1].strip()) != null) {
                throw ControlRefusal.configuration(OPTIONS + " is not readable at \"" + clipped(option)
                        + "\": write constant=number, each once, separated by commas");
            }
        }
        try {
            return Aggregation.of(strategy, constants);
        } catch (DocumentException e) {
            throw ControlRefusal.configuration(OPTIONS + ": " + e.getMessage());
        }
    }

    /** The bytes of the initial model. */
    byte[] zeros() {
        return new byte[Math.toIntExact(ArraySpec.bytes(arrays))];
    }

    private static String text(String key, Scalar value) {
        return switch (value.getScalarCase()) {
            case STRING -> value.getString();
            case SINT64 -> Long.toString(value.getSint64());
            case UINT64 -> Long.toUnsignedString(value.getUint64());
            default -> throw ControlRefusal.configuration(clipped(key) + " must be a text or a whole number");
        };
    }

    private static String needed(Map<String, String> values, String key, String what) {
        String value = values.get(key);
        if (value == null || value.isBlank()) {
            throw ControlRefusal.configuration(key + " is missing: " + what
                    + "; give it with --run-config or in the app's [tool.flwr.app.config]. This hub does not execute an"
                    + " app's ServerApp");
        }
        return value.strip();
    }

    private static int count(String key, String value) {
        int count = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
        if (count < 1 || count > MOST) {
            throw ControlRefusal.configuration(key + " must be 1 to " + MOST + ", was \"" + clipped(value) + "\"");
        }
        return count;
    }

    private static List<ArraySpec> arrays(String value) {
        if (value.length() > LONGEST) {
            throw ControlRefusal.configuration(ARRAYS + " is longer than " + LONGEST + " characters");
        }
        List<ArraySpec> arrays = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Matcher next = ARRAY.matcher(value);
        long bytes = 0;
        int at = 0;
        boolean more = true;
        while (more) {
            if (!next.region(at, value.length()).lookingAt()) {
                throw ControlRefusal.configuration(ARRAYS + " is not readable at \"" + clipped(value.substring(at))
                        + "\": write name:dtype[shape], separated by commas");
            }
            ArraySpec array = array(next.group(1), next.group(2), next.group(3));
            if (!names.add(array.name())) {
                throw ControlRefusal.configuration(ARRAYS + " names " + array.name() + " twice");
            }
            arrays.add(array);
            bytes += Math.min(MOST_BYTES + 1, array.bytes());
            if (bytes > MOST_BYTES || arrays.size() > MOST) {
                throw ControlRefusal.configuration(
                        ARRAYS + " are more than " + MOST + " arrays or " + MOST_BYTES + " bytes");
            }
            at = next.end();
            more = ",".equals(next.group(4));
        }
        return arrays;
    }

    private static ArraySpec array(String name, String dtype, String extents) {
        List<Integer> shape = new ArrayList<>();
        for (String extent : extents.isBlank() ? new String[0] : extents.split(",", -1)) {
            if (!extent.strip().matches("[0-9]{1,9}")) {
                throw ControlRefusal.configuration(ARRAYS + ": the shape of " + clipped(name) + " is not readable");
            }
            shape.add(Integer.parseInt(extent.strip()));
        }
        try {
            return new ArraySpec(name, dtype, shape, "shared");
        } catch (DocumentException e) {
            throw ControlRefusal.configuration(ARRAYS + ": " + clipped(name) + ": " + e.getMessage());
        }
    }

    static String clipped(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
