package org.osteon.coordinator.round;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;
import java.util.regex.Pattern;
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
 * @param messageType what each round asks of the nodes, as Flower's message type; empty for {@code train}
 */
public record UngovernedPlan(
        int rounds,
        int nodes,
        List<ArraySpec> arrays,
        String fab,

        @JacksonInject(value = CanonicalJson.NO_AGGREGATION, useInput = OptBoolean.TRUE)
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Aggregation.FedAvg.class)
        Aggregation aggregation,

        @JacksonInject(value = CanonicalJson.NO_MESSAGE_TYPE, useInput = OptBoolean.TRUE)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String messageType) {
    private static final int MOST = 10_000;
    private static final String TRAIN = "train";
    private static final Pattern TYPE = Pattern.compile("(train|evaluate|query)(\\.[A-Za-z_][A-Za-z0-9_]{0,63})?");

    /**
     * Takes a copy; refuses fewer than one round, node or array, more than 10,000, and nodes the strategy cannot take.
     */
    public UngovernedPlan {
        arrays = List.copyOf(arrays);
        within("rounds", rounds);
        within("nodes", nodes);
        within("arrays", arrays.size());
        messageType = TRAIN.equals(messageType) ? "" : messageType;
        if (!messageType.isEmpty() && !TYPE.matcher(messageType).matches()) {
            throw new DocumentException(
                    "VALUE_UNKNOWN",
                    "message type must be train, evaluate or query, alone or with a dot and the name of an action");
        }
        if (nodes < aggregation.fewest() || nodes > aggregation.most()) {
            throw new DocumentException(
                    nodes < aggregation.fewest() ? "STRATEGY_NEEDS_MORE_UPDATES" : "STRATEGY_TAKES_FEWER_UPDATES",
                    "strategy " + aggregation.strategy() + " takes " + aggregation.fewest() + " to "
                            + aggregation.most() + " nodes, was " + nodes);
        }
    }

    /** What each round asks of the nodes. */
    String exchange() {
        return messageType.isEmpty() ? TRAIN : messageType;
    }

    /** Whether the answers become the next model; else their metrics are kept and nothing more. */
    boolean trains() {
        return exchange().startsWith(TRAIN);
    }

    private static void within(String member, int count) {
        if (count < 1 || count > MOST) {
            throw new DocumentException("NUMBER_OUT_OF_RANGE", member + " must be 1 to " + MOST + ", was " + count);
        }
    }
}
