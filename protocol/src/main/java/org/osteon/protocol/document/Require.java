package org.osteon.protocol.document;

import java.util.Collection;
import java.util.List;

/** The checks that documents' constructors share; each failure names the member, the value and the rule. */
final class Require {
    private Require() {}

    static void schema(String actual, String expected) {
        if (!expected.equals(actual)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + expected + ", was " + brief(actual));
        }
    }

    static void name(String member, String value) {
        if (!value.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw new DocumentException(
                    "NAME_MALFORMED", member + " must be 1 to 64 of a-z 0-9 . _ -, was " + brief(value));
        }
    }

    static void text(String member, String value, int max) {
        if (value.isBlank() || value.length() > max || value.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            throw new DocumentException(
                    "TEXT_MALFORMED", member + " must be 1 to " + max + " characters of text, had " + value.length());
        }
    }

    static void optionalText(String member, String value, int max) {
        if (!value.isEmpty()) {
            text(member, value, max);
        }
    }

    static void positive(String member, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new DocumentException("NUMBER_OUT_OF_RANGE", member + " must be > 0, was " + value);
        }
    }

    static void finite(String member, double value) {
        if (!Double.isFinite(value)) {
            throw new DocumentException("NUMBER_OUT_OF_RANGE", member + " must be finite, was " + value);
        }
    }

    static void range(String member, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new DocumentException(
                    "NUMBER_OUT_OF_RANGE", member + " must be " + low + " to " + high + ", was " + value);
        }
    }

    static void oneOf(String member, String value, List<String> allowed) {
        if (!allowed.contains(value)) {
            throw new DocumentException(
                    "VALUE_UNKNOWN", member + " must be one of " + allowed + ", was " + brief(value));
        }
    }

    static void size(String member, Collection<?> values, int low, int high) {
        if (values.size() < low || values.size() > high) {
            throw new DocumentException(
                    "COUNT_OUT_OF_RANGE",
                    member + " must have " + low + " to " + high + " entries, had " + values.size());
        }
    }

    static void hold(boolean condition, String code, String message) {
        if (!condition) {
            throw new DocumentException(code, message);
        }
    }

    private static String brief(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
    }
}
