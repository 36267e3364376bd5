package org.osteon.privacy.noise;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Decides exactly whether a uniform real number is below scale·exp(−n/d): bits of the number and digits of the bound
 * are added until they part.
 */
final class CloseCall {
    private static final int WORD = 64;
    private static final int DIGITS_A_WORD = 20;

    private CloseCall() {}

    /**
     * Whether unit + F &lt; scale·exp(−n/d), F uniform in [0, 1).
     *
     * @param n numerator, not negative
     * @param d denominator, a power of two
     */
    static boolean below(long unit, long scale, long n, long d, BitSource bits) {
        BigDecimal exponent = BigDecimal.valueOf(n).divide(BigDecimal.valueOf(d));
        BigDecimal top = BigDecimal.valueOf(scale);
        BigInteger drawn = BigInteger.valueOf(unit);
        for (int words = 1; ; words++) {
            drawn = drawn.shiftLeft(WORD).add(new BigInteger(Long.toUnsignedString(bits.next())));
            BigDecimal places = new BigDecimal(BigInteger.ONE.shiftLeft(WORD * words));
            int digits = DIGITS_A_WORD * (words + 1);
            // The number is in [drawn, drawn + 1) / places; compare with bounds of scale·places / exp(n/d).
            BigDecimal all = top.multiply(places);
            if (new BigDecimal(drawn.add(BigInteger.ONE))
                            .multiply(exp(exponent, digits, true))
                            .compareTo(all)
                    <= 0) {
                return true;
            }
            if (new BigDecimal(drawn).multiply(exp(exponent, digits, false)).compareTo(all) >= 0) {
                return false;
            }
        }
    }

    /** A bound of exp(z), z ≥ 0, from its series: all terms are positive, so that rounding one way bounds the sum. */
    static BigDecimal exp(BigDecimal z, int digits, boolean upper) {
        MathContext context = new MathContext(digits, upper ? RoundingMode.CEILING : RoundingMode.FLOOR);
        BigDecimal tiny = BigDecimal.ONE.movePointLeft(digits);
        BigDecimal twice = z.add(z);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int n = 1; ; n++) {
            BigDecimal count = BigDecimal.valueOf(n);
            term = term.multiply(z, context).divide(count, context);
            sum = sum.add(term, context);
            if (count.compareTo(twice) >= 0 && term.compareTo(tiny) < 0) {
                // From here on each term is less than half of the one before: the rest is less than this one.
                return upper ? sum.add(term, context) : sum;
            }
        }
    }
}
