package org.osteon.adapters.view;

import org.jspecify.annotations.Nullable;

/**
 * A column of a view, and with it the Java class of its values: {@code boolean} is {@link Boolean}; {@code integer},
 * {@code positiveInt} and {@code unsignedInt} are {@link Integer}; {@code integer64} is {@link Long}; {@code decimal}
 * is {@link java.math.BigDecimal} with the scale that was written; all other types are {@link String} as written. A
 * collection is a {@link java.util.List} of these.
 *
 * @param name unique in the view; a letter, then letters, digits and underscores
 * @param type a FHIR primitive type; {@code string} where the definition gives none
 * @param collection whether the value is a list
 * @param ansiType the value of the column's tag {@code ansi/type}, the SQL type wanted by the author; null if none
 */
public record Column(
        String name,
        String type,
        boolean collection,
        @Nullable String ansiType) {}
