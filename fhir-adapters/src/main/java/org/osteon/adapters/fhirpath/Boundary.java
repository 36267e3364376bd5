package org.osteon.adapters.fhirpath;

import java.math.BigDecimal;
import java.util.List;

/**
 * {@code lowBoundary()} and {@code highBoundary()}: the smallest and the largest value that the written precision
 * leaves open. Decimals lie half a unit of their last written digit apart from it; dates and times run to the end of
 * the last written field, to the millisecond, in the time zones UTC+14 and UTC-12 where none was written.
 */
final class Boundary {
    private static final BigDecimal HALF = new BigDecimal("0.5");

    private Boundary() {}

    static List<Value> of(List<Value> focus, boolean high) {
        Value value = Operators.single(focus);
        if (value == null) {
            return List.of();
        }
        if (value instanceof Value.Numeric numeric) {
            BigDecimal reach = HALF.scaleByPowerOfTen(-numeric.number().scale());
            BigDecimal bound =
                    high ? numeric.number().add(reach) : numeric.number().subtract(reach);
            return List.of(new Value.Numeric(bound, false));
        }
        Moment moment = value instanceof Moment known
                ? known
                : value instanceof Value.Text text ? Moment.parse(text.text(), null) : null;
        if (moment == null) {
            throw Operators.type("a boundary needs a decimal, date, dateTime or time");
        }
        return List.of(moment.boundary(high));
    }
}
