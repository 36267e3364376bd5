package org.osteon.conformance.verdict;

import java.time.Instant;
import java.util.List;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;

/**
 * A model's conformance report. It claims conformity to no standard: clause texts were not available.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param model the model version
 * @param declaration identity of the declaration
 * @param declaredBy who declared the limits
 * @param results one entry a check of the study
 * @param notAssessed what nobody assessed
 * @param statement the standing sentence
 * @param made when
 */
public record Report(
        String schema,
        String federation,
        Digest study,
        Digest model,
        Digest declaration,
        String declaredBy,
        List<CheckResult> results,
        List<String> notAssessed,
        String statement,
        Instant made)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.conformance-report/1";

    /** The standing sentence. */
    public static final String STATEMENT =
            "Checks in the style of published requirement lists; clause texts of the standards were not available, and conformity to no standard is claimed.";

    /** Takes copies. */
    public Report {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        results = List.copyOf(results);
        notAssessed = List.copyOf(notAssessed);
    }

    /** Reads a report's bytes. */
    public static Report read(byte[] bytes) {
        return CanonicalJson.read(bytes, Report.class);
    }

    /** Whether a check passed and every other one did too or does not apply, for a reason that the report states. */
    public boolean passed() {
        return results.stream().anyMatch(result -> result.outcome() == Outcome.PASS)
                && results.stream()
                        .allMatch(result ->
                                result.outcome() == Outcome.PASS || result.outcome() == Outcome.NOT_APPLICABLE);
    }
}
