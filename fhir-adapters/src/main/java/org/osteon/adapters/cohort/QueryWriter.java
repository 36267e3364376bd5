package org.osteon.adapters.cohort;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.osteon.adapters.cohort.Query.Cte;
import org.osteon.adapters.cohort.Query.Derived;
import org.osteon.adapters.cohort.Query.Item;
import org.osteon.adapters.cohort.Query.Join;
import org.osteon.adapters.cohort.Query.Relation;
import org.osteon.adapters.cohort.Query.Table;
import org.osteon.protocol.document.Manifest;

/**
 * Writes a checked query as SQL over the tables of one snapshot. What runs is this text and not the author's, so that
 * nothing can run that the syntax tree of cohort SQL does not have.
 */
final class QueryWriter {
    private static final int MAX_RELATIONS = 256;

    /** A SELECT with the types of its columns. */
    record Select(String sql, Map<String, ValueType> columns) {}

    /** A named query that was written: under which name, with which columns. */
    private record Named(String name, Map<String, ValueType> columns) {}

    private final Map<String, Manifest.Table> tables = new HashMap<>();
    private final SortedMap<String, SortedSet<String>> read = new TreeMap<>();
    private final List<String> with = new ArrayList<>();
    private final List<Map<String, String>> baseAliases = new ArrayList<>();
    private Map<String, Named> named = new HashMap<>();
    private int relations;

    QueryWriter(Manifest manifest) {
        manifest.tables().forEach(table -> tables.put(table.name(), table));
    }

    /** The whole query, with its named queries in front. */
    Select whole(Query query) {
        Select select = select(query);
        String prefix = with.isEmpty() ? "" : "WITH " + String.join(", ", with) + " ";
        return new Select(prefix + select.sql, select.columns);
    }

    /** The columns read so far, by table. */
    SortedMap<String, SortedSet<String>> read() {
        return read;
    }

    /** Notes that a column of a relation is read. */
    void read(String alias, String column) {
        String table = baseAliases.get(baseAliases.size() - 1).get(alias);
        if (table != null) {
            columns(table).add(column);
        }
    }

    /** A query inside another. */
    Select select(Query query) {
        Map<String, Named> outer = named;
        named = new HashMap<>(outer);
        for (Cte cte : query.ctes()) {
            Select select = select(cte.query());
            String name = "named_" + with.size();
            with.add(ExprWriter.quoted(name) + " AS (" + select.sql + ")");
            named.put(cte.name(), new Named(name, select.columns));
        }
        baseAliases.add(new HashMap<>());
        Scope scope = new Scope();
        String from = from(query.from(), scope);
        Map<String, Expr> aliases =
                query.items().stream().collect(Collectors.toMap(Item::name, Item::value, (one, other) -> one));
        ExprWriter expressions = new ExprWriter(scope, aliases, this);
        StringBuilder sql = new StringBuilder();
        Map<String, ValueType> columns = new LinkedHashMap<>();
        for (Item item : query.items()) {
            ExprWriter.Typed value = expressions.write(item.value());
            sql.append(sql.isEmpty() ? "SELECT " + (query.distinct() ? "DISTINCT " : "") : ", ")
                    .append(value.type() == ValueType.NOTHING ? "CAST(NULL AS DOUBLE)" : value.sql())
                    .append(" AS ")
                    .append(ExprWriter.quoted(item.name()));
            columns.put(item.name(), value.type() == ValueType.NOTHING ? ValueType.NUMBER : value.type());
        }
        sql.append(" FROM ").append(from);
        if (query.where() != null) {
            sql.append(" WHERE ").append(expressions.truth(query.where(), "WHERE"));
        }
        if (query.grouped()) {
            sql.append(" GROUP BY ")
                    .append(query.groupBy().stream()
                            .map(group -> expressions.write(group).sql())
                            .collect(Collectors.joining(", ")));
        }
        if (query.having() != null) {
            sql.append(" HAVING ").append(expressions.truth(query.having(), "HAVING"));
        }
        baseAliases.remove(baseAliases.size() - 1);
        named = outer;
        return new Select(sql.toString(), columns);
    }

    private String from(Relation relation, Scope scope) {
        if (++relations > MAX_RELATIONS) {
            throw new CohortRefused("COHORT_TOO_DEEP", "the query has more than " + MAX_RELATIONS + " tables");
        }
        if (relation instanceof Table table) {
            return table(table, scope);
        }
        if (relation instanceof Derived derived) {
            Select select = select(derived.query());
            scope.enter(derived.alias(), select.columns);
            return "(" + select.sql + ") AS " + ExprWriter.quoted(derived.alias());
        }
        return join((Join) relation, scope);
    }

    private String table(Table table, Scope scope) {
        Named query = named.get(table.name());
        if (query != null) {
            scope.enter(table.alias(), query.columns);
            return ExprWriter.quoted(query.name) + " AS " + ExprWriter.quoted(table.alias());
        }
        Manifest.Table base = tables.get(table.name());
        if (base == null) {
            throw new CohortRefused("COHORT_TABLE_UNKNOWN", "the snapshot has no table " + table.name());
        }
        Map<String, ValueType> columns = new LinkedHashMap<>();
        for (Manifest.Column column : base.columns()) {
            switch (column.type()) {
                case "string" -> columns.put(column.name(), ValueType.TEXT);
                case "double", "int64" -> columns.put(column.name(), ValueType.NUMBER);
                case "boolean" -> columns.put(column.name(), ValueType.TRUTH);
                default -> {}
            }
        }
        scope.enter(table.alias(), columns);
        baseAliases.get(baseAliases.size() - 1).put(table.alias(), table.name());
        columns(table.name()).add(PatientRule.PATIENT);
        return ExprWriter.quoted(CohortDatabase.physical(table.name())) + " AS " + ExprWriter.quoted(table.alias());
    }

    private String join(Join join, Scope scope) {
        Scope one = new Scope();
        Scope other = new Scope();
        String left = from(join.one(), one);
        String right = from(join.other(), other);
        scope.enter(one);
        scope.enter(other);
        List<String> conditions = new ArrayList<>();
        for (String column : join.using()) {
            Expr.ColumnName name = new Expr.ColumnName("", column);
            String first = one.aliasOf(name);
            String second = other.aliasOf(name);
            one.type(first, column).with(other.type(second, column), "USING");
            read(first, column);
            read(second, column);
            conditions.add(ExprWriter.quoted(first) + "." + ExprWriter.quoted(column) + " = "
                    + ExprWriter.quoted(second) + "." + ExprWriter.quoted(column));
            scope.merge(column);
        }
        if (join.on() != null) {
            conditions.add(new ExprWriter(scope, Map.of(), this).truth(join.on(), "ON"));
        }
        return "(" + left + (join.left() ? " LEFT JOIN " : " JOIN ") + right + " ON " + String.join(" AND ", conditions)
                + ")";
    }

    private SortedSet<String> columns(String table) {
        return read.computeIfAbsent(table, name -> new TreeSet<>());
    }
}
