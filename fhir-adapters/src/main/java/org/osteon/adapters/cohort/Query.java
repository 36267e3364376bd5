package org.osteon.adapters.cohort;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A SELECT of cohort SQL.
 *
 * @param ctes named queries, each of which may use those before it
 * @param items result columns
 * @param from tables
 * @param where condition on rows
 * @param groupBy grouping, empty for none
 * @param having condition on groups
 * @param distinct whether equal rows count once
 */
record Query(
        List<Cte> ctes,
        List<Item> items,
        Relation from,
        @Nullable Expr where,
        List<Expr> groupBy,
        @Nullable Expr having,
        boolean distinct) {

    Query {
        ctes = List.copyOf(ctes);
        items = List.copyOf(items);
        groupBy = List.copyOf(groupBy);
    }

    /** A named query. */
    record Cte(String name, Query query) {}

    /** A result column. */
    record Item(String name, Expr value) {}

    /** What stands in FROM. */
    sealed interface Relation {}

    /** A table of the snapshot or a named query. */
    record Table(String name, String alias) implements Relation {}

    /** A query in FROM. */
    record Derived(Query query, String alias) implements Relation {}

    /**
     * A join.
     *
     * @param left whether all rows of the left side stay
     * @param on condition, null where {@code using} is not empty
     * @param using columns that both sides have
     */
    record Join(
            Relation one,
            Relation other,
            boolean left,
            @Nullable Expr on,
            List<String> using) implements Relation {
        Join {
            using = List.copyOf(using);
        }
    }

    /** Whether rows are gathered to groups. */
    boolean grouped() {
        return !groupBy.isEmpty();
    }
}
