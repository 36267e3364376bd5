package org.osteon.adapters.cohort;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.cohort.Query.Cte;
import org.osteon.adapters.cohort.Query.Derived;
import org.osteon.adapters.cohort.Query.Item;
import org.osteon.adapters.cohort.Query.Join;
import org.osteon.adapters.cohort.Query.Relation;
import org.osteon.adapters.cohort.Query.Table;

/**
 * Shows that each row of a query depends on the rows of one patient only: the one in its column {@code patient}.
 *
 * <p>The proof goes by induction. Every table of a snapshot has a column {@code patient} that is never null. A relation
 * is <em>governed</em> if each of its rows depends on the rows of the patient in that column. A join of governed
 * relations on equal patients is governed; so is a selection by an expression over one row, a grouping by patient, a
 * distinct selection that keeps the patient, and a selection by {@code patient IN} the patients of a governed relation.
 * Nothing else is let through.
 */
final class PatientRule {
    static final String PATIENT = "patient";

    private PatientRule() {}

    /** Refuses a query that is not governed. */
    static void check(Query query) {
        Set<String> names = new HashSet<>();
        for (Cte cte : query.ctes()) {
            if (!names.add(cte.name())) {
                throw new CohortRefused("COHORT_TABLE_NAME", "two queries are named " + cte.name());
            }
            check(cte.query());
        }
        Sides sides = sides(query.from());
        if (query.where() != null) {
            rowOnly(query.where(), "WHERE");
            inner(query.where(), sides);
        }
        groups(query, sides);
        items(query, sides);
        identities(query);
    }

    /**
     * The aliases of a relation.
     *
     * @param all in order
     * @param keys those whose patient is never null
     */
    private record Sides(List<String> all, Set<String> keys, boolean unqualified) {
        boolean isKey(Expr expr) {
            return expr instanceof Expr.ColumnName column
                    && column.column().equals(PATIENT)
                    && (column.relation().isEmpty() ? unqualified : keys.contains(column.relation()));
        }
    }

    private static Sides sides(Relation relation) {
        if (relation instanceof Table table) {
            return new Sides(List.of(table.alias()), Set.of(table.alias()), true);
        }
        if (relation instanceof Derived derived) {
            check(derived.query());
            return new Sides(List.of(derived.alias()), Set.of(derived.alias()), true);
        }
        Join join = (Join) relation;
        Sides one = sides(join.one());
        Sides other = sides(join.other());
        boolean byUsing = join.using().contains(PATIENT) && one.unqualified && other.unqualified;
        if (!byUsing && !joinsPatients(join.on(), one, other)) {
            throw new CohortRefused(
                    "COHORT_JOIN_ACROSS_PATIENTS", "each join needs a.patient = b.patient, or USING (patient)");
        }
        if (join.on() != null) {
            rowOnly(join.on(), "ON");
            noQueries(join.on());
        }
        List<String> all = new ArrayList<>(one.all);
        all.addAll(other.all);
        if (new HashSet<>(all).size() != all.size()) {
            throw new CohortRefused("COHORT_TABLE_NAME", "two tables in FROM have one name; give aliases");
        }
        Set<String> keys = new HashSet<>(one.keys);
        if (!join.left()) {
            keys.addAll(other.keys);
        }
        return new Sides(all, keys, byUsing);
    }

    private static boolean joinsPatients(@Nullable Expr on, Sides one, Sides other) {
        if (on instanceof Expr.Junction junction && junction.and()) {
            return junction.parts().stream().anyMatch(part -> joinsPatients(part, one, other));
        }
        return on instanceof Expr.Comparison comparison
                && comparison.operator().equals("=")
                && comparison.left() instanceof Expr.ColumnName left
                && comparison.right() instanceof Expr.ColumnName right
                && left.column().equals(PATIENT)
                && right.column().equals(PATIENT)
                && ((one.all.contains(left.relation()) && other.all.contains(right.relation()))
                        || (one.all.contains(right.relation()) && other.all.contains(left.relation())));
    }

