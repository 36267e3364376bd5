package org.osteon.adapters.cohort;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The aggregates; each result depends on the values of the group and not on their order. */
enum AggregateKind {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX,
    MEDIAN,
    BOOL_AND,
    BOOL_OR;

    static Optional<AggregateKind> named(String name) {
        String wanted = name.equals("mean") ? "avg" : name.equals("count_star") ? "count" : name;
        return Arrays.stream(values())
                .filter(kind -> kind.symbol().equals(wanted))
                .findFirst();
    }

    String symbol() {
        return name().toLowerCase(Locale.ROOT);
    }
}
