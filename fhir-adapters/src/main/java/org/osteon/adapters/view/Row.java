package org.osteon.adapters.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row of a view: a value, or null, for each {@link Column} in the order of {@link View#columns()}. */
public final class Row {
    private final List<Column> columns;
    private final @Nullable Object[] values;

    Row(List<Column> columns, @Nullable Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    /** The columns, the same list as the view's. */
    public List<Column> columns() {
        return columns;
    }

    /**
     * The value of the column at that position, of the class told at {@link Column}.
     *
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public @Nullable Object value(int column) {
        return values[column];
    }

    /** Name to value in column order; the map can be changed and is not linked to this row. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            map.put(columns.get(i).name(), values[i]);
        }
        return map;
    }

    /** The number of values, for messages; the values themselves may be patient data and are not shown. */
    @Override
    public String toString() {
        return "Row[" + values.length + " values]";
    }
}
