package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells whether an item is of a FHIR type. JSON names the type of choice elements and resources only; of other elements
 * it shows no more than the kind of JSON value. Where that does not settle the question, it is refused.
 */
final class TypeTest {
    private TypeTest() {}

    /** The items of the type, marked with it. */
    static List<Value> keep(List<Value> items, String type) {
        List<Value> kept = new ArrayList<>(items.size());
        for (Value item : items) {
            if (is(item, type)) {
                kept.add(
                        item instanceof Value.Element element && element.type() == null
                                ? new Value.Element(element.json(), type, element.extras())
                                : item);
            }
        }
        return kept;
    }

    /**
     * Whether the item is of the type or of one derived from it.
     *
     * @throws FhirPathException TYPE_UNKNOWN if the JSON does not tell
     */
    static boolean is(Value item, String type) {
        if (item instanceof Value.Text) {
            return type.equals("string");
        }
        if (item instanceof Value.Truth) {
            return type.equals("boolean");
        }
        if (item instanceof Value.Numeric numeric) {
            return type.equals(numeric.whole() ? "integer" : "decimal");
        }
        if (item instanceof Moment moment) {
            return type.equals(
                    switch (moment.kind()) {
                        case DATE -> "date";
                        case DATE_TIME -> "dateTime";
                        case TIME -> "time";
                    });
        }
        Value.Element element = (Value.Element) item;
        String declared = element.type();
        if (declared == null) {
            declared = Navigation.resourceType(element);
        }
        return declared != null ? FhirTypes.isA(declared, type) : shows(element.json(), type);
    }

    private static boolean shows(JsonNode json, String type) {
        boolean primitive = FhirTypes.isPrimitive(type);
        if (json.isBoolean()) {
            return type.equals("boolean");
        }
        if (json.isObject() ? primitive || FhirTypes.isResource(type) : !primitive || type.equals("boolean")) {
            return false;
        }
        boolean number = type.equals("decimal") || FhirTypes.isA(type, "integer") || type.equals("integer64");
        if (json.isTextual() && number && !type.equals("integer64")) {
            return false;
        }
        if (json.isNumber()) {
            if (!number) {
                return false;
            }
            if (!json.isIntegralNumber()) {
                return type.equals("decimal");
            }
        }
        if (json.isTextual() && FhirTypes.isMoment(type) && Moment.parse(json.textValue(), type) == null) {
            return false;
        }
        throw new FhirPathException(
                FhirPathException.Code.TYPE_UNKNOWN,
                "the JSON does not tell whether the element is of type " + type
                        + "; ask for types of choice elements such as value[x] only");
    }
}
