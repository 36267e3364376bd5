package org.osteon.adapters.snapshot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.osteon.adapters.mapping.Reason;
import org.osteon.adapters.mapping.UnitRefused;
import org.osteon.protocol.document.Digest;

/** Which keys were mapped, and from which content, as digests of 16 bytes. */
final class SeenUnits {
    private record Half(long high, long low) {
        static Half of(byte[] digest) {
            ByteBuffer buffer = ByteBuffer.wrap(digest);
            return new Half(buffer.getLong(), buffer.getLong());
        }
    }

    private final Map<Half, Half> contents = new HashMap<>();

    /**
     * Enters a unit.
     *
     * @throws UnitRefused {@code REPEATED} if the key came with the same content before, {@code CONFLICT} if with other
     */
    void enter(String key, Digest content) {
        check(key, content);
        contents.put(half(key), Half.of(content.raw()));
    }

    /** As {@link #enter}, without entering. */
    void check(String key, Digest content) {
        Half before = contents.get(half(key));
        if (before != null) {
            throw new UnitRefused(before.equals(Half.of(content.raw())) ? Reason.REPEATED : Reason.CONFLICT);
        }
    }

    private static Half half(String key) {
        return Half.of(Digest.sha256().digest(key.getBytes(StandardCharsets.UTF_8)));
    }
}
