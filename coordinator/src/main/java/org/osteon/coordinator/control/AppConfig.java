package org.osteon.coordinator.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.osteon.protocol.call.CallException;

/**
 * The {@code osteon-…} keys that an app declares in the {@code [tool.flwr.app.config]} table of its
 * {@code pyproject.toml}, as plain texts and whole numbers on one line each.
 */
final class AppConfig {
    private static final int MOST = 256 * 1024;
    private static final String TABLE = "tool.flwr.app.config";
    private static final Pattern HEADER = Pattern.compile("\\[([^\\[\\]]+)]\\s*(#.*)?");
    private static final Pattern VALUE =
            Pattern.compile("(osteon-[A-Za-z0-9_-]+)\\s*=\\s*(?:\"([^\"\\\\]*)\"|'([^']*)'|([0-9]{1,9}))\\s*(#.*)?");
    private static final Pattern KEY = Pattern.compile("\"?(osteon-[A-Za-z0-9_-]*)\"?\\s*=.*");

    private AppConfig() {}

    /**
     * Reads a bundle's keys. Its first file must be {@code pyproject.toml}, as {@code flwr build} writes it, so that
     * nothing else is unpacked.
     *
     * @throws CallException with code {@code APP_BUNDLE_MALFORMED}
     */
    static Map<String, String> read(byte[] bundle) {
        Map<String, String> values = new LinkedHashMap<>();
        String table = "";
        for (String raw : pyproject(bundle).split("\n", -1)) {
            String line = raw.strip();
            Matcher header = HEADER.matcher(line);
            if (header.matches()) {
                table = header.group(1).strip();
            } else if (TABLE.equals(table)) {
                entry(line, values);
            }
        }
        return values;
    }

    private static void entry(String line, Map<String, String> values) {
        Matcher value = VALUE.matcher(line);
        Matcher key = KEY.matcher(line);
        if (value.matches()) {
            String text = value.group(2) != null ? value.group(2) : value.group(3);
            values.put(value.group(1), text == null ? value.group(4) : text);
        } else if (key.matches()) {
            throw malformed(key.group(1) + " in its [" + TABLE + "] is neither a text nor a whole number on one line");
        }
    }

    private static String pyproject(byte[] bundle) {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bundle))) {
            ZipEntry first = zip.getNextEntry();
            if (first == null || !"pyproject.toml".equals(first.getName())) {
                throw malformed("its first file is no pyproject.toml");
            }
            byte[] text = zip.readNBytes(MOST + 1);
            if (text.length > MOST) {
                throw malformed("its pyproject.toml is larger than " + MOST + " bytes");
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException | IllegalArgumentException e) {
            throw malformed("it is no whole zip file");
        }
    }

    private static CallException malformed(String why) {
        return CallException.wrong("APP_BUNDLE_MALFORMED", "the app bundle is not usable: " + why);
    }
}
