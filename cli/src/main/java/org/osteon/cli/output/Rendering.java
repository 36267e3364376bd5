package org.osteon.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An answer as a person reads it: names of fields and values in their language, tables aligned, digests whole outside
 * of tables and short in them, and no JSON.
 */
final class Rendering {
    private static final int MAX_CELL = 192;
    private static final MathContext DIGITS = new MathContext(6);
    private static final double LEAST_PLAIN = 1e-6;

    /** What people look for first; everything else follows in the order it came. */
    private static final List<String> FIRST = List.of(
            "ok", "seq", "number", "time", "site", "name", "study", "run", "model", "table", "column", "check", "type",
            "outcome", "state", "verdict", "field", "change", "before", "after");

    /** Columns of tables that say the same in each row, or serve programs. */
    private static final Set<String> NO_COLUMN = Set.of("schema", "federation", "origin", "stateKey", "method");

    /** Fields whose values are words of the product and have a name in each language. */
    private static final Set<String> WORDS = Set.of(
            "action",
            "change",
            "decision",
            "decisions",
            "exchange",
            "guarantee",
            "kind",
            "neighbours",
            "outcome",
            "role",
            "rule",
            "sampling",
            "scope",
            "signature",
            "state",
            "type",
            "unit",
            "verdict",
            "when",
            "who");

    private final PrintStream out;
    private final Messages messages;

    Rendering(PrintStream out, Messages messages) {
        this.out = out;
        this.messages = messages;
    }

    /** Prints an object. */
    void print(JsonNode node, String indent) {
        for (String name : ordered(names(node))) {
            field(name, node.path(name), indent);
        }
    }

    private void field(String name, JsonNode value, String indent) {
        String label = indent + (messages.knows(name) ? messages.code(name) : messages.field(name));
        String text = value.isTextual() ? value.asText() : "";
        if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
            out.println(label + ":");
            table(value, indent + "  ");
        } else if (value.isObject() && !value.isEmpty() && !value.path("code").isTextual()) {
            out.println(label + ":");
            if (name.equals("verdicts")) {
                value.fields()
                        .forEachRemaining(one -> out.println(indent + "  " + one.getKey() + ": "
                                + text("verdict", one.getValue().asText())));
            } else {
                print(value, indent + "  ");
            }
        } else if (text.contains("\n")) {
            out.println(label + ":");
            out.println(text.stripTrailing());
        } else if (value.isEmpty() && text.isEmpty() && (value.isContainerNode() || value.isTextual())) {
            String empty = indent.isEmpty() && messages.has("empty." + name) ? "empty." + name : "empty.any";
            out.println(label + ": " + messages.say(empty));
        } else {
            out.println(label + ": " + value(name, value));
        }
    }

    private void table(JsonNode rows, String indent) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(names(row)));
        columns.removeAll(NO_COLUMN);
        List<String> order = ordered(columns);
        List<List<String>> cells = new ArrayList<>();
        cells.add(order.stream().map(messages::field).toList());
        rows.forEach(row -> cells.add(
                order.stream().map(column -> cell(column, row.path(column))).toList()));
        Table.print(out, indent, cells);
    }

    /** A value in a table: digests short, long texts cut. */
    private String cell(String name, JsonNode value) {
        String text = value(name, value).replaceAll("\\b([0-9a-f]{8})[0-9a-f]{56}\\b", "$1…");
        return text.length() > MAX_CELL ? text.substring(0, MAX_CELL) + "…" : text;
    }

    private String value(String name, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(value(name, part)));
            return String.join(value.path(0).isObject() ? "; " : ", ", parts);
        }
        if (value.isObject()) {
            return object(name, value);
        }
        if (value.isBoolean()) {
            return messages.word(value.asText());
        }
        return value.isNumber() ? number(value) : text(name, value.asText());
    }

    private String text(String name, String text) {
        if (messages.knows(text)) {
            return messages.code(text);
        }
        if (!WORDS.contains(name)) {
            return text;
        }
        return messages.word(text);
    }

    private String object(String name, JsonNode value) {
        if (value.path("code").isTextual()) {
            return reason(value);
        }
        if (value.has("site") && value.has("reason")) {
            return value.path("site").asText() + ": "
                    + text("reason", value.path("reason").asText());
        }
        if (value.size() == 2 && value.has("role") && value.has("sha256")) {
            return value.path("role").asText() + " " + value.path("sha256").asText();
        }
        List<String> parts = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = value.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            parts.add(messages.field(field.getKey()) + " " + value(name, field.getValue()));
        }
        return String.join(", ", parts);
    }

    /** A reason with its values, and who can change it. */
    private String reason(JsonNode reason) {
        String text = messages.code(reason.path("code").asText(), reason.path("values"));
        String role = "role." + reason.path("who").asText();
        String site = reason.path("site").asText();
        return (site.isEmpty() ? "" : site + ": ")
                + text
                + (messages.has(role) ? "; " + messages.say("reason.who", messages.say(role)) : "");
    }

    private static String number(JsonNode value) {
        double number = value.asDouble();
        if (value.isIntegralNumber() || number == Math.rint(number) && Math.abs(number) < 1e15) {
            return Long.toString(value.asLong());
        }
        if (Math.abs(number) < LEAST_PLAIN) {
            return Double.toString(number).replace("E", "e");
        }
        BigDecimal rounded = BigDecimal.valueOf(number).round(DIGITS);
        boolean whole = rounded.stripTrailingZeros().scale() <= 0;
        return (whole ? BigDecimal.valueOf(number) : rounded)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> ordered(Iterable<String> names) {
        List<String> order = new ArrayList<>();
        names.forEach(order::add);
        order.sort(Comparator.comparingInt(name -> {
            int at = FIRST.indexOf(name);
            return at < 0 ? FIRST.size() : at;
        }));
        return order;
    }
}
