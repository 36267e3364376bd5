package org.osteon.protocol.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a daemon's own program was called with: a verb, its folder, and options.
 *
 * @param folder the daemon's folder
 * @param options values by option, in the order given; a flag has the value {@code true}
 */
public record ProgramArguments(Path folder, Map<String, List<String>> options) {
    /** Takes copies. */
    public ProgramArguments {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        options.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        options = copy;
    }

    /**
     * Reads what follows the verb: the folder, then options in any order.
     *
     * @param words verb, folder, options
     * @param valued options with a value
     * @param flags options without one
     * @throws SettingsException when the folder is missing, or a word is none of these; its message ends with the usage
     */
    public static ProgramArguments parse(String[] words, Set<String> valued, Set<String> flags, String usage) {
        if (words.length < 2 || words[1].startsWith("-")) {
            throw new SettingsException("which folder? DIR is missing; " + usage);
        }
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (int i = 2; i < words.length; i++) {
            String name = words[i];
            if (flags.contains(name)) {
                options.put(name, List.of("true"));
            } else if (!valued.contains(name)) {
                throw new SettingsException("\"" + name + "\" is no option of " + words[0] + "; " + usage);
            } else if (i + 1 >= words.length) {
                throw new SettingsException(name + " needs a value; " + usage);
            } else {
                options.computeIfAbsent(name, unused -> new ArrayList<>()).add(words[++i]);
            }
        }
        return new ProgramArguments(Path.of(words[1]).toAbsolutePath().normalize(), options);
    }

    /** Whether a flag is set. */
    public boolean has(String flag) {
        return options.containsKey(flag);
    }

    /** The values of an option. */
    public List<String> texts(String option) {
        return options.getOrDefault(option, List.of());
    }

    /** The first value of an option. */
    public Optional<String> text(String option) {
        return texts(option).stream().findFirst();
    }

    /**
     * The number under an option, or the default.
     *
     * @throws SettingsException when it is none
     */
    public double number(String option, double otherwise) {
        Optional<String> text = text(option);
        try {
            return text.map(Double::parseDouble).orElse(otherwise);
        } catch (NumberFormatException e) {
            throw new SettingsException(option + " must be a number, was \"" + text.orElse("") + "\"");
        }
    }
}
