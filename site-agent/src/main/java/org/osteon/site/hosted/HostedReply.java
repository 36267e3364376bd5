package org.osteon.site.hosted;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.record.Value;

/**
 * What an app answered and what may leave: an un-noised release, never called private.
 *
 * @param arrays the declared arrays, raw in a file
 * @param metrics the declared metrics, in order
 */
public record HostedReply(ReceivedArrays.Payloads arrays, Map<String, Value> metrics) {
    /** Takes a copy in the same order. */
    public HostedReply {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
