package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Equality and order of FHIRPath values; null stands for FHIRPath's empty answer. */
final class Comparison {
    private Comparison() {}

    /** {@code =} of two collections: item by item, in order; open when one of them is empty. */
    static @Nullable Boolean equal(List<Value> left, List<Value> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return null;
        }
        if (left.size() != right.size()) {
            return false;
        }
        boolean open = false;
        for (int i = 0; i < left.size(); i++) {
            Boolean same = equal(left.get(i), right.get(i));
            if (same != null && !same) {
                return false;
            }
            open |= same == null;
        }
        return open ? null : true;
    }

    static @Nullable Boolean equal(Value left, Value right) {
        Value a = left.simple();
        Value b = right.simple();
        if (a == null || b == null) {
            return null;
        }
        if (a instanceof Value.Numeric x && b instanceof Value.Numeric y) {
            return x.number().compareTo(y.number()) == 0;
        }
        if (a instanceof Value.Text x && b instanceof Value.Text y) {
            if (x.text().equals(y.text())) {
                return true;
            }
            return (Moment.isDateTimeShaped(x.text()) && Moment.isDateTimeShaped(y.text()))
                    ? sameMoment(Moment.parse(x.text(), null), Moment.parse(y.text(), null))
                    : Boolean.FALSE;
        }
        if (a instanceof Moment || b instanceof Moment) {
            return sameMoment(moment(a), moment(b));
        }
        if (a instanceof Value.Element x && b instanceof Value.Element y) {
            return x.json().equals(Comparison::compareLeaves, y.json());
        }
        return a.equals(b);
    }

    /**
     * Order of two single values: numbers, strings, or moments. Two strings that both are dates or dateTimes are
     * compared as such.
     *
     * @throws FhirPathException TYPE if the two cannot be ordered
     */
    static @Nullable Integer order(Value a, Value b) {
        if (a instanceof Value.Numeric x && b instanceof Value.Numeric y) {
            return x.number().compareTo(y.number());
        }
        if (a instanceof Value.Text x && b instanceof Value.Text y) {
            Moment first = datedText(x.text());
            Moment second = first == null ? null : datedText(y.text());
            return first == null || second == null ? (Integer) x.text().compareTo(y.text()) : first.compare(second);
        }
        Moment first = moment(a);
        Moment second = moment(b);
        if ((a instanceof Moment || b instanceof Moment) && first != null && second != null) {
            return first.compare(second);
        }
        throw new FhirPathException(FhirPathException.Code.TYPE, "two values of these types have no order");
    }

    private static @Nullable Boolean sameMoment(@Nullable Moment a, @Nullable Moment b) {
        if (a == null || b == null || (a.kind() == Moment.Kind.TIME) != (b.kind() == Moment.Kind.TIME)) {
            return false;
        }
        Integer order = a.compare(b);
        return order == null ? null : (Boolean) (order == 0);
    }

    private static @Nullable Moment moment(Value value) {
        if (value instanceof Moment moment) {
            return moment;
        }
        return value instanceof Value.Text text ? Moment.parse(text.text(), null) : null;
    }

    private static @Nullable Moment datedText(String text) {
        return text.length() >= 7 && text.charAt(4) == '-' ? Moment.parse(text, null) : null;
    }

    private static int compareLeaves(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        return a.equals(b) ? 0 : 1;
    }
}
