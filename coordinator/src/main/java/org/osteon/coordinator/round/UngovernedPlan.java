package org.osteon.coordinator.round;

import java.util.List;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.DocumentException;

/**
 * What an ungoverned run does: FedAvg over unmodified Flower nodes.
 *
 * @param rounds rounds
 * @param nodes nodes that take part and must answer
 * @param arrays the model's arrays
 * @param fab the app bundle, Base64
 */
public record UngovernedPlan(int rounds, int nodes, List<ArraySpec> arrays, String fab) {
    private static final int MOST = 10_000;

    /** Takes a copy; refuses fewer than one round, node or array, and more than 10,000. */
    public UngovernedPlan {
        arrays = List.copyOf(arrays);
        within("rounds", rounds);
        within("nodes", nodes);
        within("arrays", arrays.size());
    }

    private static void within(String member, int count) {
        if (count < 1 || count > MOST) {
            throw new DocumentException("NUMBER_OUT_OF_RANGE", member + " must be 1 to " + MOST + ", was " + count);
        }
    }
}
