package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code getResourceKey()} and {@code getReferenceKey()} of SQL-on-FHIR. The key of a resource is {@code Type/id}, so
 * that keys of different types never coincide. A relative reference has the key of its target; an absolute URL or a URN
 * is its own key, because it may name a resource of another server; contained and conditional references have none.
 */
final class Keys {
    private static final Pattern LITERAL = Pattern.compile(
            "(?<base>\\S+/)?(?<type>[A-Z][A-Za-z]{1,63})/(?<id>[A-Za-z0-9.\\-]{1,64})(?:/_history/[^/]+)?");

    private Keys() {}

    static List<Value> ofResources(List<Value> focus) {
        List<Value> keys = new ArrayList<>(focus.size());
        for (Value item : focus) {
            String type = item instanceof Value.Element element ? Navigation.resourceType(element) : null;
            if (type == null || !(item instanceof Value.Element element)) {
                throw Operators.type("getResourceKey() needs a resource");
            }
            JsonNode id = element.json().get("id");
            if (id != null && id.isTextual()) {
                keys.add(new Value.Text(type + "/" + id.textValue()));
            }
        }
        return keys;
    }

    static List<Value> ofReferences(List<Value> focus, @Nullable String type) {
        List<Value> keys = new ArrayList<>(focus.size());
        for (Value item : focus) {
            if (!(item instanceof Value.Element element) || !element.json().isObject()) {
                throw Operators.type("getReferenceKey() needs a Reference");
            }
            String key = key(element.json(), type);
            if (key != null) {
                keys.add(new Value.Text(key));
            }
        }
        return keys;
    }

    private static @Nullable String key(JsonNode holder, @Nullable String type) {
        String reference = holder.path("reference").textValue();
        if (reference == null || reference.startsWith("#") || reference.indexOf('?') >= 0) {
            return null;
        }
        String declared = holder.path("type").textValue();
        Matcher literal = LITERAL.matcher(reference);
        if (literal.matches()) {
            String base = literal.group("base");
            String target = literal.group("type");
            String key = (base == null ? "" : base) + target + "/" + literal.group("id");
            return type == null || type.equals(target) ? key : null;
        }
        return reference.startsWith("urn:") && (type == null || type.equals(declared)) ? reference : null;
    }
}
