package org.osteon.protocol.sign;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;
import org.erdtman.jcs.JsonCanonicalizer;

/** The small JSON texts about keys, which are no documents: a passkey's own members, and what a browser said. */
final class KeyJson {
    private static final int MAX_BYTES = 16_384;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxDocumentLength(MAX_BYTES)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private KeyJson() {}

    /** The object in these bytes, or nothing where they are not one strict JSON object and nothing more. */
    static Optional<JsonNode> object(byte[] bytes) {
        try {
            return bytes.length > MAX_BYTES
                    ? Optional.empty()
                    : Optional.ofNullable(MAPPER.readTree(bytes)).filter(JsonNode::isObject);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The canonical bytes (RFC 8785) of a key. */
    static byte[] canonical(VerificationKey key) {
        try {
            return new JsonCanonicalizer(MAPPER.writeValueAsBytes(key)).getEncodedUTF8();
        } catch (IOException e) {
            throw new IllegalStateException("texts have a JSON form", e);
        }
    }
}
