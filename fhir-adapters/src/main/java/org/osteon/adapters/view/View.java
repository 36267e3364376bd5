package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.osteon.adapters.fhirpath.Expression;
import org.osteon.adapters.fhirpath.FhirPathException;
import org.osteon.adapters.fhirpath.Value;

/**
 * A compiled SQL-on-FHIR view: immutable, safe for many threads, fed one resource at a time.
 *
 * <p>Source: SQL-on-FHIR v2, ViewDefinition and its processing algorithm.
 */
public final class View {
    private final ViewDefinition definition;
    private final List<Column> columns;
    private final List<Expression> where;
    private final SelectPlan root;

    View(ViewDefinition definition, List<Column> columns, List<Expression> where, SelectPlan root) {
        this.definition = definition;
        this.columns = List.copyOf(columns);
        this.where = List.copyOf(where);
        this.root = root;
    }

    /**
     * Reads and compiles the JSON of a ViewDefinition.
     *
     * @throws ViewException DEFINITION, EXPRESSION, COLUMNS or LIMIT, naming the place
     */
    public static View compile(JsonNode viewDefinition) {
        return compile(ViewDefinition.read(viewDefinition));
    }

    /** As {@link #compile(JsonNode)}, for a definition that is already read. */
    public static View compile(ViewDefinition definition) {
        return new ViewCompiler(definition).view();
    }

    /** The content that was compiled. */
    public ViewDefinition definition() {
        return definition;
    }

    /** The type of resource that gives rows. */
    public String resource() {
        return definition.resource();
    }

    /** The columns of every row, in the order that SQL-on-FHIR lays down. */
    public List<Column> columns() {
        return columns;
    }

    /** Whether the resource is of the view's type; others give no rows. */
    public boolean isFor(JsonNode resource) {
        return definition.resource().equals(resource.path("resourceType").textValue());
    }

    /**
     * Whether the resource is of the view's type and meets all conditions of the view.
     *
     * @throws ViewException EVALUATION, WHERE_NOT_BOOLEAN
     */
    public boolean selects(JsonNode resource) {
        if (!isFor(resource)) {
            return false;
        }
        Value focus = new Value.Element(resource, null, null);
        for (Expression condition : where) {
            if (!holds(condition, resource, focus)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The rows of one resource: none if {@link #selects} is false, or if a {@code forEach} finds nothing. Either all
     * rows of the resource come back or an exception.
     *
     * @param resource parsed by {@link ResourceJson}, or by another reader that keeps the scale of decimals
     * @throws ViewException EVALUATION, WHERE_NOT_BOOLEAN, MANY_VALUES, VALUE_TYPE or LIMIT
     */
    public List<Row> rows(JsonNode resource) {
        if (!selects(resource)) {
            return List.of();
        }
        RowBuffer row = new RowBuffer(resource, columns);
        root.fill(row, new Value.Element(resource, null, null), 0, row::complete);
        return row.rows();
    }

    private static boolean holds(Expression condition, JsonNode resource, Value focus) {
        try {
            List<Value> result = condition.evaluate(resource, focus, 0);
            if (result.isEmpty()) {
                return false;
            }
            if (result.size() == 1 && result.get(0).simple() instanceof Value.Truth truth) {
                return truth.truth();
            }
        } catch (FhirPathException e) {
            throw new ViewException(
                    ViewException.Code.EVALUATION, "where '" + condition.text() + "': " + e.getMessage(), e);
        }
        throw new ViewException(
                ViewException.Code.WHERE_NOT_BOOLEAN,
                "where '" + condition.text() + "' does not give a boolean; compare it, or use exists()");
    }
}
