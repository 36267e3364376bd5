package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import org.osteon.protocol.document.Digest;

/** Numbers, times and identities as the pages show them. */
final class Words {
    private static final double LEAST_PLAIN = 1e-4;
    private static final MathContext DIGITS = new MathContext(6);

    private Words() {}

    /** A privacy parameter or other measure: at most six digits, small ones with a power of ten. */
    static String measure(double value) {
        if (value != 0 && Math.abs(value) < LEAST_PLAIN) {
            return Double.toString(value).replace("E", "e");
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
        return rounded.scale() < 1 ? rounded.setScale(1).toPlainString() : rounded.toPlainString();
    }

    /** A count. */
    static String count(long value, Locale locale) {
        return NumberFormat.getIntegerInstance(locale).format(value);
    }

    /** A time where the officer is, exact on focus. */
    static Html.Element time(Instant time, Locale locale) {
        return el("time", at("datetime", time.toString()), at("title", time.toString()), local(time, locale));
    }

    /** A time where the officer is, with its zone. */
    static String local(Instant time, Locale locale) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                        .withLocale(locale)
                        .format(time.atZone(zone()))
                + " (" + zone().getId() + ")";
    }

    static ZoneId zone() {
        return ZoneId.systemDefault();
    }

    /** An identity: its first digits, all of them on focus. */
    static Html.Element digest(Digest digest) {
        return el("code", at("title", digest.hex()), at("tabindex", "0"), digest.brief() + "…");
    }

    /** An identity in full, where it is compared. */
    static Html.Element whole(String hex) {
        return el("code", cls("whole"), hex);
    }
}
