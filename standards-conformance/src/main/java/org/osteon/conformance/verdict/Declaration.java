package org.osteon.conformance.verdict;

import java.util.Map;
import java.util.TreeMap;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;

/**
 * The limits somebody declares for models of a federation, signed with a key that the federation's trust document holds
 * for declarations under that name; a check takes its limit from here and from nowhere else.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation it is for
 * @param declaredBy who declares, as the trust document names the holder of the key
 * @param limits limit by check, such as {@code "D-01": 0.01}
 */
public record Declaration(String schema, String federation, String declaredBy, Map<String, Double> limits)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.declaration/1";

    /** Takes a copy; refuses a limit that is no number from 0 on and a name that is no check's. */
    public Declaration {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        if (federation.isBlank() || federation.length() > 200) {
            throw new DocumentException("TEXT_MALFORMED", "federation must name a federation");
        }
        if (declaredBy.isBlank() || declaredBy.length() > 200) {
            throw new DocumentException("TEXT_MALFORMED", "declaredBy must name somebody");
        }
        limits = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(limits));
        limits.forEach((check, limit) -> {
            if (!check.matches("[A-Z]-[0-9]{2}")) {
                throw new DocumentException("NAME_MALFORMED", "limits are named by check, such as D-01");
            }
            if (!(limit >= 0) || limit.isInfinite()) {
                throw new DocumentException("NUMBER_OUT_OF_RANGE", "the limit of " + check + " must be 0 or more");
            }
        });
    }

    /** Reads a declaration's bytes. */
    public static Declaration read(byte[] bytes) {
        return CanonicalJson.read(bytes, Declaration.class);
    }
}
