package org.osteon.conformance.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the Basic Application Level Confidentiality Profile asks of each attribute it lists (PS3.15, Table E.1-1, column
 * "Basic Prof."), by tag; {@code x} stands for any digit.
 */
final class BasicProfile {
    /**
     * One rule.
     *
     * @param name the attribute's name
     * @param action the action, such as {@code X/Z/D}
     */
    record Rule(String name, String action) {
        /** Whether a value that identifies nobody may stand: an empty one or the same dummy everywhere. */
        boolean mayStand() {
            return action.contains("Z") || action.contains("D") || action.contains("K");
        }

        boolean kept() {
            return "K".equals(action);
        }

        boolean uid() {
            return action.contains("U");
        }
    }

    private static final BasicProfile STANDARD = read();

    private final Map<String, Rule> exact = new LinkedHashMap<>();
    private final Map<String, Rule> patterns = new LinkedHashMap<>();

    private BasicProfile() {}

    static BasicProfile standard() {
        return STANDARD;
    }

    /** The rule for a tag of eight upper-case hex digits. */
    Optional<Rule> rule(String tag) {
        return Optional.ofNullable(exact.get(tag))
                .or(() -> patterns.entrySet().stream()
                        .filter(entry -> tag.matches(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst());
    }

    int size() {
        return exact.size() + patterns.size();
    }

    private static BasicProfile read() {
        BasicProfile profile = new BasicProfile();
        try (InputStream in = Objects.requireNonNull(BasicProfile.class.getResourceAsStream("basic-profile.tsv"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(text -> !text.startsWith("#"))
                    .toList()) {
                String[] cells = line.split("\t", -1);
                Rule rule = new Rule(cells[2], cells[1]);
                if (cells[0].contains("x")) {
                    profile.patterns.put(cells[0].replace("x", "[0-9A-F]"), rule);
                } else {
                    profile.exact.put(cells[0], rule);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return profile;
    }
}
