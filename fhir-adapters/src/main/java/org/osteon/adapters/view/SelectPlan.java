package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.fhirpath.Expression;
import org.osteon.adapters.fhirpath.FhirPathException;
import org.osteon.adapters.fhirpath.Value;
import org.osteon.adapters.view.ViewDefinition.Iteration;

/**
 * A compiled select. It writes its columns into a row buffer from {@code offset} on and then lets the rest of the row
 * be written, once for each of its own row sets; thus the cross product needs no intermediate rows.
 *
 * @param offset where its first column stands in the row
 * @param iteration how it finds its items
 * @param paths the compiled paths of the iteration
 * @param columns its own columns
 * @param selects nested selects, in the order of their columns
 * @param union alternatives, all with the same offset
 * @param all every column below this select once, in row order
 */
record SelectPlan(
        int offset,
        Iteration iteration,
        List<Expression> paths,
        List<ColumnPlan> columns,
        List<SelectPlan> selects,
        List<SelectPlan> union,
        List<ColumnPlan> all) {

    /** Writes all row sets of this select for {@code item} and runs {@code rest} after each. */
    void fill(RowBuffer row, Value item, int rowIndex, Runnable rest) {
        if (iteration == Iteration.NONE) {
            fillOne(row, item, rowIndex, rest);
            return;
        }
        List<Value> items = items(row.resource(), item, rowIndex);
        for (int i = 0; i < items.size(); i++) {
            fillOne(row, items.get(i), i, rest);
        }
        if (items.isEmpty() && iteration == Iteration.FOR_EACH_OR_NULL) {
            row.count();
            for (int i = 0; i < all.size(); i++) {
                row.set(offset + i, all.get(i).nullRowValue(row.resource()));
            }
            rest.run();
        }
    }

    private void fillOne(RowBuffer row, Value item, int rowIndex, Runnable rest) {
        row.count();
        for (int i = 0; i < columns.size(); i++) {
            row.set(offset + i, columns.get(i).value(row.resource(), item, rowIndex));
        }
        fillNested(row, item, rowIndex, 0, rest);
    }

    private void fillNested(RowBuffer row, Value item, int rowIndex, int next, Runnable rest) {
        if (next < selects.size()) {
            selects.get(next).fill(row, item, rowIndex, () -> fillNested(row, item, rowIndex, next + 1, rest));
        } else if (union.isEmpty()) {
            rest.run();
        } else {
            union.forEach(branch -> branch.fill(row, item, rowIndex, rest));
        }
    }

    private List<Value> items(JsonNode resource, @Nullable Value item, int rowIndex) {
        try {
            if (iteration != Iteration.REPEAT) {
                return paths.get(0).evaluate(resource, item, rowIndex);
            }
            List<Value> found = new ArrayList<>();
            descend(resource, item, found, 0);
            return found;
        } catch (FhirPathException e) {
            throw new ViewException(
                    ViewException.Code.EVALUATION, "path '" + paths.get(0).text() + "': " + e.getMessage(), e);
        }
    }

    private void descend(JsonNode resource, @Nullable Value item, List<Value> found, int depth) {
        if (depth > ResourceJson.MAX_NESTING || found.size() > RowBuffer.MAX_STEPS) {
            throw new ViewException(
                    ViewException.Code.LIMIT, "repeat goes deeper than " + ResourceJson.MAX_NESTING + " levels");
        }
        for (Expression path : paths) {
            for (Value child : path.evaluate(resource, item, 0)) {
                found.add(child);
                descend(resource, child, found, depth + 1);
            }
        }
    }
}
