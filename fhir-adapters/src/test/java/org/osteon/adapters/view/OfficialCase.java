package org.osteon.adapters.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One test of the official suite: resources, a view, and the rows or the error that are expected. */
record OfficialCase(String file, JsonNode resources, JsonNode test) {

    static List<OfficialCase> all(Path folder) throws IOException {
        List<OfficialCase> cases = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            JsonNode suite = ResourceJson.parse(Files.readString(file));
            for (JsonNode test : suite.get("tests")) {
                cases.add(new OfficialCase(file.getFileName().toString(), suite.get("resources"), test));
            }
        }
        return cases;
    }

    String name() {
        return file + "#" + test.get("title").textValue();
    }

    boolean expectsError() {
        return test.path("expectError").booleanValue();
    }

    /** Why the test does not pass; null if it passes. */
    @Nullable String failure() {
        List<Row> rows = new ArrayList<>();
        View view;
        try {
            view = View.compile(test.get("view"));
            for (JsonNode resource : resources) {
                rows.addAll(view.rows(resource));
            }
        } catch (ViewException e) {
            return expectsError() ? null : e.code() + ": " + e.getMessage();
        }
        if (expectsError()) {
            return "an error was expected, " + rows.size() + " rows came";
        }
        return difference(view, rows, test.get("expect"));
    }

    private @Nullable String difference(View view, List<Row> rows, JsonNode expected) {
        if (test.has("expectColumns")) {
            List<String> columns = new ArrayList<>();
            test.get("expectColumns").forEach(column -> columns.add(column.textValue()));
            if (!columns.equals(view.columns().stream().map(Column::name).toList())) {
                return "columns " + view.columns();
            }
        }
        Map<Object, Integer> balance = new HashMap<>();
        rows.forEach(row -> balance.merge(plain(row.toMap()), 1, Integer::sum));
        expected.forEach(row -> balance.merge(plain(row), -1, Integer::sum));
        balance.values().removeIf(count -> count == 0);
        return balance.isEmpty() ? null : "more (+) or fewer (-) than expected: " + balance;
    }

    /** A value of either side as plain maps, lists, strings, booleans and stripped decimals; nulls are left out. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof JsonNode json) {
            return plainJson(json);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new TreeMap<>();
            map.forEach((key, content) -> {
                Object kept = plain(content);
                if (kept != null) {
                    plain.put(key, kept);
                }
            });
            return plain;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(OfficialCase::plain).toList();
        }
        return value instanceof Number number ? new BigDecimal(number.toString()).stripTrailingZeros() : value;
    }

    private static @Nullable Object plainJson(JsonNode json) {
        if (json.isObject()) {
            Map<String, Object> map = new HashMap<>();
            json.properties().forEach(field -> map.put(field.getKey(), field.getValue()));
            return plain(map);
        }
        if (json.isArray()) {
            List<Object> list = new ArrayList<>();
            json.forEach(list::add);
            return plain(list);
        }
        return json.isNull()
                ? null
                : json.isNumber()
                        ? plain(json.decimalValue())
                        : json.isBoolean() ? json.booleanValue() : json.textValue();
    }
}
