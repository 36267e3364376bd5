package org.osteon.protocol.document;

import java.time.Instant;
import org.osteon.protocol.sign.VerificationKey;

/**
 * Who the hub is, for ever: a capsule binds this document's identity.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation's id
 * @param hub the key that signs instructions, receipts and the trust document
 * @param logOrigin origin line of the hub's transparency log
 * @param log the key that signs the hub's checkpoints
 * @param created when
 */
public record FederationRoot(
        String schema, String federation, VerificationKey hub, String logOrigin, VerificationKey log, Instant created)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.federation-root/1";

    /** Refuses one key in two roles. */
    public FederationRoot {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.text("logOrigin", logOrigin, 200);
        Require.hold(!hub.equals(log), "KEY_ROLES_MIXED", "the hub's key and its log's key must differ");
    }

    /** Origin line of a site's transparency log; the federation fixes it, no site chooses its own. */
    public String siteLogOrigin(String site) {
        return "osteon/" + federation + "/site/" + site;
    }
}
