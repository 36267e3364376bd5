package org.osteon.adapters.view;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.fhirpath.Moment;
import org.osteon.adapters.fhirpath.Value;

/** How the values of a FHIR primitive type stand in a row; see {@link Column}. */
enum ColumnType {
    BOOLEAN,
    INTEGER,
    LONG,
    DECIMAL,
    TEXT;

    static ColumnType of(String fhirType) {
        return switch (fhirType) {
            case "boolean" -> BOOLEAN;
            case "integer", "positiveInt", "unsignedInt" -> INTEGER;
            case "integer64" -> LONG;
            case "decimal" -> DECIMAL;
            default -> TEXT;
        };
    }

    boolean isNumber() {
        return this == INTEGER || this == LONG || this == DECIMAL;
    }

    /**
     * The value as the column holds it. A text column takes any primitive, as it is written in JSON.
     *
     * @return null if the value is not of the type
     */
    @Nullable Object convert(Value value) {
        if (value instanceof Value.Truth truth) {
            return this == BOOLEAN ? (Object) truth.truth() : this == TEXT ? String.valueOf(truth.truth()) : null;
        }
        if (value instanceof Value.Numeric numeric) {
            return this == TEXT ? numeric.number().toPlainString() : number(numeric.number());
        }
        String text = value instanceof Value.Text plain
                ? plain.text()
                : value instanceof Moment moment ? moment.text() : null;
        if (text == null || this == TEXT) {
            return text;
        }
        // FHIR writes integer64 as a JSON string.
        return this == LONG && text.matches("-?[0-9]{1,19}") ? number(new BigDecimal(text)) : null;
    }

    private @Nullable Object number(BigDecimal number) {
        try {
            return switch (this) {
                case INTEGER -> (Object) number.intValueExact();
                case LONG -> (Object) number.longValueExact();
                case DECIMAL -> number;
                default -> null;
            };
        } catch (ArithmeticException e) {
            return null;
        }
    }
}
