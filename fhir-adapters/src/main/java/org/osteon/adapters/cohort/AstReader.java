package org.osteon.adapters.cohort;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.cohort.Query.Cte;
import org.osteon.adapters.cohort.Query.Derived;
import org.osteon.adapters.cohort.Query.Item;
import org.osteon.adapters.cohort.Query.Join;
import org.osteon.adapters.cohort.Query.Relation;
import org.osteon.adapters.cohort.Query.Table;

/** Reads queries and relations from the database's syntax tree. */
final class AstReader {
    static final int MAX_DEPTH = 100;

    private final ExprReader expressions = new ExprReader(this);
    private int depth;

    Query query(AstNode node) {
        if (++depth > MAX_DEPTH) {
            throw new CohortRefused("COHORT_TOO_DEEP", "the query nests deeper than " + MAX_DEPTH);
        }
        String type = node.text("type");
        switch (type) {
            case "SELECT_NODE" -> {}
            case "SET_OPERATION_NODE" ->
                throw new CohortRefused(
                        "COHORT_SET_OPERATION", "UNION, INTERSECT and EXCEPT are not part of cohort SQL");
            case "RECURSIVE_CTE_NODE" ->
                throw new CohortRefused("COHORT_RECURSION", "recursive queries are not part of cohort SQL");
            default -> throw new CohortRefused("COHORT_NOT_ONE_SELECT", "a cohort is one SELECT");
        }
        refuse(node, "sample", "COHORT_SAMPLE", "sampling is not part of cohort SQL");
        refuse(node, "qualify", "COHORT_WINDOW", "QUALIFY and windows look at other rows and are refused");
        boolean distinct = modifiers(node);
        if (!"STANDARD_HANDLING".equals(node.text("aggregate_handling"))) {
            throw new CohortRefused("COHORT_GROUP_BY", "GROUP BY ALL is refused; name the columns");
        }
        node.only(
                "type",
                "modifiers",
                "cte_map",
                "select_list",
                "from_table",
                "where_clause",
                "group_expressions",
                "group_sets",
                "aggregate_handling",
                "having");
        List<Cte> ctes = ctes(node.at("cte_map"));
        Relation from = relation(node.at("from_table"));
        List<Item> items = new ArrayList<>();
        for (AstNode item : node.list("select_list")) {
            items.add(item(item));
        }
        Query query = new Query(
                ctes,
                items,
                from,
                expression(node, "where_clause"),
                groupBy(node),
                expression(node, "having"),
                distinct);
        depth--;
        return query;
    }

    private boolean modifiers(AstNode node) {
        boolean distinct = false;
        for (AstNode modifier : node.list("modifiers")) {
            switch (modifier.text("type")) {
                case "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER" ->
                    throw new CohortRefused(
                            "COHORT_LIMIT", "LIMIT and OFFSET make one patient's row depend on others and are refused");
                case "ORDER_MODIFIER" ->
                    throw new CohortRefused(
                            "COHORT_ORDER_BY", "ORDER BY is refused; results come in the order of the pseudonyms");
                case "DISTINCT_MODIFIER" -> {
                    if (modifier.has("distinct_on_targets")) {
                        throw new CohortRefused(
                                "COHORT_DISTINCT_ON", "DISTINCT ON picks a row by order and is refused");
                    }
                    modifier.only("type");
                    distinct = true;
                }
                default -> throw new CohortRefused("COHORT_EXPRESSION", "an unknown clause is refused");
            }
        }
        return distinct;
    }

    private List<Cte> ctes(AstNode map) {
        List<Cte> ctes = new ArrayList<>();
        for (AstNode entry : map.list("map")) {
            AstNode value = entry.at("value").only("query", "materialized");
            AstNode inner = value.at("query").only("node");
            ctes.add(new Cte(name(entry.text("key")), query(inner.at("node"))));
        }
        return ctes;
    }

