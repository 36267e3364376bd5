package org.osteon.protocol.document;

import java.time.Instant;

/**
 * A named person's release of a model version; signed by a releaser's key, which is not the hub's.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param model the model version released
 * @param arrays digest of its arrays
 * @param report identity of the conformance report it rests on
 * @param by the person's name
 * @param statement what they declare
 * @param released when
 */
public record Release(
        String schema,
        String federation,
        Digest study,
        Digest model,
        Digest arrays,
        Digest report,
        String by,
        String statement,
        Instant released)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.release/1";

    /** A name and a statement are owed. */
    public Release {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.text("by", by, 200);
        Require.text("statement", statement, 2000);
    }
}
