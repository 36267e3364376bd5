package org.osteon.adapters.cohort;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The scalar functions and operators. Each is total on its types: no value of a row can make it fail, so that one
 * patient's row cannot stop another's. Numbers are IEEE 754 doubles throughout.
 */
enum Scalar {
    ADD(1, 2, "+"),
    SUBTRACT(1, 2, "-"),
    MULTIPLY(2, 2, "*"),
    DIVIDE(2, 2, "/"),
    MODULO(2, 2, "%", "mod", "fmod"),
    POWER(2, 2, "^", "**", "pow", "power"),
    ABS(1, 1, "abs"),
    ROUND(1, 2, "round"),
    FLOOR(1, 1, "floor"),
    CEIL(1, 1, "ceil", "ceiling"),
    SIGN(1, 1, "sign"),
    SQRT(1, 1, "sqrt"),
    LN(1, 1, "ln"),
    LOG10(1, 1, "log10", "log"),
    EXP(1, 1, "exp"),
    LEAST(1, 64, "least"),
    GREATEST(1, 64, "greatest"),
    COALESCE(1, 64, "coalesce", "ifnull"),
    NULLIF(2, 2, "nullif"),
    LIKE(2, 2, "~~"),
    NOT_LIKE(2, 2, "!~~");

    private final int fewest;
    private final int most;
    private final List<String> names;

    Scalar(int fewest, int most, String... names) {
        this.fewest = fewest;
        this.most = most;
        this.names = List.of(names);
    }

    static Optional<Scalar> named(String name) {
        return Arrays.stream(values())
                .filter(function -> function.names.contains(name))
                .findFirst();
    }

    boolean takes(int arguments) {
        return arguments >= fewest && arguments <= most;
    }

    /** The name that is written out. */
    String symbol() {
        return names.get(0);
    }
}
