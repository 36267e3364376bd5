package org.osteon.coordinator.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.flower.NodeSignature;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which times a key has signed before. They are kept in memory as long as they are timely; over a restart by one mark
 * in the database that no time which was let in lies beyond, so that a call costs no sync: after a restart only what
 * was signed after the mark is new, and a node signs its next try anew. A node whose clock is behind the hub's waits
 * that much longer after a restart.
 */
public final class UsedTimes {
    private static final Logger LOG = LoggerFactory.getLogger(UsedTimes.class);
    private static final String MARK = "fleet-used-until";
    private static final Duration AHEAD = Duration.ofSeconds(1);
    private static final long KEPT_SECONDS = NodeSignature.OLDEST.toSeconds() + 60;
    private static final long BUCKET_SECONDS = 60;

    private final HubStore store;
    private final Clock clock;
    private final Instant before;
    private final Map<Long, Set<Use>> used = new ConcurrentHashMap<>();
    private volatile Instant mark;

    /**
     * What was used before the hub started is up to the mark, unless its clock was ahead of today's: then what can be
     * timely now counts as used, and nobody waits until that clock is reached.
     */
    public UsedTimes(HubStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        Instant kept = store.state(MARK).map(Instant::parse).orElse(Instant.EPOCH);
        Instant timely = clock.instant().plus(NodeSignature.NEWEST);
        if (kept.isAfter(timely.plus(AHEAD))) {
            LOG.warn(
                    "the clock was set back: calls were taken that were signed up to {}, now it is {}; nodes' calls"
                            + " signed up to {} are refused, and tried again by the nodes",
                    kept,
                    clock.instant(),
                    timely);
            kept = timely;
        }
        this.before = kept;
        this.mark = kept;
    }

    /** A key, by the first bits of its id, and a time. */
    private record Use(long key, long seconds, int nanos) {}

    /** Whether this key signed this timely time for the first time; when this returns, so it stays. */
    boolean first(String keyId, Instant time) {
        if (!time.isAfter(before)) {
            return false;
        }
        if (time.isAfter(mark)) {
            raise(time);
        }
        forget();
        long bucket = time.getEpochSecond() / BUCKET_SECONDS;
        Use use = new Use(Long.parseUnsignedLong(keyId.substring(0, 16), 16), time.getEpochSecond(), time.getNano());
        return used.computeIfAbsent(bucket, unused -> ConcurrentHashMap.newKeySet())
                .add(use);
    }

    private void forget() {
        if (used.size() > KEPT_SECONDS / BUCKET_SECONDS + 2) {
            long oldest = (clock.instant().getEpochSecond() - KEPT_SECONDS) / BUCKET_SECONDS;
            used.keySet().removeIf(bucket -> bucket < oldest);
        }
    }

    private synchronized void raise(Instant time) {
        if (time.isAfter(mark)) {
            Instant now = clock.instant();
            Instant next = (time.isAfter(now) ? time : now).plus(AHEAD);
            store.writeNow(sql -> {
                HubStore.putState(sql, MARK, next.toString());
                return next;
            });
            mark = next;
        }
    }
}
