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
 */
record Frame(JsonNode resource, List<Value> context, List<Value> self, int index, int rowIndex) {
    Frame on(List<Value> item, int at) {
        return new Frame(resource, context, item, at, rowIndex);
    }
}
