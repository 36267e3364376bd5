package org.osteon.protocol.document;

import java.time.Instant;

/**
 * An officer's withdrawal of a capsule; from then on nothing leaves under it.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site
 * @param capsule identity of the capsule withdrawn
 * @param reason in the officer's words
 * @param decided when it was signed
 */
public record Revocation(
        String schema, String federation, Digest study, String site, Digest capsule, String reason, Instant decided)
        implements Decision {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.revocation/1";

    /** A reason is owed. */
    public Revocation {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("reason", reason, 2000);
    }
}
