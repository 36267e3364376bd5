package org.osteon.adapters.mapping;

import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.ColumnKind;

/** A de-identification action: from a source's value to the value that enters the table. Immutable. */
interface Action {
    /** The kind of values that come out. */
    ColumnKind kind();

    /** As the manifest shows it, such as {@code keep} or {@code cap 90}. */
    String label();

    /**
     * The value of the table.
     *
     * @param raw text, a number or a truth value; never null, blank or one of the column's marks for missing
     * @return a value of {@link #kind}, null for none
     * @throws UnitRefused if the value does not fit
     */
    @Nullable Object apply(Object raw, Pseudonyms pseudonyms);
}
