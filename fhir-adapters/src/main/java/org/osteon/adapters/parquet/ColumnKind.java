package org.osteon.adapters.parquet;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The type of a table's column, and the Java class of its values. */
public enum ColumnKind {
    /** {@link String}, UTF-8. */
    STRING,
    /** {@link Double}, finite. */
    DOUBLE,
    /** {@link Long}. */
    INT64,
    /** {@link Boolean}. */
    BOOLEAN,
    /** {@code byte[]}. */
    BYTES;

    /** The name in manifests and profiles. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind with that label. */
    public static Optional<ColumnKind> labelled(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst();
    }

    /** Whether a value is of this kind. */
    boolean holds(Object value) {
        return switch (this) {
            case STRING -> value instanceof String;
            case DOUBLE -> value instanceof Double;
            case INT64 -> value instanceof Long;
            case BOOLEAN -> value instanceof Boolean;
            case BYTES -> value instanceof byte[];
        };
    }
}
