package org.osteon.protocol.document;

/**
 * A document that is persisted or exchanged. Its bytes are its canonical JSON, its identity is their SHA-256, and an
 * unknown {@code schema} is refused when it is read.
 */
public interface Document {
    /** The document's type and version, such as {@code osteon.study/1}. */
    String schema();

    /** The canonical bytes (RFC 8785), the ones that are signed. */
    default byte[] canonical() {
        return CanonicalJson.write(this);
    }

    /** The identity: SHA-256 of {@link #canonical()}. */
    default Digest digest() {
        return Digest.of(canonical());
    }
}
