package org.osteon.adapters.cohort;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Types expressions and writes them as SQL that cannot fail on any value: numbers are doubles, casts give null where
 * they do not convert, sums go over sorted values so that they do not depend on the order of rows.
 */
final class ExprWriter {
    /** SQL and its type. */
    record Typed(String sql, ValueType type) {}

    private final Scope scope;
    private final Map<String, Expr> aliases;
    private final QueryWriter queries;

    /**
     * For one FROM.
     *
     * @param aliases result columns that may be named where the tables have no such column
     */
    ExprWriter(Scope scope, Map<String, Expr> aliases, QueryWriter queries) {
        this.scope = scope;
        this.aliases = aliases;
        this.queries = queries;
    }

    Typed write(Expr expr) {
        if (expr instanceof Expr.ColumnName column) {
            return column(column);
        }
        if (expr instanceof Expr.Constant constant) {
            return constant(constant.value());
        }
        if (expr instanceof Expr.Call call) {
            return call(call);
        }
        if (expr instanceof Expr.Aggregate aggregate) {
            return aggregate(aggregate);
        }
        if (expr instanceof Expr.Case cases) {
            return cases(cases);
        }
        if (expr instanceof Expr.Cast cast) {
            return cast(cast);
        }
        return condition(expr);
    }

    /** As {@link #write}, for an expression that must be true or false. */
    String truth(Expr expr, String where) {
        Typed typed = write(expr);
        typed.type.need(ValueType.TRUTH, where);
        return typed.sql;
    }

    private Typed condition(Expr expr) {
        String sql;
        if (expr instanceof Expr.Comparison comparison) {
            Typed left = write(comparison.left());
            Typed right = write(comparison.right());
            left.type.with(right.type, "a comparison");
            sql = left.sql + " " + comparison.operator() + " " + right.sql;
        } else if (expr instanceof Expr.Junction junction) {
            sql = junction.parts().stream()
                    .map(part -> truth(part, junction.and() ? "AND" : "OR"))
                    .collect(Collectors.joining(junction.and() ? " AND " : " OR "));
        } else if (expr instanceof Expr.Not not) {
            sql = "NOT " + truth(not.part(), "NOT");
        } else if (expr instanceof Expr.IsNull isNull) {
            sql = write(isNull.part()).sql + " IS NULL";
        } else if (expr instanceof Expr.InList in) {
            Typed value = write(in.value());
            List<String> list = new ArrayList<>();
            ValueType type = value.type;
            for (Expr entry : in.list()) {
                Typed typed = write(entry);
                type = type.with(typed.type, "IN");
                list.add(typed.sql);
            }
            sql = value.sql + " IN (" + String.join(", ", list) + ")";
        } else if (expr instanceof Expr.InQuery in) {
            sql = write(in.value()).sql + " IN (" + queries.select(in.query()).sql() + ")";
        } else {
            throw new IllegalStateException("an expression without a way to write it");
        }
        return new Typed("(" + sql + ")", ValueType.TRUTH);
    }

    private Typed column(Expr.ColumnName name) {
        Expr meant = aliases.get(name.column());
        if (name.relation().isEmpty() && meant != null && !scope.has(name)) {
            // An alias may not lead to itself.
            Map<String, Expr> others = new HashMap<>(aliases);
            others.remove(name.column());
            return new ExprWriter(scope, others, queries).write(meant);
        }
        String alias = scope.aliasOf(name);
        queries.read(alias, name.column());
        return new Typed(quoted(alias) + "." + quoted(name.column()), scope.type(alias, name.column()));
    }

    private static Typed constant(@Nullable Object value) {
        if (value == null) {
            return new Typed("NULL", ValueType.NOTHING);
        }
        if (value instanceof Boolean truth) {
            return new Typed(truth ? "TRUE" : "FALSE", ValueType.TRUTH);
        }
        if (value instanceof Double number) {
            return new Typed("CAST('" + number + "' AS DOUBLE)", ValueType.NUMBER);
        }
        String text = value.toString();
        if (text.indexOf('\0') >= 0) {
            throw new CohortRefused("COHORT_EXPRESSION", "a text with a null character is refused");
        }
        return new Typed("'" + text.replace("'", "''") + "'", ValueType.TEXT);
    }

