package org.osteon.protocol.call;

import java.time.Instant;
import java.util.Optional;
import org.osteon.protocol.sign.VerificationKey;

/** What a server knows of callers; kept by the daemon in its database, over restarts. */
public interface CallDirectory {
    /** The key and principal registered under that id, if it may call now. */
    Optional<Entry> find(String keyId);

    /**
     * Records that this key used this nonce, durably, before the call is handled.
     *
     * @param forget when the record may be forgotten, because the time window refuses the call anyway
     * @return false when it was used before
     */
    boolean firstUse(String keyId, String nonce, Instant forget);

    /**
     * A registered caller.
     *
     * @param key verifies the caller's signatures
     * @param principal who it is
     */
    record Entry(VerificationKey key, Principal principal) {}
}
