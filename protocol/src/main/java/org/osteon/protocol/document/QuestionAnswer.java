package org.osteon.protocol.document;

import java.time.Instant;

/**
 * The answer to an officer's {@link Question}, signed by the hub. It changes nothing of the study.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site that asked
 * @param question identity of the question
 * @param text the answer, at most {@value #MOST_TEXT} characters
 * @param by who answered, as the hub knows them
 * @param answered when
 */
public record QuestionAnswer(
        String schema,
        String federation,
        Digest study,
        String site,
        Digest question,
        String text,
        String by,
        Instant answered)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.question-answer/1";

    /** Most characters of an answer. */
    public static final int MOST_TEXT = 4000;

    /** A text is owed. */
    public QuestionAnswer {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("text", text, MOST_TEXT);
        Require.text("by", by, 200);
    }
}
