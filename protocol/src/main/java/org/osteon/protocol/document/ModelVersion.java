package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;

/**
 * One model in the registry with its lineage.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param run the run
 * @param round 0 for the initial model, else the round that made it
 * @param specs the arrays in order
 * @param arrays SHA-256 of the arrays file: raw little-endian payloads in that order
 * @param parent identity of the version before, the digest of nothing for the first
 * @param rule how it was combined: {@code initial}, {@code mean} (base plus weighted mean of changes), {@code newton},
 *     {@code weights} (weighted mean of whole values, ungoverned runs), or the name of another {@link Aggregation}
 * @param inputs the counted replies, in site order
 * @param rejected the replies that were not counted, in site order
 * @param governed whether every participant is an Osteon agent with a capsule
 * @param state what the strategy goes on from in the next round, left out when it keeps nothing
 */
public record ModelVersion(
        String schema,
        String federation,
        Digest study,
        String run,
        int round,
        List<ArraySpec> specs,
        Digest arrays,
        Digest parent,
        String rule,
        List<Input> inputs,
        List<Rejected> rejected,
        boolean governed,

        @JacksonInject(value = CanonicalJson.NO_STATE, useInput = OptBoolean.TRUE)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<State> state)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.model/1";

    private static final List<String> RULES = List.of(
            "initial",
            "mean",
            "newton",
            "weights",
            "fedsgd",
            "fedavgm",
            "fedadagrad",
            "fedadam",
            "fedyogi",
            "fedmedian",
            "fedtrimmedavg",
            "krum",
            "multikrum",
            "geometric-median");

    /** Takes copies. */
    public ModelVersion {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("run", run);
        Require.range("round", round, 0, 100_000);
        Require.oneOf("rule", rule, RULES);
        specs = List.copyOf(specs);
        inputs = List.copyOf(inputs);
        rejected = List.copyOf(rejected);
        state = List.copyOf(state);
        Require.size("state", state, 0, 2);
    }

    /** A version whose rule keeps no state. */
    public ModelVersion(
            String schema,
            String federation,
            Digest study,
            String run,
            int round,
            List<ArraySpec> specs,
            Digest arrays,
            Digest parent,
            String rule,
            List<Input> inputs,
            List<Rejected> rejected,
            boolean governed) {
        this(schema, federation, study, run, round, specs, arrays, parent, rule, inputs, rejected, governed, List.of());
    }

    /**
     * One number for each element of the model that a strategy keeps from round to round.
     *
     * @param name {@code m} or {@code v}
     * @param values SHA-256 of the file: float64, little endian, in the model's order
     */
    public record State(String name, Digest values) {
        /** Refuses unknown names. */
        public State {
            Require.oneOf("state.name", name, List.of("m", "v"));
        }
    }

    /**
     * A counted reply.
     *
     * @param site the site
     * @param reply identity of the reply
     * @param update digest of the update file
     * @param weight its weight
     */
    public record Input(String site, Digest reply, Digest update, long weight) {}

    /**
     * A reply not counted.
     *
     * @param site the site
     * @param reason code
     */
    public record Rejected(String site, String reason) {}
}
