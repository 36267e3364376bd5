package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.fhirpath.Expression;
import org.osteon.adapters.fhirpath.FhirPathException;
import org.osteon.adapters.fhirpath.Value;

/** A compiled column: evaluates its path and converts the result. */
record ColumnPlan(Column column, ColumnType type, Expression path) {

    /**
     * The value of the column for one item.
     *
     * @throws ViewException EVALUATION, MANY_VALUES, VALUE_TYPE
     */
    @Nullable Object value(JsonNode resource, @Nullable Value item, int rowIndex) {
        List<Value> values;
        try {
            values = path.evaluate(resource, item, rowIndex);
            if (column.collection()) {
                return list(values);
            }
            if (values.isEmpty()) {
                return null;
            }
            if (values.size() > 1) {
                throw failure(ViewException.Code.MANY_VALUES, "has more than one value; set collection or use first()");
            }
            Value value = values.get(0).simple();
            return value == null ? null : converted(value);
        } catch (FhirPathException e) {
            throw new ViewException(
                    ViewException.Code.EVALUATION, "column '" + column.name() + "': " + e.getMessage(), e);
        }
    }

    /** The value in a row of nulls, where only the row's number is known. */
    @Nullable Object nullRowValue(JsonNode resource) {
        return path.usesRowIndex() ? value(resource, null, 0) : null;
    }

    private List<Object> list(List<Value> values) {
        List<Object> list = new ArrayList<>(values.size());
        for (Value value : values) {
            Value simple = value.simple();
            if (simple != null) {
                list.add(converted(simple));
            }
        }
        return list;
    }

    private Object converted(Value value) {
        Object converted = type.convert(value);
        if (converted == null) {
            throw failure(ViewException.Code.VALUE_TYPE, "has a value that is not of type " + column.type());
        }
        return converted;
    }

    private ViewException failure(ViewException.Code code, String what) {
        return new ViewException(code, "column '" + column.name() + "' " + what);
    }
}
