package org.osteon.adapters.source;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.view.ResourceJson;

/**
 * Reads one JSON document: the entries of a bundle one after the other, or a single resource as one entry. References
 * by an entry's full URL are resolved to the relative reference (FHIR R4, Bundle, section 2.36.4).
 */
public final class BundleReader {
    private final ObjectReader reader = ResourceJson.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Takes the entries. */
    public interface EntrySink {
        /**
         * One entry.
         *
         * @param index from 1
         * @param resource its resource, null where it has none
         */
        void entry(long index, @Nullable JsonNode resource);

        /** The text stops being JSON here; what follows is not read. */
        void broken(long index);
    }

    /**
     * The full URLs of a bundle's entries, each with the relative reference that it stands for.
     *
     * @return what was found before the document's end, or before its first fault
     */
    public Map<String, String> targets(InputStream in) throws IOException {
        Map<String, String> targets = new HashMap<>();
        walk(in, new Entries() {
            @Override
            public void entry(long index, JsonNode entry) {
                String url = entry.path("fullUrl").textValue();
                String type = entry.path("resource").path("resourceType").textValue();
                String id = entry.path("resource").path("id").textValue();
                if (url != null && type != null && id != null) {
                    targets.put(url, type + "/" + id);
                }
            }

            @Override
            public void single(JsonNode resource) {}

            @Override
            public void broken(long index) {}
        });
        return targets;
    }

    /**
     * Reads the document to its end, or to its first fault.
     *
     * @param targets of the same document
     */
    public void read(InputStream in, Map<String, String> targets, EntrySink sink) throws IOException {
        walk(in, new Entries() {
            @Override
            public void entry(long index, JsonNode entry) {
                JsonNode resource = entry.path("resource");
                resolve(resource, targets);
                sink.entry(index, resource.isObject() ? resource : null);
            }

            @Override
            public void single(JsonNode resource) {
                sink.entry(1, resource);
            }

            @Override
            public void broken(long index) {
                sink.broken(index);
            }
        });
    }

    private interface Entries {
        void entry(long index, JsonNode entry);

        void single(JsonNode resource);

        void broken(long index);
    }

    private void walk(InputStream in, Entries sink) throws IOException {
        long index = 0;
        try (JsonParser parser = reader.getFactory().createParser(in)) {
            ObjectNode outer = JsonNodeFactory.instance.objectNode();
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.broken(1);
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("entry")) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        JsonNode entry = reader.readValue(parser);
                        index++;
                        sink.entry(index, entry);
                    }
                } else {
                    outer.set(name, reader.<JsonNode>readValue(parser));
                }
            }
            if (index == 0 && !"Bundle".equals(outer.path("resourceType").textValue())) {
                index++;
                sink.single(outer);
            }
            if (parser.nextToken() != null) {
                sink.broken(index + 1);
            }
        } catch (JacksonException e) {
            sink.broken(index + 1);
        }
    }

    private static void resolve(JsonNode node, Map<String, String> targets) {
        if (node instanceof ObjectNode object) {
            String target = targets.get(object.path("reference").asText(""));
            if (target != null) {
                object.put("reference", target);
            }
        }
        for (JsonNode child : node) {
            resolve(child, targets);
        }
    }
}
