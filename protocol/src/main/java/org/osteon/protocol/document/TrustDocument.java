package org.osteon.protocol.document;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.sign.VerificationKey;

/**
 * Whose keys count in a federation, with role, validity and successor; signed by the hub's key, and given to a verifier
 * from outside any evidence bundle.
 *
 * @param schema {@value #SCHEMA}
 * @param root the federation's root
 * @param version grows with each change
 * @param keys every key that counts or ever counted
 * @param logs the transparency logs, the hub's first
 * @param quorum cosignatures by other parties that a checkpoint needs
 * @param issued when
 */
public record TrustDocument(
        String schema,
        FederationRoot root,
        int version,
        List<TrustedKey> keys,
        List<TrustedLog> logs,
        int quorum,
        Instant issued)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.trust/1";

    /** Refuses one key under two roles. */
    public TrustDocument {
        Require.schema(schema, SCHEMA);
        keys = List.copyOf(keys);
        logs = List.copyOf(logs);
        Require.size("keys", keys, 0, 100_000);
        Require.size("logs", logs, 1, 10_000);
        Require.range("quorum", quorum, 0, 10_000);
        Require.hold(
                keys.stream().map(key -> key.key().keyId()).distinct().count() == keys.size(),
                "KEY_ROLES_MIXED",
                "a key may have one role only");
    }

    /** The key of that id in that role, valid at that time. */
    public Optional<TrustedKey> key(String role, String keyId, Instant at) {
        return keys.stream()
                .filter(key -> key.role().equals(role) && key.key().keyId().equals(keyId))
                .filter(key -> !at.isBefore(key.notBefore()) && at.isBefore(key.notAfter()))
                .findFirst();
    }

    /** The keys a holder has in a role, valid at that time. */
    public List<TrustedKey> keysOf(String role, String holder, Instant at) {
        return keys.stream()
                .filter(key -> key.role().equals(role) && key.holder().equals(holder))
                .filter(key -> !at.isBefore(key.notBefore()) && at.isBefore(key.notAfter()))
                .toList();
    }

    /**
     * One key.
     *
     * @param role {@code node}, {@code officer}, {@code cosigner}, {@code releaser} or {@code declaration}
     * @param holder site name or, for releasers and declarations, person
     * @param key the key
     * @param notBefore valid from
     * @param notAfter valid until, exclusive; a revocation sets it to the time of revoking
     * @param successor key id of the key that follows, empty for none
     */
    public record TrustedKey(
            String role, String holder, VerificationKey key, Instant notBefore, Instant notAfter, String successor) {
        /** Refuses unknown roles. */
        public TrustedKey {
            Require.oneOf("key.role", role, List.of("node", "officer", "cosigner", "releaser", "declaration"));
            Require.text("key.holder", holder, 200);
        }
    }

    /**
     * One log.
     *
     * @param holder {@code hub} or a site's name
     * @param origin its origin line
     * @param key the key that signs its checkpoints
     * @param seenSize largest tree size seen by whoever made this document
     * @param seenRoot root hash at that size, Base64; empty when {@code seenSize} is 0
     */
    public record TrustedLog(String holder, String origin, VerificationKey key, long seenSize, String seenRoot) {}
}
