package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.osteon.adapters.fhirpath.Value;

/**
 * What a SQL-on-FHIR ViewDefinition says, structurally checked; expressions are still text. Source: SQL-on-FHIR v2,
 * ViewDefinition.
 *
 * @param name the definition's name, or an empty string
 * @param resource the type of resource that gives rows
 * @param constants by name, with their typed values
 * @param selects at least one
 * @param where conditions that a resource must meet, all of them
 */
public record ViewDefinition(
        String name, String resource, Map<String, Value> constants, List<Select> selects, List<String> where) {

    /** Keeps its own copies. */
    public ViewDefinition {
        constants = Map.copyOf(constants);
        selects = List.copyOf(selects);
        where = List.copyOf(where);
    }

    /**
     * Reads a definition; elements that SQL-on-FHIR does not define are refused, so that a misspelt {@code where}
     * cannot widen a view.
     *
     * @throws ViewException DEFINITION or LIMIT, naming the place
     */
    public static ViewDefinition read(JsonNode json) {
        return new DefinitionReader().view(json);
    }

    /** How a select finds the items that it makes rows from. */
    public enum Iteration {
        /** The item of the parent itself. */
        NONE,
        /** One row set per result of the path. */
        FOR_EACH,
        /** As {@link #FOR_EACH}, with one row of nulls where the path gives nothing. */
        FOR_EACH_OR_NULL,
        /** The results of the paths, the results for these, and so on, each before its descendants. */
        REPEAT
    }

    /**
     * A group of columns.
     *
     * @param iteration how {@code paths} are used
     * @param paths none, one, or for {@link Iteration#REPEAT} at least one FHIRPath expression
     * @param columns this group's own columns
     * @param selects nested groups, combined with the columns as a cross product
     * @param unionAll alternatives with the same columns, whose rows are added up
     */
    public record Select(
            Iteration iteration,
            List<String> paths,
            List<ColumnDefinition> columns,
            List<Select> selects,
            List<Select> unionAll) {
        /** Keeps its own copies. */
        public Select {
            paths = List.copyOf(paths);
            columns = List.copyOf(columns);
            selects = List.copyOf(selects);
            unionAll = List.copyOf(unionAll);
        }
    }

    /**
     * One column.
     *
     * @param column its name and type
     * @param path the FHIRPath expression of its value
     */
    public record ColumnDefinition(Column column, String path) {}
}
