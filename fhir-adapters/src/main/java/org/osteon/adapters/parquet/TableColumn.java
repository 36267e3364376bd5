package org.osteon.adapters.parquet;

/**
 * A column of a table.
 *
 * @param name lowercase letter, then lowercase letters, digits and underscores
 * @param kind type of the values
 * @param action label of the de-identification action that made it
 */
public record TableColumn(String name, ColumnKind kind, String action) {
    /** Refuses names that are no plain SQL identifiers. */
    public TableColumn {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("a column is named by a-z 0-9 _, was '" + name + "'");
        }
    }
}
