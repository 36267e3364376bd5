package org.osteon.adapters.mapping;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.TableColumn;

/** How one column is made: where from, by which action, what counts as missing. */
record ColumnRule(TableColumn column, String from, Action action, Set<String> missing, boolean required) {

    /** The value of the table, null where there is none. */
    @Nullable Object value(@Nullable Object raw, Pseudonyms pseudonyms) {
        Object present = Actions.present(raw, missing);
        Object value = present == null ? null : action.apply(present, pseudonyms);
        if (value == null && required) {
            throw new UnitRefused(column.name().equals("patient") ? Reason.PATIENT_MISSING : Reason.VALUE_MISSING);
        }
        return value;
    }
}
