package org.osteon.protocol.document;

import java.time.Instant;

/**
 * An officer's question about a study, for the engineer who published it.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site
 * @param text in the officer's words, at most {@value #MOST_TEXT} characters
 * @param asked when it was signed
 */
public record Question(String schema, String federation, Digest study, String site, String text, Instant asked)
        implements Statement {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.question/1";

    /** Most characters of a question. */
    public static final int MOST_TEXT = 2000;

    /** A text is owed. */
    public Question {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("text", text, MOST_TEXT);
    }
}
