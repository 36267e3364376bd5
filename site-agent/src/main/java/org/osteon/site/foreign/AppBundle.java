package org.osteon.site.foreign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.osteon.protocol.document.HostedRun.Setting;
import org.osteon.protocol.flower.FlowerException;

/**
 * What a Flower app bundle says of itself in its {@code pyproject.toml}. Of TOML it reads what Flower's own apps are
 * written with: tables, and one-line texts, numbers and truths; a configuration with anything else is refused, since
 * the officer would not see it.
 *
 * @param app publisher and name
 * @param version version
 * @param defaults the app's configuration by key, tables joined by dots
 */
record AppBundle(String app, String version, Map<String, Setting> defaults) {
    private static final int MOST_BYTES = 10 * 1024 * 1024;
    private static final int MOST_PYPROJECT = 256 * 1024;
    private static final int MOST_FILES = 10_000;
    private static final String APP = "tool.flwr.app";
    private static final String CONFIG = APP + ".config";
    private static final Pattern TABLE = Pattern.compile("\\[\\s*([A-Za-z0-9_.-]+)\\s*]\\s*(?:#.*)?");
    private static final Pattern TABLES = Pattern.compile("\\[\\[\\s*([A-Za-z0-9_.-]+)\\s*]]\\s*(?:#.*)?");
    private static final Pattern ENTRY = Pattern.compile("([A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)\\s*=\\s*(.*)");
    private static final Pattern TEXT = Pattern.compile("(?:\"([^\"\\\\]*)\"|'([^']*)')\\s*(?:#.*)?");
    private static final Pattern BARE = Pattern.compile("([A-Za-z0-9_+.-]+)\\s*(?:#.*)?");
    private static final Pattern INTEGER = Pattern.compile("[+-]?(?:0|[1-9](?:_?[0-9])*)");
    private static final Pattern REAL =
            Pattern.compile("[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9]+)?");

    /**
     * Reads a bundle.
     *
     * @throws FlowerException with code {@code RUN_UNREADABLE}
     */
    static AppBundle read(byte[] bundle) {
        Map<String, Setting> defaults = new TreeMap<>();
        Map<String, String> texts = new TreeMap<>();
        String table = "";
        String toml = pyproject(bundle);
        if (toml.contains("\"\"\"") || toml.contains("'''")) {
            throw unreadable("a text goes over several lines");
        }
        for (String raw : toml.split("\n", -1)) {
            String line = raw.strip();
            Matcher header = TABLE.matcher(line);
            if (header.matches()) {
                table = header.group(1);
            } else if (line.startsWith("[")) {
                Matcher list = TABLES.matcher(line);
                if (!list.matches() || (list.group(1) + ".").startsWith(CONFIG + ".")) {
                    throw unreadable("the name of a table is not plain");
                }
                table = list.group(1);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                entry(table, line, texts, defaults);
            }
        }
        String publisher = texts.getOrDefault(APP + ".publisher", "");
        String name = texts.getOrDefault("project.name", "");
        String version = texts.getOrDefault("project.version", "");
        if (publisher.isEmpty() || name.isEmpty() || version.isEmpty()) {
            throw unreadable("it names no publisher, name or version");
        }
        return new AppBundle(publisher + "/" + name, version, defaults);
    }

    private static void entry(String table, String line, Map<String, String> texts, Map<String, Setting> defaults) {
        Matcher entry = ENTRY.matcher(line);
        boolean inConfig = table.equals(CONFIG) || table.startsWith(CONFIG + ".");
        if (!entry.matches()) {
            // A quoted key may stand for a part of the configuration's name.
            if (inConfig || above(table) && line.contains("=")) {
                throw unreadable("a line of its configuration is not plain");
            }
            return;
        }
        String path = table + "." + entry.group(1);
        if (path.startsWith(CONFIG + ".")) {
            String key = path.substring(CONFIG.length() + 1);
            if (defaults.put(key, setting(key, entry.group(2))) != null) {
                throw unreadable("its configuration sets " + key + " twice");
            }
        } else {
            Matcher text = TEXT.matcher(entry.group(2));
            String inRoot = table.isEmpty() ? entry.group(1) : path;
            if (inRoot.equals(CONFIG) || above(inRoot) || table.isEmpty() && inRoot.startsWith(CONFIG + ".")) {
                throw unreadable("its configuration is not in a table of its own");
            } else if (text.matches()) {
                texts.put(path, text.group(1) == null ? text.group(2) : text.group(1));
            }
        }
    }

    /** Whether the configuration could stand inside of this table. */
    private static boolean above(String table) {
        return table.isEmpty() || CONFIG.startsWith(table + ".");
    }

    private static Setting setting(String key, String value) {
        Matcher text = TEXT.matcher(value);
        if (text.matches()) {
            return new Setting(key, "text", text.group(1) == null ? text.group(2) : text.group(1));
        }
        Matcher bare = BARE.matcher(value);
        String word = bare.matches() ? bare.group(1) : "";
        if (word.equals("true") || word.equals("false")) {
            return new Setting(key, "truth", word);
        }
        if (INTEGER.matcher(word).matches()) {
            return new Setting(
                    key, "integer", new BigInteger(word.replace("_", "").replace("+", "")).toString());
        }
        if (REAL.matcher(word).matches()) {
            return new Setting(key, "real", Double.toString(Double.parseDouble(word.replace("_", ""))));
        }
        throw unreadable("its configuration's " + key + " is no one-line text, number or truth");
    }

    private static String pyproject(byte[] bundle) {
        if (bundle.length > MOST_BYTES) {
            throw unreadable("it is larger than " + MOST_BYTES + " bytes");
        }
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bundle))) {
            int files = 0;
            for (ZipEntry file = zip.getNextEntry(); file != null && files < MOST_FILES; file = zip.getNextEntry()) {
                files++;
                if ("pyproject.toml".equals(file.getName())) {
                    byte[] text = zip.readNBytes(MOST_PYPROJECT + 1);
                    if (text.length > MOST_PYPROJECT) {
                        throw unreadable("its pyproject.toml is larger than " + MOST_PYPROJECT + " bytes");
                    }
                    return new String(text, StandardCharsets.UTF_8);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable("it is no whole zip file");
        }
        throw unreadable("it has no pyproject.toml");
    }

    static FlowerException unreadable(String why) {
        return new FlowerException(ForeignRuns.UNREADABLE, "the app bundle of a run cannot be read: " + why);
    }
}
