package org.osteon.conformance.verdict;

import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;

/**
 * The limits somebody declares for a model; a check takes its limit from here and from nowhere else.
 *
 * @param schema {@value #SCHEMA}
 * @param declaredBy who declares
 * @param limits limit by check, such as {@code "D-01": 0.01}
 */
public record Declaration(String schema, String declaredBy, Map<String, Double> limits) implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.declaration/1";

    /** Takes a copy. */
    public Declaration {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        if (declaredBy.isBlank()) {
            throw new DocumentException("TEXT_MALFORMED", "declaredBy must name somebody");
        }
        limits = Map.copyOf(limits);
    }

    /** Reads a declaration's bytes. */
    public static Declaration read(byte[] bytes) {
        return CanonicalJson.read(bytes, Declaration.class);
    }
}
