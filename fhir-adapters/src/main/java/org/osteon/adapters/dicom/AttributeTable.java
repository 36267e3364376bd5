package org.osteon.adapters.dicom;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of each attribute: VR and keyword (PS3.6) and Basic Profile action (PS3.15 Table E.1-1), from the
 * resource {@code dicom-attributes.tsv}. Repeating groups are patterns with {@code x} for any digit.
 */
final class AttributeTable {
    /** One line of the table; {@code action} is empty when Table E.1-1 does not list the attribute. */
    record Attribute(Vr vr, String keyword, Optional<Action> action) {}

    private static final AttributeTable STANDARD = load();

    private final Map<Integer, Attribute> exact;
    private final Map<String, Attribute> patterns;

    private AttributeTable(Map<Integer, Attribute> exact, Map<String, Attribute> patterns) {
        this.exact = Map.copyOf(exact);
        this.patterns = Map.copyOf(patterns);
    }

    static AttributeTable standard() {
        return STANDARD;
    }

    /** Tags without pattern, for tests that go through all of them. */
    Set<Integer> tags() {
        return exact.keySet();
    }

    /** Empty for private and unknown tags. */
    Optional<Attribute> find(int tag) {
        Attribute known = exact.get(tag);
        if (known != null || Tag.isPrivate(tag)) {
            return Optional.ofNullable(known);
        }
        String digits = "%08X".formatted(tag);
        return patterns.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), digits))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean matches(String pattern, String digits) {
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != 'x' && pattern.charAt(i) != digits.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static AttributeTable load() {
        Map<Integer, Attribute> exact = new HashMap<>();
        Map<String, Attribute> patterns = new HashMap<>();
        try (InputStream in = AttributeTable.class.getResourceAsStream("dicom-attributes.tsv")) {
            if (in == null) {
                throw new IllegalStateException("the resource dicom-attributes.tsv is missing from this build");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("#")) {
                    continue;
                }
                String[] field = line.split("\t", -1);
                Attribute attribute = new Attribute(
                        Vr.named(field[1]).orElseThrow(() -> new IllegalStateException("unknown VR " + field[1])),
                        field[2],
                        field[3].equals("-") ? Optional.empty() : Optional.of(Action.ofCode(field[3])));
                if (field[0].indexOf('x') < 0) {
                    exact.put(Integer.parseUnsignedInt(field[0], 16), attribute);
                } else {
                    patterns.put(field[0], attribute);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new AttributeTable(exact, patterns);
    }
}
