package org.osteon.adapters.parquet;

import java.util.List;

/**
 * A table of a snapshot. Its first column is {@code patient}, the pseudonym, which is never null; all others may be.
 *
 * @param name as in cohort SQL: lowercase letter, then lowercase letters, digits and underscores
 * @param columns in order
 */
public record TableSchema(String name, List<TableColumn> columns) {
    /** The column that holds the patient's pseudonym. */
    public static final String PATIENT = "patient";

    /** Takes a copy and refuses a table without a leading patient column, or with two columns of one name. */
    public TableSchema {
        columns = List.copyOf(columns);
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("a table is named by a-z 0-9 _, was '" + name + "'");
        }
        if (columns.isEmpty()
                || !columns.get(0).name().equals(PATIENT)
                || columns.get(0).kind() != ColumnKind.STRING) {
            throw new IllegalArgumentException("table " + name + " must begin with the text column " + PATIENT);
        }
        if (columns.stream().map(TableColumn::name).distinct().count() != columns.size()) {
            throw new IllegalArgumentException("table " + name + " has two columns of one name");
        }
    }
}
