package org.osteon.protocol.document;

/**
 * What a data officer tells the hub about a study beside a decision, signed outside the agent. It allows nothing and
 * revokes nothing.
 */
public sealed interface Statement extends Document permits Question, WithdrawalNotice {
    /** The federation. */
    String federation();

    /** Identity of the study version it is about. */
    Digest study();

    /** The site. */
    String site();

    /** Reads the envelope of any statement. */
    static SignedDocument<? extends Statement> readSigned(byte[] envelope) {
        return switch (SignedDocument.schemaOf(envelope)) {
            case Question.SCHEMA -> SignedDocument.read(envelope, Question.class);
            case WithdrawalNotice.SCHEMA -> SignedDocument.read(envelope, WithdrawalNotice.class);
            default ->
                throw new DocumentException(
                        "SCHEMA_UNKNOWN", "a statement of an officer is a question or a withdrawal notice");
        };
    }
}
