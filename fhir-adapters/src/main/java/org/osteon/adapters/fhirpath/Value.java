package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** One item of a FHIRPath collection: a piece of the resource, or a value that was computed or written as a literal. */
public sealed interface Value permits Value.Element, Value.Text, Value.Numeric, Value.Truth, Moment {

    /**
     * A piece of the resource as it stands in the JSON.
     *
     * @param json the JSON of the element; a JSON null where only extensions are given
     * @param type the FHIR type where the JSON names it (choice elements, {@code ofType}); null otherwise
     * @param extras the {@code _name} companion of a primitive, which holds its extensions; null if there is none
     */
    record Element(
            JsonNode json, @Nullable String type, @Nullable JsonNode extras) implements Value {}

    /** A string. */
    record Text(String text) implements Value {}

    /**
     * An integer or a decimal; the scale of the decimal is its precision in the sense of FHIR.
     *
     * @param number at most {@value #MAX_DIGITS} digits, and a scale of at most that size
     * @param whole whether the type is integer
     */
    record Numeric(BigDecimal number, boolean whole) implements Value {
        static final int MAX_DIGITS = 100;

        /**
         * Checks the size, so that no arithmetic can be made to fill the memory.
         *
         * @throws FhirPathException NUMBER_LIMIT
         */
        public Numeric {
            if (Math.abs((long) number.scale()) > MAX_DIGITS || number.precision() > MAX_DIGITS) {
                throw new FhirPathException(
                        FhirPathException.Code.NUMBER_LIMIT,
                        "a number has more than " + MAX_DIGITS + " digits or a larger exponent; mend the resource");
            }
        }
    }

    /** A boolean. */
    record Truth(boolean truth) implements Value {
        static final Truth TRUE = new Truth(true);
        static final Truth FALSE = new Truth(false);

        static Truth of(boolean truth) {
            return truth ? TRUE : FALSE;
        }
    }

    /**
     * The value behind this item: an element of a primitive type becomes a string, number, boolean or moment; an object
     * stays as it is. Strings become a {@link Moment} only where their FHIR type is known to be a date or time.
     *
     * @return null for an element that has extensions but no value
     * @throws FhirPathException NUMBER_LIMIT
     */
    default @Nullable Value simple() {
        if (!(this instanceof Element element)) {
            return this;
        }
        JsonNode json = element.json();
        return switch (json.getNodeType()) {
            case STRING -> {
                Moment moment =
                        FhirTypes.isMoment(element.type()) ? Moment.parse(json.textValue(), element.type()) : null;
                yield moment != null ? moment : new Text(json.textValue());
            }
            case NUMBER -> new Numeric(json.decimalValue(), json.isIntegralNumber());
            case BOOLEAN -> Truth.of(json.booleanValue());
            case NULL, MISSING -> null;
            default -> this;
        };
    }
}
