package org.osteon.adapters.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Parses resources for views: decimals keep the digits that were written ({@code 1.0} is not {@code 1}), a name given
 * twice in one object is refused, and nesting is at most {@value #MAX_NESTING} deep.
 */
public final class ResourceJson {
    /** The deepest nesting of objects and arrays that is read. */
    public static final int MAX_NESTING = 128;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(200)
                            .maxStringLength(32 * 1024 * 1024)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final ObjectReader READER = MAPPER.readerFor(JsonNode.class);

    private ResourceJson() {}

    /** A reader for {@link JsonNode} with these settings, safe for many threads; for callers that read from streams. */
    public static ObjectReader reader() {
        return READER;
    }

    /**
     * Parses one line or file that holds one JSON object.
     *
     * @throws ViewException BAD_JSON; the message has the place, and no content
     */
    public static JsonNode parse(String json) {
        try {
            JsonNode node = READER.readTree(json);
            if (!node.isObject()) {
                throw new ViewException(ViewException.Code.BAD_JSON, "the text is not a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            // The parser's own message may quote the text, so it is neither shown nor kept as a cause.
            String place = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new ViewException(ViewException.Code.BAD_JSON, "the text is not well-formed JSON" + place);
        }
    }
}
