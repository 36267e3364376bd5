package org.osteon.coordinator.fleet;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A few places for large bodies, shared by all carriers, so that what nodes push at once stays bounded. Who finds none
 * waits in the order of coming.
 */
public final class BodyPlaces {
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int free;

    /** That many places. */
    public BodyPlaces(int places) {
        this.free = places;
    }

    /** Takes a place, or waits for one: {@code start} is then run by whoever leaves, having the place already. */
    synchronized boolean enter(Runnable start) {
        if (free == 0) {
            waiting.add(start);
            return false;
        }
        free--;
        return true;
    }

    /** Gives a place back; the first of those who wait has it then. */
    void leave() {
        Runnable next;
        synchronized (this) {
            if (waiting.isEmpty()) {
                free++;
                return;
            }
            next = waiting.iterator().next();
            waiting.remove(next);
        }
        next.run();
    }

    /** Waits no longer; false when it has, or had, a place already. */
    synchronized boolean forget(Runnable start) {
        return waiting.remove(start);
    }
}
