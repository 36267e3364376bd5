package org.osteon.site.egress;

import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.store.SiteStore;

/** The big red switch: while it is on, nothing leaves this site, not even a poll; over restarts. */
public final class RedSwitch {
    private static final String STATE = "stopped";

    private final SiteStore store;
    private final SiteEvents events;
    private volatile boolean on;

    /** The switch as it was left. */
    public RedSwitch(SiteStore store, SiteEvents events) {
        this.store = store;
        this.events = events;
        this.on = store.state(STATE).map(Boolean::parseBoolean).orElse(false);
    }

    /** Whether everything is stopped. */
    public boolean on() {
        return on;
    }

    /** Switches it; durable and logged when this returns. */
    public void set(boolean stop, String person) {
        if (stop) {
            on = true;
        }
        store.write(sql -> {
            SiteStore.putState(sql, STATE, Boolean.toString(stop));
            return events.add(sql, EventDraft.of(stop ? EventType.STOP_ALL : EventType.RESUMED, person, "operator"));
        });
        on = stop;
        events.publish();
    }
}
