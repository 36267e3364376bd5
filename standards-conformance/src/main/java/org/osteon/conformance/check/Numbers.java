package org.osteon.conformance.check;

import java.math.BigDecimal;
import java.math.MathContext;

/** How a computed number stands in a report: six significant digits, without an exponent. */
final class Numbers {
    private static final MathContext DIGITS = new MathContext(6);

    private Numbers() {}

    static String text(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return String.valueOf(value);
        }
        String plain =
                BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toPlainString();
        return "0E-10".equals(plain) ? "0" : plain;
    }
}