    private static void groups(Query query, Sides sides) {
        boolean aggregates =
                query.items().stream().anyMatch(item -> item.value().aggregates())
                        || (query.having() != null && query.having().aggregates());
        if (query.having() != null && !query.grouped()) {
            throw new CohortRefused("COHORT_GROUP_BY", "HAVING needs GROUP BY patient");
        }
        if (!query.grouped()) {
            if (aggregates) {
                throw new CohortRefused(
                        "COHORT_AGGREGATE_ACROSS_PATIENTS",
                        "aggregates need GROUP BY patient; over all rows is refused");
            }
            return;
        }
        for (Expr group : query.groupBy()) {
            if (group instanceof Expr.Constant) {
                throw new CohortRefused("COHORT_GROUP_BY", "GROUP BY a position is refused; name the columns");
            }
            rowOnly(group, "GROUP BY");
            noQueries(group);
        }
        if (query.groupBy().stream().noneMatch(sides::isKey)) {
            throw new CohortRefused(
                    "COHORT_AGGREGATE_ACROSS_PATIENTS",
                    "GROUP BY must contain patient, of a table that is not on the right of a LEFT JOIN");
        }
        if (query.having() != null) {
            noQueries(query.having());
        }
    }

    private static void items(Query query, Sides sides) {
        Set<String> names = new HashSet<>();
        boolean patient = false;
        for (Item item : query.items()) {
            if (!names.add(item.name())) {
                throw new CohortRefused("COHORT_COLUMN_TWICE", "two result columns are named " + item.name());
            }
            noQueries(item.value());
            if (item.name().equals(PATIENT)) {
                if (!sides.isKey(item.value())) {
                    throw new CohortRefused(
                            "COHORT_NO_PATIENT",
                            "the column patient must be the patient of a table that is not on the right of a LEFT JOIN");
                }
                patient = true;
            }
        }
        if (!patient) {
            throw new CohortRefused("COHORT_NO_PATIENT", "each SELECT needs the column patient");
        }
    }

    private static void rowOnly(Expr expr, String clause) {
        if (expr.aggregates()) {
            throw new CohortRefused("COHORT_AGGREGATE_ACROSS_PATIENTS", "an aggregate in " + clause + " is refused");
        }
    }

    /** Checks the queries of {@code patient IN (SELECT patient …)}. */
    private static void inner(Expr expr, Sides sides) {
        if (expr instanceof Expr.InQuery in) {
            if (!sides.isKey(in.value())
                    || in.query().items().size() != 1
                    || !in.query().items().get(0).name().equals(PATIENT)) {
                throw new CohortRefused(
                        "COHORT_SUBQUERY",
                        "a query inside an expression is allowed as patient IN (SELECT patient …) only");
            }
            check(in.query());
        }
        expr.parts().forEach(part -> inner(part, sides));
    }

    /** A pseudonym links rows and is no value: nobody can be picked out by it. */
    private static void identities(Query query) {
        for (Item item : query.items()) {
            if (!item.name().equals(PATIENT)) {
                noIdentity(item.value());
            }
        }
        query.groupBy().stream().filter(group -> !isPatient(group)).forEach(PatientRule::noIdentity);
        if (query.where() != null) {
            noIdentity(query.where());
        }
        if (query.having() != null) {
            noIdentity(query.having());
        }
        conditions(query.from());
    }

    private static void conditions(Relation relation) {
        if (relation instanceof Join join) {
            conditions(join.one());
            conditions(join.other());
            if (join.on() != null) {
                noIdentity(join.on());
            }
        }
    }

    private static void noIdentity(Expr expr) {
        if (isPatient(expr)) {
            throw new CohortRefused(
                    "COHORT_PATIENT_VALUE",
                    "patient can be joined on, grouped by, selected, tested for NULL and used with IN (SELECT patient …)");
        }
        boolean link = expr instanceof Expr.Comparison comparison
                && comparison.operator().equals("=")
                && isPatient(comparison.left())
                && isPatient(comparison.right());
        boolean presence = expr instanceof Expr.IsNull isNull && isPatient(isNull.part());
        boolean membership = expr instanceof Expr.InQuery;
        if (!link && !presence && !membership) {
            expr.parts().forEach(PatientRule::noIdentity);
        }
    }

    private static boolean isPatient(Expr expr) {
        return expr instanceof Expr.ColumnName column && column.column().equals(PATIENT);
    }

    private static void noQueries(Expr expr) {
        if (expr instanceof Expr.InQuery) {
            throw new CohortRefused("COHORT_SUBQUERY", "patient IN (SELECT patient …) is allowed in WHERE only");
        }
        expr.parts().forEach(PatientRule::noQueries);
    }
}
