package org.osteon.conformance.verdict;

import java.time.Instant;
import java.util.List;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.SignedDocument;

/**
 * A model's conformance report: codes and values. It claims conformity to no standard: clause texts were not available.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param model the model version
 * @param declaration the declared limits with the signature under them
 * @param results one entry a check of the study
 * @param notAssessed what nobody assessed
 * @param statement code of the standing sentence
 * @param software what computed it
 * @param made when
 */
public record Report(
        String schema,
        String federation,
        Digest study,
        Digest model,
        SignedDocument<Declaration> declaration,
        List<CheckResult> results,
        List<Phrase> notAssessed,
        String statement,
        String software,
        Instant made)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.conformance-report/1";

    /** Code of the standing sentence, which says that clause texts were not available. */
    public static final String STATEMENT = "CLAUSE_TEXTS_NOT_AVAILABLE";

    /** Takes copies; refuses a report without the standing sentence. */
    public Report {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        if (!STATEMENT.equals(statement)) {
            throw new DocumentException("TEXT_MALFORMED", "statement must be " + STATEMENT);
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
