package org.osteon.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.document.CanonicalJson;
import picocli.CommandLine.Option;

/** The two forms of every answer: one JSON object on the last line, or text a person likes to read. */
public final class Output {
    private static final int MAX_CELL = 48;

    @Option(names = "--json", description = "print one JSON object on the last line of standard output")
    private boolean json;

    @Option(names = "--lang", paramLabel = "zh|en", description = "language of the text (default: from the locale)")
    private String language = "";

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** Whether a program reads the answer. */
    public boolean json() {
        return json;
    }

    /** The language of sentences. */
    public Locale locale() {
        String wanted = language.isEmpty() ? environmentLanguage() : language;
        return wanted.startsWith("zh") ? Locale.SIMPLIFIED_CHINESE : Locale.ENGLISH;
    }

    /** The sentences in that language. */
    public Messages messages() {
        return Messages.of(locale());
    }

    /** Prints an answer. */
    public void answer(Object value) {
        JsonNode tree = value instanceof JsonNode node ? node : CanonicalJson.tree(value);
        if (json) {
            out.println(new String(CanonicalJson.write(tree), StandardCharsets.UTF_8));
        } else {
            print(tree, "");
        }
    }

    /** Prints a JSON text that a daemon answered. */
    public void answerJson(String text) {
        answer(CanonicalJson.readTree(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A line for a person; silent under {@code --json}. */
    public void line(String text) {
        if (!json) {
            out.println(text);
        }
    }

    private void print(JsonNode node, String indent) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            JsonNode value = field.getValue();
            String label = indent + messages().field(field.getKey());
            if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                out.println(label + ":");
                table(value, indent + "  ");
            } else if (value.isObject() && !value.isEmpty()) {
                out.println(label + ":");
                print(value, indent + "  ");
            } else {
                out.println(label + ": " + cell(value));
            }
        }
    }

    private void table(JsonNode rows, String indent) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> row.fieldNames().forEachRemaining(columns::add));
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(messages()::field).toList());
        rows.forEach(row ->
                cells.add(columns.stream().map(column -> cell(row.path(column))).toList()));
        Table.print(out, indent, cells);
    }

    private static String cell(JsonNode value) {
        String text;
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(cell(part)));
            text = String.join(", ", parts);
        } else {
            text = value.isValueNode()
                    ? value.asText()
                    : new String(CanonicalJson.write(value), StandardCharsets.UTF_8);
        }
        if (text.matches("[0-9a-f]{64}")) {
            return text.substring(0, 8) + "…";
        }
        return text.length() > MAX_CELL * 4 ? text.substring(0, MAX_CELL * 4) + "…" : text;
    }

    private static String environmentLanguage() {
        for (String name : List.of("LC_ALL", "LC_MESSAGES", "LANG")) {
            String value = System.getenv(name);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "en";
    }
}
