package org.osteon.protocol.document;

import java.time.Instant;

/**
 * An officer's refusal of a study, with the reason that may be shown to the hub.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site
 * @param reason in the officer's words
 * @param decided when it was signed
 */
public record Refusal(String schema, String federation, Digest study, String site, String reason, Instant decided)
        implements Decision {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.refusal/1";

    /** A reason is owed. */
    public Refusal {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("reason", reason, 2000);
    }
}
