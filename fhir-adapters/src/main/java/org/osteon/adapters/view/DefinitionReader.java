package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.fhirpath.FhirPathException;
import org.osteon.adapters.fhirpath.FhirTypes;
import org.osteon.adapters.fhirpath.Value;
import org.osteon.adapters.view.ViewDefinition.ColumnDefinition;
import org.osteon.adapters.view.ViewDefinition.Iteration;
import org.osteon.adapters.view.ViewDefinition.Select;

/** Reads the JSON of a ViewDefinition and checks its structure; see {@link ViewDefinition#read}. */
final class DefinitionReader {
    static final int MAX_SELECTS = 256;
    static final int MAX_DEPTH = 32;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,127}");
    private static final Set<String> BUILT_IN = Set.of("rowIndex", "resource", "rootResource", "context", "ucum");
    private static final Set<String> ANY = Set.of("id", "extension", "description", "fhir_comments");
    private static final Set<String> VIEW = Set.of(
            ("resourceType meta implicitRules language text contained url identifier version versionAlgorithmString"
                            + " versionAlgorithmCoding name title status experimental date publisher contact useContext"
                            + " jurisdiction purpose copyright copyrightLabel approvalDate lastReviewDate effectivePeriod"
                            + " resource profile fhirVersion constant select where")
                    .split(" "));
    private static final Set<String> SELECT =
            Set.of("column", "select", "forEach", "forEachOrNull", "repeat", "unionAll");
    private static final Set<String> COLUMN = Set.of("name", "path", "type", "collection", "tag");
    private static final Set<String> WHERE = Set.of("path");

    private int selects;

    ViewDefinition view(JsonNode json) {
        check(json, VIEW, "view");
        JsonNode declared = json.path("resourceType");
        if (!declared.isMissingNode() && !"ViewDefinition".equals(declared.textValue())) {
            throw wrong("view.resourceType", "must be ViewDefinition");
        }
        String resource = text(json, "resource", "view");
        if (!FhirTypes.isResource(resource)) {
            throw wrong("view.resource", "'" + resource + "' is not a FHIR resource type");
        }
        List<String> where = new ArrayList<>();
        for (JsonNode condition : array(json, "where", "view")) {
            check(condition, WHERE, "view.where");
            where.add(text(condition, "path", "view.where"));
        }
        List<Select> list = selects(json, "select", "view", 1);
        if (list.isEmpty()) {
            throw wrong("view.select", "is missing; a view needs at least one select");
        }
        String name = json.path("name").isTextual() ? json.path("name").textValue() : "";
        return new ViewDefinition(name, resource, constants(json), list, where);
    }

    private Map<String, Value> constants(JsonNode json) {
        Map<String, Value> constants = new HashMap<>();
        for (JsonNode constant : array(json, "constant", "view")) {
            String name = text(constant, "name", "view.constant");
            String place = "view.constant '" + name + "'";
            if (!NAME.matcher(name).matches() || BUILT_IN.contains(name)) {
                throw wrong(place, "is not a name that a constant can have");
            }
            if (constants.put(name, constant(constant, place)) != null) {
                throw wrong(place, "is defined twice");
            }
        }
        return constants;
    }

    private static Value constant(JsonNode constant, String place) {
        Value value = null;
        for (Map.Entry<String, JsonNode> field : constant.properties()) {
            String key = field.getKey();
            if (key.equals("name") || ANY.contains(key)) {
                continue;
            }
            String type = key.startsWith("value") && key.length() > 5
                    ? Character.toLowerCase(key.charAt(5)) + key.substring(6)
                    : "";
            if (!FhirTypes.isPrimitive(type) || value != null) {
                throw wrong(place, "must have exactly one value of a primitive type, such as valueString");
            }
            value = constantOf(type, field.getValue(), place);
        }
        if (value == null) {
            throw wrong(place, "has no value; give one, such as valueString");
        }
        return value;
    }

    private static Value constantOf(String type, JsonNode json, String place) {
        boolean number = ColumnType.of(type).isNumber() && !(type.equals("integer64") && json.isTextual());
        boolean fits = type.equals("boolean") ? json.isBoolean() : number ? json.isNumber() : json.isTextual();
        if (!fits) {
            throw wrong(place, "does not hold a " + type);
        }
        try {
            Value value = new Value.Element(json, type, null).simple();
            if (value == null || (FhirTypes.isMoment(type) && value instanceof Value.Text)) {
                throw wrong(place, "does not hold a " + type);
            }
            return value;
        } catch (FhirPathException e) {
            throw new ViewException(ViewException.Code.LIMIT, place + ": " + e.getMessage(), e);
        }
    }

    private List<Select> selects(JsonNode parent, String field, String place, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ViewException(ViewException.Code.LIMIT, "selects nest deeper than " + MAX_DEPTH);
        }
        List<Select> list = new ArrayList<>();
        for (JsonNode json : array(parent, field, place)) {
            list.add(select(json, place + "." + field + "[" + list.size() + "]", depth));
        }
        return list;
    }

    private Select select(JsonNode json, String place, int depth) {
        if (++selects > MAX_SELECTS) {
            throw new ViewException(ViewException.Code.LIMIT, "the view has more than " + MAX_SELECTS + " selects");
        }
        check(json, SELECT, place);
        Iteration iteration = Iteration.NONE;
        List<String> paths = new ArrayList<>();
        for (String kind : List.of("forEach", "forEachOrNull", "repeat")) {
            if (!json.has(kind)) {
                continue;
            }
            if (iteration != Iteration.NONE) {
                throw wrong(place, "has more than one of forEach, forEachOrNull and repeat");
            }
            if (kind.equals("repeat")) {
                iteration = Iteration.REPEAT;
                array(json, kind, place).forEach(path -> paths.add(text(path, place + ".repeat")));
                if (paths.isEmpty()) {
                    throw wrong(place + ".repeat", "needs at least one path");
                }
            } else {
                iteration = kind.equals("forEach") ? Iteration.FOR_EACH : Iteration.FOR_EACH_OR_NULL;
                paths.add(text(json, kind, place));
            }
        }
        List<ColumnDefinition> columns = new ArrayList<>();
        for (JsonNode column : array(json, "column", place)) {
            columns.add(column(column, place + ".column[" + columns.size() + "]"));
        }
        Select select = new Select(
                iteration,
                paths,
                columns,
                selects(json, "select", place, depth + 1),
                selects(json, "unionAll", place, depth + 1));
        if (columns.isEmpty() && select.selects().isEmpty() && select.unionAll().isEmpty()) {
            throw wrong(place, "has no column, select or unionAll");
        }
        return select;
    }

    private static ColumnDefinition column(JsonNode json, String place) {
        check(json, COLUMN, place);
        String name = text(json, "name", place);
        if (!NAME.matcher(name).matches()) {
            throw wrong(place + ".name", "must be a letter followed by letters, digits and underscores");
        }
        JsonNode collection = json.path("collection");
        if (!collection.isMissingNode() && !collection.isBoolean()) {
            throw wrong(place + ".collection", "must be true or false");
        }
        String type = json.has("type") ? text(json, "type", place) : "string";
        type = type.substring(type.lastIndexOf('/') + 1);
        if (!FhirTypes.isPrimitive(type)) {
            throw wrong(place + ".type", "'" + type + "' is not a FHIR primitive type; columns hold primitive values");
        }
        Column column = new Column(name, type, collection.booleanValue(), ansiType(json, place));
        return new ColumnDefinition(column, text(json, "path", place));
    }

    private static @Nullable String ansiType(JsonNode json, String place) {
        String ansiType = null;
        for (JsonNode tag : array(json, "tag", place)) {
            if (text(tag, "name", place + ".tag").equals("ansi/type")) {
                ansiType = text(tag, "value", place + ".tag");
            }
        }
        return ansiType;
    }

    private static void check(JsonNode json, Set<String> allowed, String place) {
        if (!json.isObject()) {
            throw wrong(place, "must be a JSON object");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String key = field.getKey().startsWith("_") ? field.getKey().substring(1) : field.getKey();
            if (!allowed.contains(key) && !ANY.contains(key)) {
                throw wrong(place, "has the unknown element '" + field.getKey() + "'");
            }
        }
    }

    private static Iterable<JsonNode> array(JsonNode json, String field, String place) {
        JsonNode array = json.path(field);
        if (array instanceof MissingNode) {
            return List.of();
        }
        if (!array.isArray()) {
            throw wrong(place + "." + field, "must be an array");
        }
        return array;
    }

    private static String text(JsonNode json, String field, String place) {
        return text(json.path(field), place + "." + field);
    }

    private static String text(JsonNode json, String place) {
        String text = json.textValue();
        if (text == null || text.isEmpty()) {
            throw wrong(place, json.isMissingNode() ? "is missing" : "must be a string that is not empty");
        }
        return text;
    }

    private static ViewException wrong(String place, String what) {
        return new ViewException(ViewException.Code.DEFINITION, place + " " + what);
    }
}
