package org.osteon.adapters.fhirpath;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A FHIR date, dateTime (or instant) or time with the precision that was written.
 *
 * @param kind which of the three
 * @param precision how many of the fields year, month, day, hour, minute, second were written (a time starts at hour)
 * @param fields year to nanosecond; those not written have their lowest value
 * @param zoneMinutes offset from UTC in minutes; null if none was written
 * @param text as written
 */
public record Moment(
        Kind kind,
        int precision,
        LocalDateTime fields,
        @Nullable Integer zoneMinutes,
        String text) implements Value {

    /** What the moment is. */
    public enum Kind {
        /** A calendar date. */
        DATE,
        /** A date with a clock time, or a partial one. */
        DATE_TIME,
        /** A time of day. */
        TIME
    }

    private static final int MAX_LENGTH = 40;
    private static final int DAY = 3;
    private static final int HOUR = 4;
    private static final int MINUTE = 5;
    private static final int SECOND = 6;
    private static final String CLOCK = "(\\d{2})(?::(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9})\\d*)?)?)?";
    private static final Pattern DATED =
            Pattern.compile("(\\d{4})(?:-(\\d{2})(?:-(\\d{2})(T(?:" + CLOCK + "(Z|[+-]\\d{2}:\\d{2})?)?)?)?)?");
    private static final Pattern TIMED = Pattern.compile("T?" + CLOCK);

    /**
     * Reads a date, dateTime or time by its shape, or as the FHIR type given.
     *
     * @param type {@code dateTime}, {@code instant}: a date alone counts as a dateTime of that precision; null: by
     *     shape
     * @return null if the text is none
     */
    static @Nullable Moment parse(String text, @Nullable String type) {
        if (text.length() > MAX_LENGTH || text.length() < 2) {
            return null;
        }
        try {
            Matcher timed = TIMED.matcher(text);
            if (timed.matches() && (text.charAt(0) == 'T' || text.length() == 2 || text.charAt(2) == ':')) {
                LocalDateTime fields = fields(1, 1, 1, timed, 1);
                return "time".equals(type) || type == null
                        ? new Moment(Kind.TIME, clockPrecision(timed, 1), fields, null, text)
                        : null;
            }
            Matcher dated = DATED.matcher(text);
            if (!dated.matches() || "time".equals(type)) {
                return null;
            }
            boolean isDate = dated.group(4) == null;
            if ("date".equals(type) && !isDate) {
                return null;
            }
            int precision = dated.group(3) != null ? DAY : dated.group(2) != null ? 2 : 1;
            Kind kind = isDate && (type == null || type.equals("date")) ? Kind.DATE : Kind.DATE_TIME;
            return new Moment(
                    kind,
                    dated.group(5) == null ? precision : clockPrecision(dated, 5),
                    fields(number(dated, 1, 1), number(dated, 2, 1), number(dated, 3, 1), dated, 5),
                    zone(dated.group(9)),
                    text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Whether a string of unknown type is unmistakably a dateTime: a full date with a clock time. */
    static boolean isDateTimeShaped(String text) {
        return text.length() >= 16 && text.charAt(4) == '-' && text.charAt(10) == 'T';
    }

    /**
     * Orders two moments as FHIRPath does.
     *
     * @return negative, zero or positive; null where the written precision (or a missing zone) leaves it open
     * @throws FhirPathException TYPE if one is a time of day and the other is not
     */
    @Nullable Integer compare(Moment other) {
        if ((kind == Kind.TIME) != (other.kind == Kind.TIME)) {
            throw new FhirPathException(FhirPathException.Code.TYPE, "a time of day cannot be compared with a date");
        }
        LocalDateTime mine = fields;
        LocalDateTime theirs = other.fields;
        int common = Math.min(precision, other.precision);
        if (kind != Kind.TIME && common >= HOUR) {
            if ((zoneMinutes == null) != (other.zoneMinutes == null)) {
                return null;
            }
            mine = utc();
            theirs = other.utc();
        }
        for (int field = kind == Kind.TIME ? HOUR : 1; field <= common; field++) {
            int order = Long.compare(field(mine, field), field(theirs, field));
            if (order != 0) {
                return order;
            }
        }
        return precision == other.precision ? 0 : null;
    }

    /** The earliest ({@code high} false) or latest moment that this one may mean, to the millisecond. */
    Moment boundary(boolean high) {
        LocalDateTime full = fields;
        if (high) {
            if (precision < 2) {
                full = full.withMonth(12);
            }
            if (precision < DAY) {
                full = full.withDayOfMonth(YearMonth.from(full).lengthOfMonth());
            }
            if (kind != Kind.DATE) {
                full = precision < HOUR ? full.withHour(23) : full;
                full = precision < MINUTE ? full.withMinute(59) : full;
                full = precision < SECOND ? full.withSecond(59) : full;
                full = precision == SECOND && text.indexOf('.') > 0 ? full : full.withNano(999_000_000);
            }
        }
        String date = String.format(
                Locale.ROOT, "%04d-%02d-%02d", full.getYear(), full.getMonthValue(), full.getDayOfMonth());
        String clock = String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%03d",
                full.getHour(),
                full.getMinute(),
                full.getSecond(),
                full.getNano() / 1_000_000);
        if (kind == Kind.DATE) {
            return new Moment(kind, DAY, full, null, date);
        }
        if (kind == Kind.TIME) {
            return new Moment(kind, SECOND, full, null, clock);
        }
        int zone = zoneMinutes != null ? zoneMinutes : high ? -12 * 60 : 14 * 60;
        String offset = String.format(
                Locale.ROOT, "%s%02d:%02d", zone < 0 ? "-" : "+", Math.abs(zone) / 60, Math.abs(zone) % 60);
        return new Moment(kind, SECOND, full, zone, date + "T" + clock + offset);
    }

    private LocalDateTime utc() {
        return zoneMinutes == null ? fields : fields.minusMinutes(zoneMinutes);
    }

    private static long field(LocalDateTime at, int field) {
        return switch (field) {
            case 1 -> at.getYear();
            case 2 -> at.getMonthValue();
            case DAY -> at.getDayOfMonth();
            case HOUR -> at.getHour();
            case MINUTE -> at.getMinute();
            default -> at.getSecond() * 1_000_000_000L + at.getNano();
        };
    }

    private static LocalDateTime fields(int year, int month, int day, Matcher clock, int first) {
        String fraction = clock.group(first + 3);
        int nanos = fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
        int second = number(clock, first + 2, 0);
        // FHIR allows a leap second as 60; it is kept as the last second of the minute.
        return LocalDateTime.of(
                year,
                month,
                day,
                number(clock, first, 0),
                number(clock, first + 1, 0),
                second == 60 ? 59 : second,
                nanos);
    }

    private static int clockPrecision(Matcher clock, int first) {
        return clock.group(first + 2) != null ? SECOND : clock.group(first + 1) != null ? MINUTE : HOUR;
    }

    private static int number(Matcher matcher, int group, int absent) {
        String digits = matcher.group(group);
        return digits == null ? absent : Integer.parseInt(digits);
    }

    private static @Nullable Integer zone(@Nullable String zone) {
        if (zone == null) {
            return null;
        }
        if (zone.equals("Z")) {
            return 0;
        }
        int minutes = Integer.parseInt(zone.substring(1, 3)) * 60 + Integer.parseInt(zone.substring(4));
        return zone.charAt(0) == '-' ? -minutes : minutes;
    }
}
