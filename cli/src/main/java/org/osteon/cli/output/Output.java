package org.osteon.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.CanonicalJson;
import picocli.CommandLine.Option;

/** The two forms of every answer: one JSON object on the last line, or text a person likes to read. */
public final class Output {
    private static final int MAX_CELL = 192;

    @Option(names = "--json", description = "print one JSON object on the last line of standard output")
    private boolean json;

    @Option(names = "--lang", paramLabel = "zh|en", description = "language of the text (default: from the locale)")
    private @Nullable Language language;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** A language of the text. */
    enum Language {
        /** Simplified Chinese. */
        zh,
        /** English. */
        en
    }

    /** Whether a program reads the answer. */
    public boolean json() {
        return json;
    }

    /** The language of sentences. */
    public Locale locale() {
        String wanted = language == null ? environmentLanguage() : language.name();
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
            print(tree, "", messages());
        }
    }

    /** Prints an object for a person to read before deciding; silent under {@code --json}. */
    public void show(JsonNode tree) {
        if (!json) {
            print(tree, "  ", messages());
        }
    }

    /** Prints a JSON text that a daemon answered. */
    public void answerJson(String text) {
        answer(CanonicalJson.readTree(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Prints how the verb ended instead of an answer; a person reads it on standard error. */
    public void failed(CliException ending) {
        if (json) {
            out.println(failure(ending.code(), ending.sentence(messages()), ending.exitCode()));
        }
    }

    /** The last line of a verb that did not do what it was called for. */
    public static String failure(String code, String sentence, ExitCode exit) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("error", sentence);
        view.put("code", code);
        view.put("exit", exit.code());
        return new String(CanonicalJson.write(CanonicalJson.tree(view)), StandardCharsets.UTF_8);
    }

    /** A line for a person; silent under {@code --json}. */
    public void line(String text) {
        if (!json) {
            out.println(text);
        }
    }

    private void print(JsonNode node, String indent, Messages messages) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            JsonNode value = field.getValue();
            String label = indent + messages.field(field.getKey());
            String empty = "empty." + field.getKey();
            if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                out.println(label + ":");
                table(value, indent + "  ", messages);
            } else if (value.isArray() && value.isEmpty() && messages.has(empty)) {
                out.println(label + ": " + messages.say(empty));
            } else if (value.isObject() && !value.isEmpty()) {
                out.println(label + ":");
                print(value, indent + "  ", messages);
            } else {
                out.println(label + ": " + cell(value, messages));
            }
        }
    }

    private void table(JsonNode rows, String indent, Messages messages) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> row.fieldNames().forEachRemaining(columns::add));
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(messages::field).toList());
        rows.forEach(row -> cells.add(
                columns.stream().map(column -> cell(row.path(column), messages)).toList()));
        Table.print(out, indent, cells);
    }

    private static String cell(JsonNode value, Messages messages) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        String text;
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(cell(part, messages)));
            text = String.join(", ", parts);
        } else if (value.path("code").isTextual()) {
            text = reason(value, messages);
        } else if (value.isValueNode()) {
            text = value.asText();
            text = messages.has("code." + text) ? messages.code(text) : messages.word(text);
        } else {
            text = new String(CanonicalJson.write(value), StandardCharsets.UTF_8);
        }
        if (text.matches("[0-9a-f]{64}")) {
            return text.substring(0, 8) + "…";
        }
        return text.length() > MAX_CELL ? text.substring(0, MAX_CELL) + "…" : text;
    }

    /** A reason with its values, and who can change it. */
    private static String reason(JsonNode reason, Messages messages) {
        String text = messages.code(reason.path("code").asText(), reason.path("values"));
        String role = "role." + reason.path("who").asText();
        String site = reason.path("site").asText();
        return (site.isEmpty() ? "" : site + ": ")
                + text
                + (messages.has(role) ? "; " + messages.say("reason.who", messages.say(role)) : "");
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
