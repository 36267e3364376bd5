package org.osteon.console.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.i18n.LocaleContextHolder;

/** How values are written on a page; templates know it as {@code @show}. */
public final class Show {
    private static final int SHORT = 8;
    private static final int DIGITS = 4;
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final Words words;

    /** In these words. */
    public Show(Words words) {
        this.words = words;
    }

    /** An identifier's first eight characters; the page keeps the whole one as a title. */
    public String shortId(@Nullable Object id) {
        String text = String.valueOf(id);
        return text.length() <= SHORT ? text : text.substring(0, SHORT);
    }

    /** An instant in the server's zone, named; an empty text where there is none. */
    public String time(@Nullable Object at) {
        Instant instant = instant(at);
        if (instant == null || instant.toEpochMilli() == 0) {
            return "–";
        }
        ZoneId zone = ZoneId.systemDefault();
        return LOCAL.withZone(zone).format(instant) + " "
                + DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH)
                        .withZone(zone)
                        .format(instant);
    }

    /** The exact instant, for a title. */
    public String exact(@Nullable Object at) {
        return String.valueOf(instant(at));
    }

    /** How long ago, in words. */
    public String ago(@Nullable Object at) {
        Instant instant = instant(at);
        if (instant == null || instant.toEpochMilli() == 0) {
            return words.of("time.never");
        }
        long seconds = Math.max(0, Duration.between(instant, Instant.now()).toSeconds());
        if (seconds < 90) {
            return words.of("time.seconds", seconds);
        }
        if (seconds < 5400) {
            return words.of("time.minutes", seconds / 60);
        }
        return seconds < 172_800 ? words.of("time.hours", seconds / 3600) : words.of("time.days", seconds / 86_400);
    }

    /** A span of milliseconds, in words. */
    public String span(long millis) {
        if (millis < 100_000) {
            return words.of("span.seconds", number(millis < 1000 ? millis / 1e3 : Math.round(millis / 1e2) / 10.0));
        }
        long seconds = millis / 1000;
        return seconds < 6000
                ? words.of("span.minutes", seconds / 60, seconds % 60)
                : words.of("span.hours", seconds / 3600, seconds / 60 % 60);
    }

    /** A number with four significant digits at most, never in powers of ten within reach. */
    public String number(@Nullable Object value) {
        if (value == null) {
            return "–";
        }
        if (value instanceof Long || value instanceof Integer) {
            return String.format(LocaleContextHolder.getLocale(), "%,d", ((Number) value).longValue());
        }
        try {
            BigDecimal number = new BigDecimal(value.toString());
            double size = Math.abs(number.doubleValue());
            if (size != 0 && (size < 1e-4 || size >= 1e9)) {
                return String.format(Locale.ROOT, "%.2e", number.doubleValue())
                        .replaceFirst("\\.?0*e([+-])0*", "e$1")
                        .replace("e+", "e");
            }
            BigDecimal rounded = number.round(new MathContext(DIGITS)).stripTrailingZeros();
            return rounded.scale() < 0 ? rounded.setScale(0).toPlainString() : rounded.toPlainString();
        } catch (NumberFormatException e) {
            return value.toString();
        }
    }

    /** Bytes in a unit people read. */
    public String bytes(long count) {
        if (count < 10_000) {
            return number(count) + " B";
        }
        if (count < 10_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", count / 1e3);
        }
        return count < 10_000_000_000L
                ? String.format(Locale.ROOT, "%.1f MB", count / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", count / 1e9);
    }

    private static @Nullable Instant instant(@Nullable Object at) {
        if (at instanceof Instant instant) {
            return instant;
        }
        if (at instanceof Long millis) {
            return Instant.ofEpochMilli(millis);
        }
        try {
            return at == null || at.toString().isEmpty() ? null : Instant.parse(at.toString());
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
