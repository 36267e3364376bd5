package org.osteon.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.CanonicalJson;
import picocli.CommandLine.Option;

/** The two forms of every answer: one JSON object on the last line, or text a person likes to read. */
public final class Output {
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
            new Rendering(out, messages()).print(tree, "");
        }
    }

    /** Prints an object for a person to read before deciding; silent under {@code --json}. */
    public void show(JsonNode tree) {
        if (!json) {
            new Rendering(out, messages()).print(tree, "  ");
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
        view.put("ok", false);
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