    private Typed call(Expr.Call call) {
        List<Typed> typed = call.arguments().stream().map(this::write).toList();
        List<String> sql = typed.stream().map(Typed::sql).toList();
        Scalar function = call.function();
        return switch (function) {
            case COALESCE, LEAST, GREATEST, NULLIF -> {
                ValueType type = ValueType.NOTHING;
                for (Typed argument : typed) {
                    type = type.with(argument.type, function.symbol());
                }
                yield new Typed(function.symbol() + "(" + String.join(", ", sql) + ")", type);
            }
            case LIKE, NOT_LIKE -> {
                typed.forEach(argument -> argument.type.need(ValueType.TEXT, "LIKE"));
                if (!(call.arguments().get(1) instanceof Expr.Constant)) {
                    throw new CohortRefused("COHORT_EXPRESSION", "LIKE needs a constant pattern");
                }
                String like = function == Scalar.LIKE ? " LIKE " : " NOT LIKE ";
                yield new Typed("(" + String.join(like, sql) + ")", ValueType.TRUTH);
            }
            default -> {
                typed.forEach(argument -> argument.type.need(ValueType.NUMBER, function.symbol()));
                yield new Typed(arithmetic(function, call.arguments(), sql), ValueType.NUMBER);
            }
        };
    }

    private static String arithmetic(Scalar function, List<Expr> arguments, List<String> sql) {
        return switch (function) {
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO ->
                sql.size() == 1
                        ? "(" + function.symbol() + " " + sql.get(0) + ")"
                        : "(" + String.join(" " + function.symbol() + " ", sql) + ")";
            case ROUND -> sql.size() == 1 ? "round(" + sql.get(0) + ")" : rounded(arguments.get(1), sql.get(0));
            case SQRT, LN, LOG10 -> "TRY(" + function.symbol() + "(" + sql.get(0) + "))";
            case POWER -> "pow(" + String.join(", ", sql) + ")";
            case SIGN -> "CAST(sign(" + sql.get(0) + ") AS DOUBLE)";
            default -> function.symbol() + "(" + String.join(", ", sql) + ")";
        };
    }

    private static String rounded(Expr digits, String sql) {
        boolean constant = digits instanceof Expr.Constant value
                && value.value() instanceof Double number
                && number >= 0
                && number <= 15;
        if (!constant) {
            throw new CohortRefused("COHORT_EXPRESSION", "round needs a constant number of digits from 0 to 15");
        }
        int places = ((Double) Objects.requireNonNull(((Expr.Constant) digits).value())).intValue();
        return "round(" + sql + ", " + places + ")";
    }

    private Typed aggregate(Expr.Aggregate aggregate) {
        String filter = aggregate.filter() == null ? "" : " FILTER (WHERE " + truth(aggregate.filter(), "FILTER") + ")";
        if (aggregate.argument() == null) {
            return new Typed("CAST(count(*)" + filter + " AS DOUBLE)", ValueType.NUMBER);
        }
        Typed argument = write(aggregate.argument());
        String inside = (aggregate.distinct() ? "DISTINCT " : "") + argument.sql;
        String symbol = aggregate.kind().symbol();
        return switch (aggregate.kind()) {
            case COUNT -> new Typed("CAST(count(" + inside + ")" + filter + " AS DOUBLE)", ValueType.NUMBER);
            case SUM, AVG -> {
                argument.type.need(ValueType.NUMBER, symbol);
                yield new Typed(
                        "list_" + symbol + "(list_sort(list(" + number(argument, inside) + ")" + filter + "))",
                        ValueType.NUMBER);
            }
            case MEDIAN -> {
                argument.type.need(ValueType.NUMBER, symbol);
                yield new Typed("median(" + number(argument, inside) + ")" + filter, ValueType.NUMBER);
            }
            case MIN, MAX -> new Typed(symbol + "(" + inside + ")" + filter, argument.type);
            case BOOL_AND, BOOL_OR -> {
                argument.type.need(ValueType.TRUTH, symbol);
                yield new Typed(symbol + "(" + inside + ")" + filter, ValueType.TRUTH);
            }
        };
    }

    private static String number(Typed typed, String sql) {
        return typed.type == ValueType.NOTHING ? "CAST(NULL AS DOUBLE)" : sql;
    }

    private Typed cases(Expr.Case cases) {
        StringBuilder sql = new StringBuilder("CASE");
        ValueType type = ValueType.NOTHING;
        for (Expr.When when : cases.whens()) {
            Typed result = write(when.result());
            type = type.with(result.type, "CASE");
            sql.append(" WHEN ")
                    .append(truth(when.condition(), "WHEN"))
                    .append(" THEN ")
                    .append(result.sql);
        }
        Typed otherwise = write(cases.otherwise());
        type = type.with(otherwise.type, "CASE");
        return new Typed("(" + sql.append(" ELSE ").append(otherwise.sql).append(" END)"), type);
    }

    private Typed cast(Expr.Cast cast) {
        Typed part = write(cast.part());
        String number = "TRY_CAST(" + part.sql + " AS DOUBLE)";
        return switch (cast.target()) {
            case NUMBER -> new Typed(number, ValueType.NUMBER);
            case WHOLE -> new Typed("round(" + number + ")", ValueType.NUMBER);
            case TRUTH -> new Typed("TRY_CAST(" + part.sql + " AS BOOLEAN)", ValueType.TRUTH);
        };
    }

    static String quoted(String name) {
        return '"' + name + '"';
    }
}
