package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What an expression can see besides its input.
 *
 * @param resource {@code %resource}
 * @param context {@code %context}: the item the whole expression started from, or nothing
 * @param self {@code $this}
 * @param index {@code $index}
 * @param rowIndex {@code %rowIndex}, counted from 0
 * @param budget what is left of the work allowed
 */
record Frame(JsonNode resource, List<Value> context, List<Value> self, int index, int rowIndex, Budget budget) {
    /** The frame for one item of an iteration; counts as work. */
    Frame on(List<Value> item, int at) {
        budget.spend(1);
        return new Frame(resource, context, item, at, rowIndex, budget);
    }
}
