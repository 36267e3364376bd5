package org.osteon.adapters.snapshot;

import java.util.Arrays;
import java.util.Set;
import org.osteon.protocol.sign.SigningKey;

/**
 * The secrets of a mapping, which never leave the site, and whom it leaves out.
 *
 * @param pseudonymKey key of all pseudonyms, at least 16 bytes; the same key gives the same pseudonyms
 * @param manifestKey signs the manifest
 * @param withdrawn pseudonyms of the patients who have withdrawn; no row of theirs is mapped
 */
public record MappingKeys(byte[] pseudonymKey, SigningKey manifestKey, Set<String> withdrawn) {
    private static final int MIN_BYTES = 16;

    /** Takes a copy and refuses short keys. */
    public MappingKeys {
        if (pseudonymKey.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "pseudonymKey must have at least " + MIN_BYTES + " bytes, had " + pseudonymKey.length);
        }
        pseudonymKey = pseudonymKey.clone();
        withdrawn = Set.copyOf(withdrawn);
    }

    /** Keys of a mapping that leaves nobody out. */
    public MappingKeys(byte[] pseudonymKey, SigningKey manifestKey) {
        this(pseudonymKey, manifestKey, Set.of());
    }

    @Override
    public byte[] pseudonymKey() {
        return pseudonymKey.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MappingKeys keys
                && Arrays.equals(pseudonymKey, keys.pseudonymKey)
                && manifestKey.equals(keys.manifestKey)
                && withdrawn.equals(keys.withdrawn);
    }

    @Override
    public int hashCode() {
        return manifestKey.hashCode();
    }

    /** Shows the manifest key's fingerprint and nothing of the pseudonym key. */
    @Override
    public String toString() {
        return "MappingKeys[" + manifestKey + "]";
    }
}
