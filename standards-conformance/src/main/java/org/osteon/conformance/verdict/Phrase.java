package org.osteon.conformance.verdict;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osteon.protocol.document.DocumentException;

/**
 * What is said, without a language: a stable code and the values that fill its sentence. Sentences are made at the
 * edge, from bundles with the same keys in Chinese and English.
 *
 * @param code stable code, such as {@code UPDATE_NOT_KEPT}
 * @param values values by name, in the form in which every report shows them
 */
public record Phrase(String code, Map<String, String> values) {
    /** Takes a copy in order of names; refuses a code that is none. */
    public Phrase {
        if (!code.matches("[A-Z][A-Z0-9_]{1,60}")) {
            throw new DocumentException("NAME_MALFORMED", "a phrase is named by a code such as UPDATE_NOT_KEPT");
        }
        values = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** A phrase with its names and values in turn. */
    public static Phrase of(String code, Object... namesAndValues) {
        return new Phrase(code, values(namesAndValues));
    }

    /** Names and values in turn, as every report shows them. */
    public static SortedMap<String, String> values(Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values go in turn, had " + namesAndValues.length);
        }
        SortedMap<String, String> values = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(String.valueOf(namesAndValues[i]), String.valueOf(namesAndValues[i + 1]));
        }
        return values;
    }
}
