package org.osteon.coordinator.round;

import java.util.List;
import org.osteon.protocol.document.ArraySpec;

/**
 * What an ungoverned run does: FedAvg over unmodified Flower nodes.
 *
 * @param rounds rounds
 * @param nodes nodes that take part and must answer
 * @param arrays the model's arrays
 * @param fab the app bundle, Base64
 */
public record UngovernedPlan(int rounds, int nodes, List<ArraySpec> arrays, String fab) {
    /** Takes a copy. */
    public UngovernedPlan {
        arrays = List.copyOf(arrays);
    }
}