    private List<Expr> groupBy(AstNode node) {
        List<Expr> groups = new ArrayList<>();
        node.list("group_expressions").forEach(group -> groups.add(expressions.read(group)));
        List<AstNode> sets = node.list("group_sets");
        boolean plain =
                sets.isEmpty() || (sets.size() == 1 && sets.get(0).json().size() == groups.size());
        if (!plain) {
            throw new CohortRefused("COHORT_GROUP_BY", "grouping sets, ROLLUP and CUBE are refused");
        }
        return groups;
    }

    private Item item(AstNode node) {
        Expr value = expressions.read(node);
        String alias = node.text("alias");
        if (!alias.isEmpty()) {
            return new Item(name(alias), value);
        }
        if (value instanceof Expr.ColumnName column) {
            return new Item(column.column(), value);
        }
        throw new CohortRefused("COHORT_COLUMN_UNNAMED", "each computed column needs a name: … AS name");
    }

    private @Nullable Expr expression(AstNode node, String member) {
        return node.has(member) ? expressions.read(node.at(member)) : null;
    }

    private Relation relation(AstNode node) {
        if (++depth > MAX_DEPTH) {
            throw new CohortRefused("COHORT_TOO_DEEP", "the query nests deeper than " + MAX_DEPTH);
        }
        refuse(node, "sample", "COHORT_SAMPLE", "sampling is not part of cohort SQL");
        refuse(node, "column_name_alias", "COHORT_EXPRESSION", "renaming columns at a table's alias is refused");
        Relation relation = switch (node.text("type")) {
            case "BASE_TABLE" -> table(node);
            case "SUBQUERY" -> derived(node);
            case "JOIN" -> join(node);
            case "TABLE_FUNCTION" ->
                throw new CohortRefused("COHORT_TABLE_FUNCTION", "only tables of the snapshot can stand in FROM");
            case "EMPTY" -> throw new CohortRefused("COHORT_NO_PATIENT", "the query has no FROM");
            default -> throw new CohortRefused("COHORT_TABLE_NAME", "only tables of the snapshot can stand in FROM");
        };
        depth--;
        return relation;
    }

    private static Table table(AstNode node) {
        if (node.has("schema_name") || node.has("catalog_name")) {
            throw new CohortRefused("COHORT_TABLE_NAME", "tables are named without schema or catalogue");
        }
        node.only("type", "alias", "table_name");
        String name = node.text("table_name").toLowerCase(Locale.ROOT);
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new CohortRefused("COHORT_TABLE_NAME", "a table is named by a-z 0-9 _; files cannot be read");
        }
        return new Table(name, node.has("alias") ? name(node.text("alias")) : name);
    }

    private Derived derived(AstNode node) {
        node.only("type", "alias", "subquery");
        if (!node.has("alias")) {
            throw new CohortRefused("COHORT_COLUMN_UNNAMED", "a query in FROM needs a name: (SELECT …) AS name");
        }
        return new Derived(query(node.at("subquery").only("node").at("node")), name(node.text("alias")));
    }

    private Join join(AstNode node) {
        String kind = node.text("join_type");
        boolean plain = node.text("ref_type").equals("REGULAR") && (kind.equals("INNER") || kind.equals("LEFT"));
        if (!plain) {
            throw new CohortRefused(
                    node.text("ref_type").equals("CROSS") ? "COHORT_JOIN_ACROSS_PATIENTS" : "COHORT_JOIN",
                    "only JOIN and LEFT JOIN on patient = patient are allowed");
        }
        node.only("type", "left", "right", "condition", "join_type", "ref_type", "using_columns");
        List<String> using = new ArrayList<>();
        node.json().path("using_columns").forEach(column -> using.add(name(column.asText())));
        return new Join(
                relation(node.at("left")),
                relation(node.at("right")),
                kind.equals("LEFT"),
                expression(node, "condition"),
                using);
    }

    private static void refuse(AstNode node, String member, String code, String message) {
        if (node.has(member)) {
            throw new CohortRefused(code, message);
        }
    }

    static String name(String written) {
        String name = written.toLowerCase(Locale.ROOT);
        if (!name.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new CohortRefused("COHORT_NAME", "names are made of a-z 0-9 _, at most 63");
        }
        return name;
    }
}
