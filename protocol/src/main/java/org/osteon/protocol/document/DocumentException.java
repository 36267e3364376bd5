package org.osteon.protocol.document;

/** A document cannot be read or does not mean what it must; carries a stable code and never the document's contents. */
public final class DocumentException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** A failure with a stable code and a message for the person at the edge. */
    public DocumentException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, such as {@code SCHEMA_UNKNOWN}. */
    public String code() {
        return code;
    }
}
