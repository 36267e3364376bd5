package org.osteon.adapters.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions from the database's syntax tree. */
final class ExprReader {
    private static final int MAX_LIST = 10_000;
    private static final int MAX_TEXT = 1000;
    private static final Map<String, String> COMPARISONS = Map.of(
            "COMPARE_EQUAL", "=",
            "COMPARE_NOTEQUAL", "<>",
            "COMPARE_LESSTHAN", "<",
            "COMPARE_LESSTHANOREQUALTO", "<=",
            "COMPARE_GREATERTHAN", ">",
            "COMPARE_GREATERTHANOREQUALTO", ">=",
            "COMPARE_DISTINCT_FROM", "IS DISTINCT FROM",
            "COMPARE_NOT_DISTINCT_FROM", "IS NOT DISTINCT FROM");
    private static final Set<String> INTEGERS =
            Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT");

    private static final Set<String> TIME = Set.of(
            "now",
            "today",
            "current_date",
            "current_time",
            "current_timestamp",
            "get_current_time",
            "get_current_timestamp",
            "localtime",
            "localtimestamp",
            "current_localtime",
            "current_localtimestamp",
            "transaction_timestamp",
            "statement_timestamp",
            "clock_timestamp");
    private static final Set<String> RANDOM =
            Set.of("random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "currval");

    private final AstReader queries;
    private int depth;

    ExprReader(AstReader queries) {
        this.queries = queries;
    }

    Expr read(AstNode node) {
        if (++depth > AstReader.MAX_DEPTH) {
            throw new CohortRefused("COHORT_TOO_DEEP", "an expression nests deeper than " + AstReader.MAX_DEPTH);
        }
        Expr expr = switch (node.text("class")) {
            case "COLUMN_REF" -> column(node);
            case "CONSTANT" -> constant(node);
            case "FUNCTION" -> function(node);
            case "COMPARISON" -> comparison(node);
            case "CONJUNCTION" -> junction(node);
            case "OPERATOR" -> operator(node);
            case "BETWEEN" -> between(node);
            case "CASE" -> cases(node);
            case "CAST" -> cast(node);
            case "SUBQUERY" -> subquery(node);
            case "WINDOW" -> throw new CohortRefused("COHORT_WINDOW", "windows look at other rows and are refused");
            case "STAR" -> throw new CohortRefused("COHORT_STAR", "name the columns; * is refused");
            case "PARAMETER" -> throw new CohortRefused("COHORT_EXPRESSION", "parameters are refused");
            default ->
                throw new CohortRefused("COHORT_EXPRESSION", "an expression of kind " + kind(node) + " is refused");
        };
        depth--;
        return expr;
    }

    private static String kind(AstNode node) {
        String kind = node.text("class");
        return kind.matches("[A-Z_]{1,40}") ? kind : "unknown";
    }

    private static Expr column(AstNode node) {
        node.only("class", "type", "alias", "column_names");
        JsonNode names = node.json().path("column_names");
        if (names.size() == 1) {
            if (TIME.contains(names.get(0).asText().toLowerCase(Locale.ROOT))) {
                throw unknown(names.get(0).asText().toLowerCase(Locale.ROOT));
            }
            return new Expr.ColumnName("", AstReader.name(names.get(0).asText()));
        }
        if (names.size() == 2) {
            return new Expr.ColumnName(
                    AstReader.name(names.get(0).asText()),
                    AstReader.name(names.get(1).asText()));
        }
        throw new CohortRefused("COHORT_COLUMN_UNKNOWN", "a column is named as column or table.column");
    }

    private static Expr constant(AstNode node) {
        node.only("class", "type", "alias", "value");
        JsonNode value = node.json().path("value");
        if (value.path("is_null").asBoolean()) {
            return new Expr.Constant(null);
        }
        JsonNode content = value.path("value");
        String type = value.path("type").path("id").asText();
        return switch (type) {
            case "VARCHAR" -> {
                if (content.asText().length() > MAX_TEXT) {
                    throw new CohortRefused("COHORT_TOO_LONG", "a text has more than " + MAX_TEXT + " characters");
                }
                yield new Expr.Constant(content.asText());
            }
            case "BOOLEAN" -> new Expr.Constant(content.asBoolean());
            case "DECIMAL" -> {
                int scale = value.path("type").path("type_info").path("scale").asInt();
                yield new Expr.Constant(new BigDecimal(wide(content), scale).doubleValue());
            }
            case "HUGEINT", "UHUGEINT" -> new Expr.Constant(wide(content).doubleValue());
            default -> {
                if (!content.isNumber()) {
                    throw new CohortRefused("COHORT_EXPRESSION", "a constant of this type is refused");
                }
                yield new Expr.Constant(content.doubleValue());
            }
        };
    }

    /** A whole number, which beyond 64 bits is written in two halves. */
    private static BigInteger wide(JsonNode content) {
        if (content.isObject()) {
            return content.path("upper")
                    .bigIntegerValue()
                    .shiftLeft(64)
                    .add(content.path("lower").bigIntegerValue());
        }
        return content.bigIntegerValue();
    }

    private Expr function(AstNode node) {
        String name = node.text("function_name");
        if (node.has("schema") || node.has("catalog")) {
            throw new CohortRefused("COHORT_FUNCTION", "functions are named without schema");
        }
        if (node.at("order_bys").has("orders") || node.has("order_bys")) {
            throw new CohortRefused("COHORT_ORDER_BY", "ORDER BY inside an aggregate is refused");
        }
        List<Expr> arguments = new ArrayList<>();
        node.list("children").forEach(child -> arguments.add(read(child)));
        AggregateKind aggregate = AggregateKind.named(name).orElse(null);
        if (aggregate != null) {
            node.only("class", "type", "alias", "function_name", "children", "filter", "distinct");
            return aggregate(aggregate, name, arguments, node);
        }
        node.only("class", "type", "alias", "function_name", "children", "is_operator");
        Scalar function = Scalar.named(name).orElseThrow(() -> unknown(name));
        return call(function, arguments);
    }

    private Expr aggregate(AggregateKind kind, String name, List<Expr> arguments, AstNode node) {
        boolean rows = name.equals("count_star") || (kind == AggregateKind.COUNT && arguments.isEmpty());
        if (arguments.size() != (rows ? 0 : 1)) {
            throw new CohortRefused("COHORT_FUNCTION", kind.symbol() + " takes one argument");
        }
        Expr filter = node.has("filter") ? read(node.at("filter")) : null;
        Expr argument = rows ? null : arguments.get(0);
        boolean nested = (argument != null && argument.aggregates()) || (filter != null && filter.aggregates());
        if (nested) {
            throw new CohortRefused("COHORT_FUNCTION", "an aggregate inside an aggregate is refused");
        }
        return new Expr.Aggregate(kind, argument, node.truth("distinct"), filter);
    }

    private static Expr call(Scalar function, List<Expr> arguments) {
        if (!function.takes(arguments.size())) {
            throw new CohortRefused(
                    "COHORT_FUNCTION", function.symbol() + " does not take " + arguments.size() + " arguments");
        }
        return new Expr.Call(function, arguments);
    }

    private static CohortRefused unknown(String name) {
        if (TIME.contains(name)) {
            return new CohortRefused("COHORT_TIME", "a cohort cannot depend on when it is asked: " + name);
        }
        if (RANDOM.contains(name)) {
            return new CohortRefused("COHORT_RANDOM", "a cohort cannot depend on chance: " + name);
        }
        String shown = name.matches("[A-Za-z_0-9]{1,63}") ? name : "(operator)";
        return new CohortRefused("COHORT_FUNCTION", "the function " + shown + " is not part of cohort SQL");
    }

    private Expr comparison(AstNode node) {
        node.only("class", "type", "alias", "left", "right");
        String operator = COMPARISONS.get(node.text("type"));
        if (operator == null) {
            throw new CohortRefused("COHORT_EXPRESSION", "this comparison is refused");
        }
        return new Expr.Comparison(operator, read(node.at("left")), read(node.at("right")));
    }

    private Expr junction(AstNode node) {
        node.only("class", "type", "alias", "children");
        List<Expr> parts = new ArrayList<>();
        node.list("children").forEach(child -> parts.add(read(child)));
        return new Expr.Junction(node.text("type").equals("CONJUNCTION_AND"), parts);
    }

    private Expr operator(AstNode node) {
        node.only("class", "type", "alias", "children");
        List<AstNode> children = node.list("children");
        if (children.size() > MAX_LIST) {
            throw new CohortRefused("COHORT_TOO_LONG", "a list has more than " + MAX_LIST + " entries");
        }
        List<Expr> parts = new ArrayList<>();
        children.forEach(child -> parts.add(read(child)));
        return switch (node.text("type")) {
            case "OPERATOR_NOT" -> new Expr.Not(parts.get(0));
            case "OPERATOR_IS_NULL" -> new Expr.IsNull(parts.get(0));
            case "OPERATOR_IS_NOT_NULL" -> new Expr.Not(new Expr.IsNull(parts.get(0)));
            case "OPERATOR_COALESCE" -> call(Scalar.COALESCE, parts);
            case "OPERATOR_NULLIF" -> call(Scalar.NULLIF, parts);
            case "COMPARE_IN" -> in(parts);
            case "COMPARE_NOT_IN" -> new Expr.Not(in(parts));
            default -> throw new CohortRefused("COHORT_EXPRESSION", "this operator is refused");
        };
    }

    private static Expr in(List<Expr> parts) {
        return new Expr.InList(parts.get(0), parts.subList(1, parts.size()));
    }

    private Expr between(AstNode node) {
        node.only("class", "type", "alias", "input", "lower", "upper");
        Expr input = read(node.at("input"));
        return new Expr.Junction(
                true,
                List.of(
                        new Expr.Comparison(">=", input, read(node.at("lower"))),
                        new Expr.Comparison("<=", input, read(node.at("upper")))));
    }

    private Expr cases(AstNode node) {
        node.only("class", "type", "alias", "case_checks", "else_expr");
        List<Expr.When> whens = new ArrayList<>();
        for (AstNode check : node.list("case_checks")) {
            check.only("when_expr", "then_expr");
            whens.add(new Expr.When(read(check.at("when_expr")), read(check.at("then_expr"))));
        }
        return new Expr.Case(whens, node.has("else_expr") ? read(node.at("else_expr")) : new Expr.Constant(null));
    }

    private Expr cast(AstNode node) {
        node.only("class", "type", "alias", "child", "cast_type", "try_cast");
        String type = node.at("cast_type").text("id");
        Expr child = read(node.at("child"));
        if (type.equals("BOOLEAN")
                && child instanceof Expr.Constant constant
                && constant.value() instanceof String text) {
            // TRUE and FALSE are parsed as casts of texts.
            Boolean truth = truth(text);
            if (truth != null) {
                return new Expr.Constant(truth);
            }
        }
        if (type.equals("DOUBLE") || type.equals("FLOAT") || type.equals("DECIMAL")) {
            return new Expr.Cast(child, Expr.CastTarget.NUMBER);
        }
        if (INTEGERS.contains(type)) {
            return new Expr.Cast(child, Expr.CastTarget.WHOLE);
        }
        if (type.equals("BOOLEAN")) {
            return new Expr.Cast(child, Expr.CastTarget.TRUTH);
        }
        throw new CohortRefused("COHORT_CAST", "casts go to DOUBLE, INTEGER or BOOLEAN only");
    }

    private static @Nullable Boolean truth(String text) {
        return switch (text) {
            case "t", "true" -> true;
            case "f", "false" -> false;
            default -> null;
        };
    }

    /** {@code patient IN (SELECT patient …)}; all other queries inside expressions are refused. */
    private Expr subquery(AstNode node) {
        boolean in = node.text("subquery_type").equals("ANY")
                && node.text("comparison_type").equals("COMPARE_EQUAL")
                && node.has("child");
        if (!in) {
            throw new CohortRefused(
                    "COHORT_SUBQUERY", "a query inside an expression is allowed as patient IN (SELECT patient …) only");
        }
        node.only("class", "type", "alias", "subquery_type", "subquery", "child", "comparison_type");
        Expr child = read(node.at("child"));
        return new Expr.InQuery(
                child, queries.query(node.at("subquery").only("node").at("node")));
    }
}
