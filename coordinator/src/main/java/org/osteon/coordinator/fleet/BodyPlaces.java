package org.osteon.coordinator.fleet;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A few places for large bodies and answers, shared by all carriers, so that what nodes push and pull at once stays
 * bounded. Who finds none waits in the order of coming; no node has more than half of them, so that one that reads or
 * sends slowly does not hold up the others.
 */
public final class BodyPlaces {
    private final Map<Runnable, String> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();
    private final int each;
    private int free;

    /** That many places. */
    public BodyPlaces(int places) {
        this.free = places;
        this.each = (places + 1) / 2;
    }

    /**
     * Takes a place for a node, or waits for one: {@code start} is then run by whoever leaves, having the place
     * already.
     */
    synchronized boolean enter(String node, Runnable start) {
        if (!open(node)) {
            waiting.put(start, node);
            return false;
        }
        take(node);
        return true;
    }

    private boolean open(String node) {
        return free > 0 && taken.getOrDefault(node, 0) < each;
    }

    private void take(String node) {
        free--;
        taken.merge(node, 1, Integer::sum);
    }

    /** Gives a node's place back; the first of those who wait and may have it has it then. */
    void leave(String node) {
        Optional<Map.Entry<Runnable, String>> next;
        synchronized (this) {
            free++;
            taken.computeIfPresent(node, (name, places) -> places == 1 ? null : places - 1);
            next = waiting.entrySet().stream()
                    .filter(waits -> open(waits.getValue()))
                    .map(Map.Entry::copyOf)
                    .findFirst();
            next.ifPresent(waits -> {
                waiting.remove(waits.getKey());
                take(waits.getValue());
            });
        }
        next.ifPresent(waits -> waits.getKey().run());
    }

    /** Waits no longer; false when it has, or had, a place already. */
    synchronized boolean forget(Runnable start) {
        return waiting.remove(start) != null;
    }
}
