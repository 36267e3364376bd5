package org.osteon.benchmarks.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/** A node's signatures, made beforehand, each of another microsecond; made on the spot when they are used up or old. */
final class Headers {
    private static final long OLDEST_SECONDS = 240;

    private final SigningKey key;
    private final Deque<NodeSignature> ready = new ArrayDeque<>();
    private Instant last = Instant.EPOCH;
    private int late;

    Headers(SigningKey key) {
        this.key = key;
    }

    SigningKey key() {
        return key;
    }

    /** Signs so many times. */
    synchronized void sign(int count) {
        for (int i = 0; i < count; i++) {
            ready.add(fresh());
        }
    }

    /** The next one. */
    synchronized NodeSignature next() {
        NodeSignature first = ready.poll();
        while (first != null && first.time().isBefore(Instant.now().minusSeconds(OLDEST_SECONDS))) {
            first = ready.poll();
        }
        if (first == null) {
            late++;
            return fresh();
        }
        return first;
    }

    /** How many were not made beforehand. */
    synchronized int late() {
        return late;
    }

    private NodeSignature fresh() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        last = now.isAfter(last) ? now : last.plus(1, ChronoUnit.MICROS);
        return NodeSignature.make(key, last);
    }
}
