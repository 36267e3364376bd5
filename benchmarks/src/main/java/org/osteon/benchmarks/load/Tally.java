package org.osteon.benchmarks.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the nodes did: calls by name, bytes each way, and how long at least one transfer was under way. */
final class Tally {
    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final LongAdder pulled = new LongAdder();
    private final LongAdder pushed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private int under;
    private long since;
    private long busy;
    private long first;
    private long last;

    void call(String method) {
        calls.computeIfAbsent(method, unused -> new LongAdder()).increment();
    }

    /** A call was answered with an internal error. */
    void failed() {
        failed.increment();
    }

    void pulled(long bytes) {
        pulled.add(bytes);
    }

    void pushed(long bytes) {
        pushed.add(bytes);
    }

    /** A node begins to move objects. */
    synchronized void begin() {
        if (under++ == 0) {
            since = System.nanoTime();
        }
        if (first == 0) {
            first = System.currentTimeMillis();
            System.out.println("first " + first);
        }
    }

    /** A node has moved its objects. */
    synchronized void end() {
        if (--under == 0) {
            busy += System.nanoTime() - since;
        }
        last = System.currentTimeMillis();
    }

    synchronized Map<String, Object> figures() {
        Map<String, Long> counts = new TreeMap<>();
        calls.forEach((name, count) -> counts.put(name, count.sum()));
        Map<String, Object> all = new TreeMap<>();
        all.put("calls", counts);
        all.put("failed", failed.sum());
        all.put("pulled", pulled.sum());
        all.put("pushed", pushed.sum());
        all.put("busySeconds", busy / 1e9);
        all.put("first", first);
        all.put("last", last);
        return all;
    }
}
