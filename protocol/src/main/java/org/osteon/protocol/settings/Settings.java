package org.osteon.protocol.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A flat TOML file: {@code key = "text"}, a number, {@code true}/{@code false} or a list of texts on one line, comments
 * with {@code #}. Tables, multi-line values and repeated or unknown keys are refused.
 */
public final class Settings {
    /** The file's name in every daemon's folder. */
    public static final String FILE = "osteon.toml";

    private static final int MAX_BYTES = 64 * 1024;

    private final Map<String, Object> values;

    private Settings(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Reads the settings of a daemon's folder and refuses keys that are not known.
     *
     * @throws SettingsException when the file is missing, malformed or has another key
     */
    public static Settings read(Path folder, Set<String> known) {
        Settings settings = read(folder);
        for (String key : settings.values.keySet()) {
            if (!known.contains(key)) {
                throw new SettingsException(FILE + ": key \"" + key + "\" is not known; known are "
                        + known.stream().sorted().toList());
            }
        }
        return settings;
    }

    /** Reads the settings of a daemon's folder, whatever keys it has. */
    public static Settings read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                throw new SettingsException("no " + FILE + " in " + folder
                        + "; make the folder with `osteon coordinator init` or `osteon site init`");
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new SettingsException(FILE + " in " + folder + " cannot be read");
        }
    }

    /** Parses a settings text. */
    public static Settings parse(String text) {
        Map<String, Object> values = new LinkedHashMap<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? "" : line.substring(0, equals).strip();
            if (!key.matches("[A-Za-z][A-Za-z0-9_-]{0,63}")) {
                throw new SettingsException(FILE + " line " + number + ": expected key = value");
            }
            ValueParser parser = new ValueParser(line.substring(equals + 1), number);
            if (values.put(key, parser.whole()) != null) {
                throw new SettingsException(FILE + " line " + number + ": key \"" + key + "\" is given twice");
            }
        }
        return new Settings(values);
    }

    /** Formats settings in the given order. */
    public static String format(Map<String, ?> values) {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) ->
                text.append(key).append(" = ").append(literal(value)).append('\n'));
        return text.toString();
    }

    /** Whether a key is there. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** The text under a key. */
    public String text(String key) {
        return value(key, String.class).orElseThrow(() -> missing(key, "a text in quotes"));
    }

    /** The text under a key, or the default. */
    public String text(String key, String otherwise) {
        return value(key, String.class).orElse(otherwise);
    }

    /** The number under a key, or the default. */
    public double number(String key, double otherwise) {
        return value(key, Double.class).orElse(otherwise);
    }

    /** The truth value under a key, or the default. */
    public boolean flag(String key, boolean otherwise) {
        return value(key, Boolean.class).orElse(otherwise);
    }

    /** The texts under a key, empty when it is not there. */
    public List<String> texts(String key) {
        Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw missing(key, "a list of texts");
        }
        return list.stream().map(String.class::cast).toList();
    }

    private <T> Optional<T> value(String key, Class<T> type) {
        Object value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw missing(key, "a " + type.getSimpleName().toLowerCase(java.util.Locale.ROOT));
        }
        return Optional.ofNullable(type.cast(value));
    }

    private static SettingsException missing(String key, String expected) {
        return new SettingsException(FILE + ": key \"" + key + "\" must be " + expected);
    }

    private static String literal(Object value) {
        if (value instanceof List<?> list) {
            List<String> parts = new ArrayList<>();
            list.forEach(entry -> parts.add(literal(entry)));
            return "[" + String.join(", ", parts) + "]";
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        return "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** One line's value. */
    private static final class ValueParser {
        private final String text;
        private final int line;
        private int at;

        ValueParser(String text, int line) {
            this.text = text;
            this.line = line;
        }

        Object whole() {
            Object value = value();
            skipBlank();
            if (at < text.length() && text.charAt(at) != '#') {
                throw error("text after the value");
            }
            return value;
        }

        private Object value() {
            skipBlank();
            char c = at < text.length() ? text.charAt(at) : ' ';
            if (c == '"') {
                return string();
            }
            if (c == '[') {
                return list();
            }
            int end = at;
            while (end < text.length()
                    && !Character.isWhitespace(text.charAt(end))
                    && "#,]".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String word = text.substring(at, end);
            at = end;
            if ("true".equals(word) || "false".equals(word)) {
                return Boolean.valueOf(word);
            }
            try {
                return Double.valueOf(word);
            } catch (NumberFormatException e) {
                throw error("a value is a text in quotes, a number, true, false or a list of texts");
            }
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return out.toString();
                }
                if (c == '\\') {
                    at++;
                    if (at >= text.length() || "\\\"".indexOf(text.charAt(at)) < 0) {
                        throw error("only \\\\ and \\\" are escapes");
                    }
                    c = text.charAt(at);
                }
                out.append(c);
            }
            throw error("a text must end with a quote");
        }

        private List<String> list() {
            List<String> out = new ArrayList<>();
            at++;
            skipBlank();
            while (at < text.length() && text.charAt(at) != ']') {
                if (text.charAt(at) != '"') {
                    throw error("a list holds texts in quotes");
                }
                out.add(string());
                skipBlank();
                if (at < text.length() && text.charAt(at) == ',') {
                    at++;
                    skipBlank();
                }
            }
            if (at >= text.length()) {
                throw error("a list must end with ]");
            }
            at++;
            return out;
        }

        private void skipBlank() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private SettingsException error(String what) {
            return new SettingsException(FILE + " line " + line + ": " + what);
        }
    }
}
