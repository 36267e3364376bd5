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
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.view.ResourceJson;

/** Reads one JSON document: the entries of a bundle one after the other, or a single resource as one entry. */
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

    /** Reads the document to its end, or to its first fault. */
    public void read(InputStream in, EntrySink sink) throws IOException {
        long index = 0;
        try (JsonParser parser = reader.getFactory().createParser(in)) {
            ObjectNode outer = JsonNodeFactory.instance.objectNode();
            boolean entries = false;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.broken(1);
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("entry") && value == JsonToken.START_ARRAY) {
                    entries = true;
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        JsonNode entry = reader.readValue(parser);
                        JsonNode resource = entry.path("resource");
                        index++;
                        sink.entry(index, resource.isObject() ? resource : null);
                    }
                } else {
                    outer.set(name, reader.<JsonNode>readValue(parser));
                }
            }
            boolean bundle = "Bundle".equals(outer.path("resourceType").textValue());
            if (!bundle) {
                index++;
                sink.entry(index, entries ? null : outer);
            }
            if (parser.nextToken() != null) {
                sink.broken(index + 1);
            }
        } catch (JacksonException e) {
            sink.broken(index + 1);
        }
    }
}
