package org.osteon.protocol.document;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.erdtman.jcs.JsonCanonicalizer;
import org.osteon.protocol.sign.SignatureException;

/**
 * JSON as Osteon's documents use it: written in the canonical form of RFC 8785, read strictly (no unknown or missing
 * member, no duplicate name, no trailing text, bounded depth and size, numbers within the range a double holds
 * exactly).
 */
public final class CanonicalJson {
    /** The largest document that is read, in bytes. */
    public static final int MAX_BYTES = 4 * 1024 * 1024;

    /** What a document that leaves its aggregation out is read with. */
    public static final String NO_AGGREGATION = "no-aggregation";

    /** What a plan that leaves its message type out is read with. */
    public static final String NO_MESSAGE_TYPE = "no-message-type";

    /** What a model version that leaves its state out is read with. */
    static final String NO_STATE = "no-state";

    /** What a capsule that leaves its data out is read with. */
    static final String NO_DATA = "no-data";

    private static final long MAX_EXACT = 1L << 53;

    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(1_000_000)
                            .maxNumberLength(32)
                            .maxDocumentLength(MAX_BYTES)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addModule(new SimpleModule("osteon-time")
                    .addSerializer(Instant.class, new InstantWriter())
                    .addDeserializer(Instant.class, new InstantReader()))
            .injectableValues(new InjectableValues.Std()
                    .addValue(NO_AGGREGATION, new Aggregation.FedAvg())
                    .addValue(NO_STATE, List.of())
                    .addValue(NO_DATA, List.of())
                    .addValue(NO_MESSAGE_TYPE, ""))
            .build();

    private CanonicalJson() {}

    /**
     * The canonical bytes of a record or tree.
     *
     * @throws DocumentException with code {@code JSON_UNWRITABLE} when a value has no JSON form
     */
    public static byte[] write(Object value) {
        try {
            byte[] plain = MAPPER.writeValueAsBytes(value);
            return new JsonCanonicalizer(plain).getEncodedUTF8();
        } catch (IOException e) {
            throw new DocumentException(
                    "JSON_UNWRITABLE",
                    "no canonical JSON for " + value.getClass().getSimpleName());
        }
    }

    /** The value as a tree, for views and reports. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Reads bytes into a record.
     *
     * @throws DocumentException with code {@code JSON_MALFORMED}, or the code that the record's own constructor gave
     */
    public static <T> T read(byte[] bytes, Class<T> type) {
        return bind(readTree(bytes), type);
    }

    /** Reads a tree into a record, as {@link #read(byte[], Class)} does. */
    public static <T> T bind(JsonNode tree, Class<T> type) {
        if (tree.isNull()) {
            throw new DocumentException("JSON_MALFORMED", type.getSimpleName() + ": a value is missing");
        }
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw refusal(e, type);
        }
    }

    /** The refusal a record's own constructor gave, or where the JSON is not what the record needs. */
    private static DocumentException refusal(JsonProcessingException e, Class<?> type) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof DocumentException document) {
                return document;
            }
            if (cause instanceof SignatureException signature) {
                return new DocumentException(signature.code(), String.valueOf(signature.getMessage()));
            }
        }
        return new DocumentException("JSON_MALFORMED", type.getSimpleName() + ": " + where(e));
    }

    /** Reads bytes into a tree under the same limits. */
    public static JsonNode readTree(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new DocumentException(
                    "JSON_TOO_LARGE", "a document may have " + MAX_BYTES + " bytes, had " + bytes.length);
        }
        try {
            JsonNode tree = MAPPER.readTree(bytes);
            if (tree == null || tree.isMissingNode()) {
                throw new DocumentException("JSON_MALFORMED", "the document is empty");
            }
            checkNumbers(tree);
            return tree;
        } catch (IOException e) {
            throw new DocumentException(
                    "JSON_MALFORMED", e instanceof JsonProcessingException json ? where(json) : "unreadable");
        }
    }

    private static void checkNumbers(JsonNode node) {
        if (node.isIntegralNumber() && (!node.canConvertToLong() || Math.abs(node.longValue()) > MAX_EXACT)) {
            throw new DocumentException("JSON_NUMBER", "an integer is beyond 2^53; write it as a string");
        }
        for (JsonNode child : node) {
            checkNumbers(child);
        }
    }

    private static String where(JsonProcessingException e) {
        var at = e.getLocation();
        String place =
                at == null || at.getLineNr() < 1 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        String message = e instanceof com.fasterxml.jackson.databind.exc.PropertyBindingException property
                ? "member \"" + property.getPropertyName() + "\" is not known"
                : e instanceof com.fasterxml.jackson.databind.exc.MismatchedInputException mismatch
                                && !mismatch.getPath().isEmpty()
                        ? "member \"" + path(mismatch) + "\" is missing or of the wrong type"
                        : "not strict JSON";
        return message + place;
    }

    private static String path(JsonProcessingException e) {
        StringBuilder path = new StringBuilder();
        if (e instanceof com.fasterxml.jackson.databind.JsonMappingException mapping) {
            for (var reference : mapping.getPath()) {
                path.append(path.isEmpty() ? "" : ".")
                        .append(
                                reference.getFieldName() == null
                                        ? "[" + reference.getIndex() + "]"
                                        : reference.getFieldName());
            }
        }
        return path.toString();
    }

    private static final class InstantWriter extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeString(value.truncatedTo(ChronoUnit.MILLIS).toString());
        }
    }

    private static final class InstantReader extends JsonDeserializer<Instant> {
        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getText();
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new DocumentException(
                        "TIME_MALFORMED", "a time must be ISO 8601 in UTC, such as 2026-01-31T08:00:00Z");
            }
        }
    }
}
