package org.osteon.coordinator.round;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;

/**
 * What an ungoverned run does over unmodified Flower nodes.
 *
 * @param rounds rounds
 * @param nodes nodes that take part and must answer
 * @param arrays the model's arrays
 * @param fab the app bundle, Base64
 * @param aggregation how the nodes' models are combined
 */
public record UngovernedPlan(
        int rounds,
        int nodes,
        List<ArraySpec> arrays,
        String fab,

        @JacksonInject(value = CanonicalJson.NO_AGGREGATION, useInput = OptBoolean.TRUE)
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Aggregation.FedAvg.class)
        Aggregation aggregation) {
    private static final int MOST = 10_000;

    /**
     * Takes a copy; refuses fewer than one round, node or array, more than 10,000, and nodes the strategy cannot take.
     */
    public UngovernedPlan {
        arrays = List.copyOf(arrays);
        within("rounds", rounds);
        within("nodes", nodes);
        within("arrays", arrays.size());
        if (nodes < aggregation.fewest() || nodes > aggregation.most()) {
            throw new DocumentException(
                    nodes < aggregation.fewest() ? "STRATEGY_NEEDS_MORE_UPDATES" : "STRATEGY_TAKES_FEWER_UPDATES",
                    "strategy " + aggregation.strategy() + " takes " + aggregation.fewest() + " to "
                            + aggregation.most() + " nodes, was " + nodes);
        }
    }

    private static void within(String member, int count) {
        if (count < 1 || count > MOST) {
            throw new DocumentException("NUMBER_OUT_OF_RANGE", member + " must be 1 to " + MOST + ", was " + count);
        }
    }
}
