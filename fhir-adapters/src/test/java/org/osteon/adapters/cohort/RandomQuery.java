package org.osteon.adapters.cohort;

import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/** Random queries over the built-in profile's tables, all within the language and with one row a patient. */
final class RandomQuery {
    private static final List<String> NUMBERS =
            List.of("age", "height", "weight", "t_score", "female", "smoking", "falls", "fracture");

    private final Random random;
    private int names;

    RandomQuery(long seed) {
        this.random = new Random(seed);
    }

    String sql() {
        return switch (random.nextInt(5)) {
            case 0 -> "SELECT patient, " + columns("") + " FROM export" + where("");
            case 1 ->
                "SELECT o.patient, " + aggregates("o.value", "o.code = '39156-5'") + " FROM observation o" + codes()
                        + " GROUP BY o.patient" + having();
            case 2 ->
                "SELECT e.patient, " + columns("e.") + ", s.a AS joined FROM export e "
                        + (random.nextBoolean() ? "LEFT " : "") + "JOIN (SELECT patient, "
                        + aggregate("value", "code = '8302-2'")
                        + " AS a FROM observation GROUP BY patient) AS s ON s.patient = e.patient" + where("e.");
            case 3 ->
                "WITH s AS (SELECT patient, code, count(*) AS n, sum(value) AS v FROM observation GROUP BY patient, code) "
                        + "SELECT e.patient, " + aggregates("s.v * e.age", "s.n > 1")
                        + " FROM export e JOIN s USING (patient)" + where("e.") + " GROUP BY e.patient" + having();
            default ->
                "SELECT DISTINCT patient, " + columns("") + " FROM export" + where("")
                        + (random.nextBoolean() ? " AND " : " OR NOT ")
                        + "patient IN (SELECT patient FROM observation WHERE value > " + random.nextInt(200) + ")";
        };
    }

    private String columns(String alias) {
        StringJoiner columns = new StringJoiner(", ");
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            columns.add((random.nextInt(3) == 0 ? truth(alias, 3) : number(alias, 4)) + " AS " + name());
        }
        return columns.toString();
    }

    private String aggregates(String value, String filter) {
        StringJoiner columns = new StringJoiner(", ");
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            columns.add(aggregate(value, filter) + " AS " + name());
        }
        return columns.toString();
    }

    private String aggregate(String value, String filter) {
        String with = random.nextInt(3) == 0 ? " FILTER (WHERE " + filter + ")" : "";
        String distinct = random.nextInt(4) == 0 ? "DISTINCT " : "";
        return switch (random.nextInt(7)) {
            case 0 -> "count(*)" + with;
            case 1 -> "count(" + distinct + value + ")" + with;
            case 2 -> "sum(" + distinct + value + " / 7)" + with;
            case 3 -> "avg(" + distinct + value + ")" + with;
            case 4 -> "min(" + value + ")" + with;
            case 5 -> "median(" + value + ")" + with;
            default -> "sum(exp(" + value + " / 50) * 1e300)" + with;
        };
    }

    private String number(String alias, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return random.nextInt(3) == 0
                    ? List.of("0", "1", "-2.5", "1e308", "0.1", "NULL").get(random.nextInt(6))
                    : alias + NUMBERS.get(random.nextInt(NUMBERS.size()));
        }
        String one = number(alias, depth - 1);
        String other = number(alias, depth - 1);
        return switch (random.nextInt(12)) {
            case 0 -> "(" + one + " + " + other + ")";
            case 1 -> "(" + one + " - " + other + ")";
            case 2 -> "(" + one + " * " + other + ")";
            case 3 -> "(" + one + " / " + other + ")";
            case 4 -> "(" + one + " % " + other + ")";
            case 5 -> "ln(" + one + ")";
            case 6 -> "sqrt(" + one + ")";
            case 7 -> "pow(" + one + ", " + other + ")";
            case 8 -> "coalesce(" + one + ", " + other + ", 0)";
            case 9 -> "greatest(" + one + ", " + other + ")";
            case 10 -> "CASE WHEN " + truth(alias, depth - 1) + " THEN " + one + " ELSE " + other + " END";
            default -> "round(CAST(" + one + " AS INTEGER), 2)";
        };
    }

    private String truth(String alias, int depth) {
        if (depth == 0) {
            return alias + "age > " + random.nextInt(100);
        }
        return switch (random.nextInt(6)) {
            case 0 -> "(" + truth(alias, depth - 1) + " AND " + truth(alias, depth - 1) + ")";
            case 1 -> "(" + truth(alias, depth - 1) + " OR " + truth(alias, depth - 1) + ")";
            case 2 -> "NOT (" + truth(alias, depth - 1) + ")";
            case 3 -> "(" + number(alias, depth - 1) + " IS NOT NULL)";
            case 4 -> "(" + number(alias, depth - 1) + " BETWEEN 0 AND " + random.nextInt(300) + ")";
            default -> "(" + number(alias, depth - 1) + " <= " + number(alias, depth - 1) + ")";
        };
    }

    private String where(String alias) {
        return " WHERE " + (random.nextBoolean() ? truth(alias, 2) : "TRUE");
    }

    private String codes() {
        return random.nextBoolean() ? "" : " WHERE o.code LIKE '" + (random.nextBoolean() ? "3%" : "%-_") + "'";
    }

    private String having() {
        return random.nextBoolean() ? "" : " HAVING count(*) >= " + random.nextInt(4);
    }

    private String name() {
        names++;
        return "c" + names;
    }
}
