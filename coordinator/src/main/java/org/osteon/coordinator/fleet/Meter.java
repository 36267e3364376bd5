package org.osteon.coordinator.fleet;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what goes between the hub and each node over each open message, in memory. What comes late, after a message
 * has ended, is not counted, so that nothing a node sends makes it grow.
 */
final class Meter {
    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    private static final class Count {
        private final boolean whole;
        private final AtomicLong handed = new AtomicLong();
        private final AtomicLong taken = new AtomicLong();
        private final AtomicLong answering = new AtomicLong();
        private final LongAdder out = new LongAdder();
        private final LongAdder in = new LongAdder();

        Count(boolean whole) {
            this.whole = whole;
        }
    }

    /** A message goes into a node's mailbox. {@code first}: it never lay in one before. */
    void begin(String nodeId, String messageId, boolean first) {
        counts.putIfAbsent(key(nodeId, messageId), new Count(first));
    }

    /** The node was handed the message. */
    void handed(String nodeId, String messageId, long now, long bytes) {
        open(nodeId, messageId).ifPresent(count -> {
            count.handed.compareAndSet(0, now);
            count.out.add(bytes);
        });
    }

    /** An object of the message went to the node. */
    void out(String nodeId, String messageId, long bytes) {
        open(nodeId, messageId).ifPresent(count -> count.out.add(bytes));
    }

    /** The node has the message and all its objects. */
    void taken(String nodeId, String messageId, long now) {
        open(nodeId, messageId).ifPresent(count -> count.taken.compareAndSet(0, now));
    }

    /** The node began to push a reply. */
    void answering(String nodeId, String messageId, long now, long bytes) {
        open(nodeId, messageId).ifPresent(count -> {
            count.answering.compareAndSet(0, now);
            count.in.add(bytes);
        });
    }

    /** An object of the reply came. */
    void in(String nodeId, String messageId, long bytes) {
        open(nodeId, messageId).ifPresent(count -> count.in.add(bytes));
    }

    /** What was counted so far. */
    Traffic of(String nodeId, String messageId) {
        Count count = counts.get(key(nodeId, messageId));
        return count == null
                ? Traffic.NONE
                : new Traffic(
                        count.whole,
                        count.handed.get(),
                        count.taken.get(),
                        count.answering.get(),
                        count.out.sum(),
                        count.in.sum());
    }

    /** The message is answered or void. */
    void end(String nodeId, String messageId) {
        counts.remove(key(nodeId, messageId));
    }

    private Optional<Count> open(String nodeId, String messageId) {
        return Optional.ofNullable(counts.get(key(nodeId, messageId)));
    }

    private static String key(String nodeId, String messageId) {
        return nodeId + "/" + messageId;
    }
}
