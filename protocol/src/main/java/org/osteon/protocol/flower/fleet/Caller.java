package org.osteon.protocol.flower.fleet;

import java.util.OptionalLong;

/**
 * Who calls, after the signature in the headers held: the carrier has verified the key, its timestamp and that the
 * signature was not seen before.
 *
 * @param publicKeyPem the key's SPKI PEM text, byte for byte as sent
 * @param nodeId the node registered under that key, unsigned; empty before registration
 */
public record Caller(String publicKeyPem, OptionalLong nodeId) {
    /** Whether the caller is the node of that unsigned id. */
    public boolean is(long node) {
        return nodeId.isPresent() && nodeId.orElseThrow() == node;
    }

    @Override
    public String toString() {
        return "Caller[" + (nodeId.isPresent() ? Long.toUnsignedString(nodeId.orElseThrow()) : "not registered") + "]";
    }
}
