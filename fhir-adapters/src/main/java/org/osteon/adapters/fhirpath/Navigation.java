package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Steps from elements to their children in the JSON. */
final class Navigation {
    private Navigation() {}

    /** One item as a collection, or the empty one. */
    static List<Value> collection(@Nullable Value value) {
        return value == null ? List.of() : List.of(value);
    }

    /** The step {@code .name}, which also finds the choice element {@code name[x]} under its JSON name. */
    static Node member(String name) {
        String companion = "_" + name;
        return (focus, frame) -> {
            if (focus.size() == 1) {
                return members(focus.get(0), name, companion);
            }
            List<Value> all = new ArrayList<>();
            for (Value item : focus) {
                all.addAll(members(item, name, companion));
            }
            return all;
        };
    }

    /** The step {@code .name.ofType(type)} in one look-up where {@code name} is a choice element. */
    static Node choice(String name, String type) {
        Node plain = member(name);
        String field = name + Character.toUpperCase(type.charAt(0)) + type.substring(1);
        String companion = "_" + field;
        return (focus, frame) -> {
            if (focus.size() == 1
                    && focus.get(0) instanceof Value.Element element
                    && element.json().has(field)
                    && !element.json().has(name)) {
                List<Value> found = new ArrayList<>(1);
                add(found, element.json().get(field), element.json().get(companion), type);
                return found;
            }
            return TypeTest.keep(plain.evaluate(focus, frame), type);
        };
    }

    /** A type name at the start of a path: the input itself, if it is a resource of that type. */
    static Node resourceOfType(String type) {
        return (focus, frame) -> {
            List<Value> kept = new ArrayList<>(1);
            for (Value item : focus) {
                if (item instanceof Value.Element element && type.equals(resourceType(element))) {
                    kept.add(item);
                }
            }
            return kept;
        };
    }

    static @Nullable String resourceType(Value.Element element) {
        JsonNode type = element.json().get("resourceType");
        return type == null ? null : type.textValue();
    }

    /** The step {@code .extension(url)}. */
    static List<Value> extensions(List<Value> focus, String url) {
        List<Value> found = new ArrayList<>();
        for (Value item : focus) {
            if (item instanceof Value.Element element) {
                JsonNode holder = element.json().isObject() ? element.json() : element.extras();
                JsonNode extensions = holder == null ? null : holder.get("extension");
                if (extensions != null) {
                    for (JsonNode extension : extensions) {
                        if (url.equals(extension.path("url").textValue())) {
                            found.add(new Value.Element(extension, "Extension", null));
                        }
                    }
                }
            }
        }
        return found;
    }

    private static List<Value> members(Value item, String name, String companion) {
        if (!(item instanceof Value.Element element)) {
            return List.of();
        }
        JsonNode holder = element.json().isObject() ? element.json() : element.extras();
        if (holder == null || !holder.isObject()) {
            return List.of();
        }
        JsonNode child = holder.get(name);
        JsonNode extras = holder.get(companion);
        if (child == null && extras == null) {
            return choices(holder, name);
        }
        if (child != null && !child.isArray() && !child.isNull()) {
            return List.of(new Value.Element(child, null, extras));
        }
        List<Value> found = new ArrayList<>();
        add(found, child, extras, null);
        return found;
    }

    private static List<Value> choices(JsonNode holder, String name) {
        List<Value> found = List.of();
        for (Map.Entry<String, JsonNode> field : holder.properties()) {
            String key = field.getKey();
            boolean bare = key.length() > 0 && key.charAt(0) == '_';
            int from = bare ? 1 : 0;
            if (!key.startsWith(name, from) || (bare && holder.has(key.substring(1)))) {
                continue;
            }
            String type = FhirTypes.ofSuffix(key.substring(from + name.length()));
            if (type != null) {
                found = found.isEmpty() ? new ArrayList<>(1) : found;
                if (bare) {
                    add(found, null, field.getValue(), type);
                } else {
                    add(found, field.getValue(), holder.get("_" + key), type);
                }
            }
        }
        return found;
    }

    private static void add(
            List<Value> found, @Nullable JsonNode child, @Nullable JsonNode extras, @Nullable String type) {
        boolean many = child != null ? child.isArray() : extras != null && extras.isArray();
        if (!many) {
            addOne(found, child, extras, type);
            return;
        }
        int size = Math.max(child == null ? 0 : child.size(), extras == null ? 0 : extras.size());
        for (int i = 0; i < size; i++) {
            addOne(found, child == null ? null : child.get(i), extras == null ? null : extras.get(i), type);
        }
    }

    private static void addOne(
            List<Value> found, @Nullable JsonNode child, @Nullable JsonNode extras, @Nullable String type) {
        boolean hasExtras = extras != null && extras.isObject();
        if (child != null && !child.isNull()) {
            found.add(new Value.Element(child, type, hasExtras ? extras : null));
        } else if (hasExtras && extras != null) {
            found.add(new Value.Element(NullNode.instance, type, extras));
        }
    }
}
