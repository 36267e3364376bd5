package org.osteon.adapters.mapping;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Period;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.ColumnKind;

/** The actions that profiles name. */
final class Actions {
    private static final int MAX_DIGITS = 32;
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,2})?");
    private static final int POOLED_FROM = 90;
    private static final int OLDEST = 130;

    private Actions() {}

    /** The identifier's pseudonym. */
    record Pseudonym(String domain) implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.STRING;
        }

        @Override
        public String label() {
            return "pseudonym " + domain;
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            String text = raw.toString();
            return domain.equals(Pseudonyms.PATIENT) ? pseudonyms.ofPatient(text) : pseudonyms.of(domain, text);
        }
    }

    /** The number as it is, within a declared range. */
    record KeepNumber(ColumnKind kind, double min, double max) implements Action {
        @Override
        public String label() {
            return "keep";
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            BigDecimal number = inRange(number(raw), min, max);
            if (kind == ColumnKind.DOUBLE) {
                return number.doubleValue();
            }
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new UnitRefused(Reason.VALUE_UNEXPECTED);
            }
        }
    }

    /** The number, at most {@code cap}. */
    record Cap(double min, double max, double cap) implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.DOUBLE;
        }

        @Override
        public String label() {
            return "cap " + BigDecimal.valueOf(cap).stripTrailingZeros().toPlainString();
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            return Math.min(inRange(number(raw), min, max).doubleValue(), cap);
        }
    }

    /** The number rounded down to a multiple of {@code step}. */
    record Generalise(double min, double max, double step) implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.DOUBLE;
        }

        @Override
        public String label() {
            return "generalise " + BigDecimal.valueOf(step).stripTrailingZeros().toPlainString();
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            return Math.floor(inRange(number(raw), min, max).doubleValue() / step) * step;
        }
    }

    /** The text as it is if it is one of a list. */
    record KeepListed(Set<String> values, Reason otherwise) implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.STRING;
        }

        @Override
        public String label() {
            return "keep";
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            String text = raw.toString();
            if (!values.contains(text)) {
                throw new UnitRefused(otherwise);
            }
            return text;
        }
    }

    /** The truth value as it is. */
    record KeepTruth() implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.BOOLEAN;
        }

        @Override
        public String label() {
            return "keep";
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            if (raw instanceof Boolean truth) {
                return truth;
            }
            return switch (raw.toString()) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new UnitRefused(Reason.VALUE_UNEXPECTED);
            };
        }
    }

    /** The value that a closed list gives for the text. */
    record Category(ColumnKind kind, Map<String, Object> values) implements Action {
        @Override
        public String label() {
            return "category";
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            Object value = values.get(raw.toString().strip());
            if (value == null) {
                throw new UnitRefused(Reason.VALUE_UNEXPECTED);
            }
            return value;
        }
    }

    /** The year of a date or time. */
    record Year() implements Action {
        private static final int FIRST = 1900;
        private static final int LAST = 2100;
        private static final Pattern DATE = Pattern.compile("[0-9]{4}([-/T年].*)?|[0-9]{8}");

        @Override
        public ColumnKind kind() {
            return ColumnKind.INT64;
        }

        @Override
        public String label() {
            return "year";
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            String text = raw.toString();
            if (!DATE.matcher(text).matches()) {
                throw new UnitRefused(Reason.VALUE_UNEXPECTED);
            }
            long year = Long.parseLong(text, 0, 4, 10);
            if (year < FIRST || year > LAST) {
                throw new UnitRefused(Reason.VALUE_OUT_OF_RANGE);
            }
            return year;
        }
    }

    /** From a birth date to a ten-year band of the age on a fixed day, 90 and older as one. */
    record AgeBand(LocalDate at) implements Action {
        @Override
        public ColumnKind kind() {
            return ColumnKind.STRING;
        }

        @Override
        public String label() {
            return "age-band " + at;
        }

        @Override
        public Object apply(Object raw, Pseudonyms pseudonyms) {
            int age = Period.between(birth(raw.toString()), at).getYears();
            if (age < 0 || age > OLDEST) {
                throw new UnitRefused(Reason.VALUE_OUT_OF_RANGE);
            }
            return age >= POOLED_FROM ? POOLED_FROM + "+" : age / 10 * 10 + "-" + (age / 10 * 10 + 9);
        }

        /** A birth date of reduced precision counts as the first day of its year or month. */
        private static LocalDate birth(String text) {
            String day = text.length() == 4 ? text + "-01-01" : text.length() == 7 ? text + "-01" : text;
            try {
                return LocalDate.parse(day);
            } catch (DateTimeException e) {
                throw new UnitRefused(Reason.VALUE_UNEXPECTED);
            }
        }
    }

    private static BigDecimal number(Object raw) {
        if (raw instanceof BigDecimal number) {
            return number;
        }
        String text = raw.toString().strip();
        if (text.length() > MAX_DIGITS || !NUMBER.matcher(text).matches()) {
            throw new UnitRefused(Reason.VALUE_UNEXPECTED);
        }
        return new BigDecimal(text);
    }

    private static BigDecimal inRange(BigDecimal number, double min, double max) {
        double value = number.doubleValue();
        if (!(value >= min && value <= max)) {
            throw new UnitRefused(Reason.VALUE_OUT_OF_RANGE);
        }
        return number;
    }

    /** A value as an action takes it, or null where it counts as missing. */
    static @Nullable Object present(@Nullable Object raw, Set<String> missing) {
        if (raw == null || (raw instanceof String text && (text.isBlank() || missing.contains(text.strip())))) {
            return null;
        }
        return raw;
    }
}
