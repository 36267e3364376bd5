package org.osteon.adapters.cohort;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The expressions that cohort SQL has; what is not here cannot be asked. */
sealed interface Expr {
    /** A column, with the alias of its relation or an empty text. */
    record ColumnName(String relation, String column) implements Expr {}

    /** A constant: {@link Double}, {@link String}, {@link Boolean} or null. */
    record Constant(@Nullable Object value) implements Expr {}

    /** A scalar function or operator. */
    record Call(Scalar function, List<Expr> arguments) implements Expr {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** An aggregate over the rows of a group; without argument it counts rows. */
    record Aggregate(
            AggregateKind kind,
            @Nullable Expr argument,
            boolean distinct,
            @Nullable Expr filter) implements Expr {}

    /** A comparison by one of {@code = <> < <= > >=} and {@code IS [NOT] DISTINCT FROM}. */
    record Comparison(String operator, Expr left, Expr right) implements Expr {}

    /** {@code AND} or {@code OR}. */
    record Junction(boolean and, List<Expr> parts) implements Expr {
        public Junction {
            parts = List.copyOf(parts);
        }
    }

    /** {@code NOT}. */
    record Not(Expr part) implements Expr {}

    /** {@code IS NULL}. */
    record IsNull(Expr part) implements Expr {}

    /** {@code IN} a list of expressions. */
    record InList(Expr value, List<Expr> list) implements Expr {
        public InList {
            list = List.copyOf(list);
        }
    }

    /** A patient {@code IN} the patients of another query. */
    record InQuery(Expr value, Query query) implements Expr {}

    /** {@code CASE}; the otherwise part is the constant null where none is written. */
    record Case(List<When> whens, Expr otherwise) implements Expr {
        public Case {
            whens = List.copyOf(whens);
        }
    }

    /** One branch of a {@link Case}. */
    record When(Expr condition, Expr result) {}

    /** A cast; what does not convert is null. */
    record Cast(Expr part, CastTarget target) implements Expr {}

    /** What can be cast to. */
    enum CastTarget {
        /** A floating point number. */
        NUMBER,
        /** A whole number, rounded. */
        WHOLE,
        /** A truth value. */
        TRUTH
    }

    /** The parts of an expression, without those of subqueries. */
    default List<Expr> parts() {
        List<Expr> parts = new ArrayList<>();
        if (this instanceof Call call) {
            parts.addAll(call.arguments);
        } else if (this instanceof Aggregate aggregate) {
            if (aggregate.argument != null) {
                parts.add(aggregate.argument);
            }
            if (aggregate.filter != null) {
                parts.add(aggregate.filter);
            }
        } else if (this instanceof Comparison comparison) {
            parts.add(comparison.left);
            parts.add(comparison.right);
        } else if (this instanceof Junction junction) {
            parts.addAll(junction.parts);
        } else if (this instanceof Not not) {
            parts.add(not.part);
        } else if (this instanceof IsNull isNull) {
            parts.add(isNull.part);
        } else if (this instanceof InList in) {
            parts.add(in.value);
            parts.addAll(in.list);
        } else if (this instanceof InQuery in) {
            parts.add(in.value);
        } else if (this instanceof Case cases) {
            cases.whens.forEach(when -> parts.addAll(List.of(when.condition, when.result)));
            parts.add(cases.otherwise);
        } else if (this instanceof Cast cast) {
            parts.add(cast.part);
        }
        return parts;
    }

    /** Whether an aggregate is in the expression. */
    default boolean aggregates() {
        return this instanceof Aggregate || parts().stream().anyMatch(Expr::aggregates);
    }
}
