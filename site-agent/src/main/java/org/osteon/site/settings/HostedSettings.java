package org.osteon.site.settings;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;

/**
 * What a site gives to hosted ClientApps; hosting is off unless {@code hostedFlower} is set.
 *
 * @param flower virtual environment with Flower 1.26 to 1.29 and the libraries of the apps
 * @param data folder that an app sees read-only as {@code /data}
 * @param user user id of the apps, which nobody else has
 * @param cgroups folders of control groups that the agent may make groups in
 * @param memoryMiB most memory of a launch
 * @param processes most processes and threads of a launch
 * @param cpus most processors' time a launch takes
 * @param seconds most time a launch takes
 * @param nodeConfig what the apps read as their node's configuration
 */
public record HostedSettings(
        Path flower,
        Path data,
        int user,
        List<Path> cgroups,
        int memoryMiB,
        int processes,
        double cpus,
        int seconds,
        Map<String, Value> nodeConfig) {
    /** The keys in {@code osteon.toml}. */
    public static final Set<String> KEYS = Set.of(
            "hostedFlower",
            "hostedData",
            "hostedUser",
            "hostedCgroups",
            "hostedMemoryMiB",
            "hostedProcesses",
            "hostedCpus",
            "hostedSeconds",
            "hostedNodeConfig");

    private static final int DEFAULT_USER = 64123;
    private static final int FIRST_USER = 1000;
    private static final int LAST_USER = 65533;

    /** Takes copies; refuses relative folders and limits that are none. */
    public HostedSettings {
        cgroups = List.copyOf(cgroups);
        nodeConfig = Map.copyOf(nodeConfig);
        if (!flower.isAbsolute() || !data.isAbsolute() || !cgroups.stream().allMatch(Path::isAbsolute)) {
            throw new SettingsException("hostedFlower, hostedData and hostedCgroups must be absolute paths");
        }
        if (user < FIRST_USER || user > LAST_USER) {
            throw new SettingsException(
                    "hostedUser must be a user id of nobody, " + FIRST_USER + " to " + LAST_USER + ", was " + user);
        }
        if (memoryMiB < 64 || processes < 8 || !(cpus >= 0.05) || !(cpus <= 1024) || seconds < 1) {
            throw new SettingsException("hosted apps need at least hostedMemoryMiB = 64, hostedProcesses = 8,"
                    + " hostedCpus = 0.05 and hostedSeconds = 1");
        }
    }

    /** The same with the environment's folder under another name. */
    public HostedSettings withFlower(Path folder) {
        return new HostedSettings(folder, data, user, cgroups, memoryMiB, processes, cpus, seconds, nodeConfig);
    }

    static Optional<HostedSettings> read(Settings settings) {
        if (!settings.has("hostedFlower")) {
            KEYS.stream().filter(settings::has).findAny().ifPresent(key -> {
                throw new SettingsException(key + " is set and hostedFlower is not");
            });
            return Optional.empty();
        }
        return Optional.of(new HostedSettings(
                Path.of(settings.text("hostedFlower")),
                Path.of(settings.text("hostedData")),
                whole(settings, "hostedUser", DEFAULT_USER),
                settings.texts("hostedCgroups").stream().map(Path::of).toList(),
                whole(settings, "hostedMemoryMiB", 2048),
                whole(settings, "hostedProcesses", 128),
                settings.number("hostedCpus", 1),
                whole(settings, "hostedSeconds", 600),
                config(settings.texts("hostedNodeConfig"))));
    }

    private static int whole(Settings settings, String key, int otherwise) {
        double number = settings.number(key, otherwise);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new SettingsException(key + " must be a whole number, was " + number);
        }
        return (int) number;
    }

    /** Lines {@code key=value}: a whole number, a number, true or false, or else a text. */
    static Map<String, Value> config(List<String> lines) {
        Map<String, Value> config = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new SettingsException("hostedNodeConfig must have texts \"key=value\", was \"" + line + "\"");
            }
            String text = line.substring(equals + 1);
            Value value = text.matches("[+-]?[0-9]{1,18}")
                    ? new Value.Signed(Long.parseLong(text))
                    : text.matches("[+-]?[0-9]+\\.[0-9]+([eE][+-]?[0-9]+)?")
                            ? new Value.Real(Double.parseDouble(text))
                            : text.matches("true|false")
                                    ? new Value.Truth(Boolean.parseBoolean(text))
                                    : new Value.Text(text);
            config.put(line.substring(0, equals), value);
        }
        return config;
    }
}
