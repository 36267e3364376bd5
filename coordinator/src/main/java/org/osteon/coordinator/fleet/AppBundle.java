package org.osteon.coordinator.fleet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.osteon.protocol.call.CallException;

/**
 * A Flower app bundle: a zip with a {@code pyproject.toml}. A node unpacks it to a folder named by the app's own
 * publisher, name and version and then looks there for the id and version that the run names, so both must be the
 * bundle's own.
 *
 * @param id {@code publisher/name}
 * @param version version
 * @param bytes the zip
 */
public record AppBundle(String id, String version, byte[] bytes) {
    private static final int MOST_BYTES = 10 * 1024 * 1024;
    private static final int MOST_PYPROJECT = 256 * 1024;
    private static final Pattern TABLE = Pattern.compile("\\[([^\\[\\]]+)]\\s*(#.*)?");
    private static final Pattern TEXT =
            Pattern.compile("([A-Za-z0-9_-]+)\\s*=\\s*(?:\"([^\"\\\\]*)\"|'([^']*)')\\s*(#.*)?");

    /**
     * Reads a bundle's id and version.
     *
     * @throws CallException with code {@code APP_BUNDLE_MALFORMED} when it is no zip of at most 10 MiB or names no
     *     publisher, name or version
     */
    public static AppBundle read(byte[] bytes) {
        Map<String, String> texts = texts(pyproject(bytes));
        String publisher = texts.getOrDefault("tool.flwr.app.publisher", "");
        String name = texts.getOrDefault("project.name", "");
        String version = texts.getOrDefault("project.version", "");
        if (publisher.isEmpty() || name.isEmpty() || version.isEmpty()) {
            throw malformed("its pyproject.toml names no [project] name and version or no [tool.flwr.app] publisher");
        }
        return new AppBundle(publisher + "/" + name, version, bytes);
    }

    private static String pyproject(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw malformed("it is larger than " + MOST_BYTES + " bytes");
        }
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if ("pyproject.toml".equals(entry.getName())) {
                    byte[] text = zip.readNBytes(MOST_PYPROJECT + 1);
                    if (text.length > MOST_PYPROJECT) {
                        throw malformed("its pyproject.toml is larger than " + MOST_PYPROJECT + " bytes");
                    }
                    return new String(text, StandardCharsets.UTF_8);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // The latter for an entry's name that is no UTF-8.
            throw malformed("it is no whole zip file");
        }
        throw malformed("it has no pyproject.toml");
    }

    /** The one-line text values, by table and key; all that is needed of TOML here. */
    private static Map<String, String> texts(String toml) {
        Map<String, String> texts = new HashMap<>();
        String table = "";
        for (String raw : toml.split("\n", -1)) {
            String line = raw.strip();
            Matcher header = TABLE.matcher(line);
            Matcher text = TEXT.matcher(line);
            if (header.matches()) {
                table = header.group(1).strip();
            } else if (text.matches()) {
                texts.put(table + "." + text.group(1), text.group(2) == null ? text.group(3) : text.group(2));
            }
        }
        return texts;
    }

    private static CallException malformed(String why) {
        return CallException.wrong(
                "APP_BUNDLE_MALFORMED", "the app bundle is not usable: " + why + "; flwr build writes one");
    }
}
