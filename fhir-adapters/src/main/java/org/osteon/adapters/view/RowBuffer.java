package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The row being written for one resource, and the rows that are complete; bounds the work on one resource. */
final class RowBuffer {
    /** The largest number of row sets of all selects together for one resource. */
    static final int MAX_STEPS = 1_000_000;

    private final JsonNode resource;
    private final List<Column> columns;
    private final @Nullable Object[] values;
    private final List<Row> rows = new ArrayList<>(1);
    private int steps;

    RowBuffer(JsonNode resource, List<Column> columns) {
        this.resource = resource;
        this.columns = columns;
        this.values = new @Nullable Object[columns.size()];
    }

    JsonNode resource() {
        return resource;
    }

    void set(int position, @Nullable Object value) {
        values[position] = value;
    }

    void count() {
        if (++steps > MAX_STEPS) {
            throw new ViewException(
                    ViewException.Code.LIMIT,
                    "one resource gives more than " + MAX_STEPS + " combinations; narrow the view");
        }
    }

    void complete() {
        rows.add(new Row(columns, values.clone()));
    }

    List<Row> rows() {
        return rows;
    }
}
