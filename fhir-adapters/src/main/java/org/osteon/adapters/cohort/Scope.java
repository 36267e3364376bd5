package org.osteon.adapters.cohort;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The relations of one FROM, with their columns and types. */
final class Scope {
    private final Map<String, Map<String, ValueType>> relations = new LinkedHashMap<>();
    private final Set<String> merged = new HashSet<>();

    void enter(String alias, Map<String, ValueType> columns) {
        relations.put(alias, columns);
    }

    /** Takes over the relations of another, to its right. */
    void enter(Scope other) {
        relations.putAll(other.relations);
        merged.addAll(other.merged);
    }

    /** Makes the name of a column of USING unambiguous: it means the leftmost. */
    void merge(String column) {
        merged.add(column);
    }

    boolean has(Expr.ColumnName name) {
        return relations.entrySet().stream()
                .anyMatch(entry -> (name.relation().isEmpty() || name.relation().equals(entry.getKey()))
                        && entry.getValue().containsKey(name.column()));
    }

    /** The alias whose column is meant. */
    String aliasOf(Expr.ColumnName name) {
        String found = null;
        for (Map.Entry<String, Map<String, ValueType>> entry : relations.entrySet()) {
            boolean named = name.relation().isEmpty() || name.relation().equals(entry.getKey());
            if (!named || !entry.getValue().containsKey(name.column())) {
                continue;
            }
            if (found == null) {
                found = entry.getKey();
            } else if (!merged.contains(name.column())) {
                throw new CohortRefused(
                        "COHORT_COLUMN_AMBIGUOUS",
                        "column " + name.column() + " is in several tables; write table.column");
            }
        }
        if (found == null) {
            throw new CohortRefused("COHORT_COLUMN_UNKNOWN", "there is no column " + shown(name));
        }
        return found;
    }

    ValueType type(String alias, String column) {
        ValueType type = relations.getOrDefault(alias, Map.of()).get(column);
        if (type == null) {
            throw new CohortRefused("COHORT_COLUMN_UNKNOWN", "there is no column " + column);
        }
        return type;
    }

    private static String shown(Expr.ColumnName name) {
        return name.relation().isEmpty() ? name.column() : name.relation() + "." + name.column();
    }
}
