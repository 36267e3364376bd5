package org.osteon.protocol.document;

/**
 * What a data officer tells the hub about a study beside a decision, signed outside the agent. It allows nothing and
 * revokes nothing.
 */
public sealed interface Statement extends Document permits WithdrawalNotice {
    /** The federation. */
    String federation();

    /** Identity of the study version it is about. */
    Digest study();

    /** The site. */
    String site();

    /** Reads the envelope of any statement. */
    static SignedDocument<? extends Statement> readSigned(byte[] envelope) {
        String schema = SignedDocument.schemaOf(envelope);
        if (WithdrawalNotice.SCHEMA.equals(schema)) {
            return SignedDocument.read(envelope, WithdrawalNotice.class);
        }
        throw new DocumentException("SCHEMA_UNKNOWN", "a statement of an officer is a withdrawal notice");
    }
}
