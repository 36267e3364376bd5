package org.osteon.adapters.fhirpath;

/**
 * A word of an expression.
 *
 * @param kind what it is
 * @param text its content: unescaped for strings and quoted identifiers, without the leading {@code @} or {@code %}
 * @param at where it starts, counted from 0
 */
record Token(Kind kind, String text, int at) {
    enum Kind {
        NAME,
        /** An identifier in backticks: never a keyword. */
        QUOTED_NAME,
        STRING,
        NUMBER,
        MOMENT,
        /** {@code %name}. */
        CONSTANT,
        /** {@code $this} and its like. */
        VARIABLE,
        SYMBOL,
        END
    }

    boolean is(String symbolOrKeyword) {
        return (kind == Kind.SYMBOL || kind == Kind.NAME) && text.equals(symbolOrKeyword);
    }
}
