package org.osteon.protocol.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One thing that a study's new version says otherwise.
 *
 * @param field where, as a path; an entry of a list is named by its name, or by its place
 * @param change {@code added}, {@code removed} or {@code changed}
 * @param before the value before, empty for added
 * @param after the value after, empty for removed
 */
public record StudyDifference(String field, String change, String before, String after) {
    /** What differs in any case. */
    private static final Set<String> CHAIN = Set.of("previous", "version");

    private static final List<String> NAMES = List.of("name", "column");

    /** What differs between two versions, by field; the chain of versions itself apart. */
    public static List<StudyDifference> between(Study before, Study after) {
        SortedMap<String, String> old = flat(CanonicalJson.tree(before));
        SortedMap<String, String> now = flat(CanonicalJson.tree(after));
        SortedSet<String> fields = new TreeSet<>(old.keySet());
        fields.addAll(now.keySet());
        fields.removeAll(CHAIN);
        List<StudyDifference> differences = new ArrayList<>();
        for (String field : fields) {
            String was = old.getOrDefault(field, "");
            String is = now.getOrDefault(field, "");
            if (!old.containsKey(field)) {
                differences.add(new StudyDifference(field, "added", "", is));
            } else if (!now.containsKey(field)) {
                differences.add(new StudyDifference(field, "removed", was, ""));
            } else if (!was.equals(is)) {
                differences.add(new StudyDifference(field, "changed", was, is));
            }
        }
        return differences;
    }

    private static SortedMap<String, String> flat(JsonNode tree) {
        SortedMap<String, String> values = new TreeMap<>();
        flatten(tree, "", values);
        return values;
    }

    private static void flatten(JsonNode node, String path, Map<String, String> values) {
        if (node.isObject()) {
            for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
                Map.Entry<String, JsonNode> field = fields.next();
                flatten(field.getValue(), path.isEmpty() ? field.getKey() : path + "." + field.getKey(), values);
            }
        } else if (node.isArray() && node.path(0).isObject()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(node.get(i), path + "[" + name(node.get(i), i) + "]", values);
            }
        } else if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(part -> parts.add(part.asText()));
            values.put(path, String.join(", ", parts));
        } else {
            values.put(path, node.asText());
        }
    }

    private static String name(JsonNode entry, int place) {
        return NAMES.stream()
                .filter(entry::has)
                .map(name -> entry.path(name).asText())
                .findFirst()
                .orElse(Integer.toString(place));
    }
}
