package org.osteon.console.oidc;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was seen lately, bounded in time and number; when it is full, nothing more is new. */
final class Once {
    private static final int MOST = 20_000;

    private final Clock clock;
    private final Duration life;
    private final Map<String, Long> seen = new LinkedHashMap<>();

    Once(Clock clock, Duration life) {
        this.clock = clock;
        this.life = life;
    }

    /** Notes a text; whether it was new. */
    synchronized boolean first(String text) {
        forget();
        return seen.size() < MOST && seen.putIfAbsent(text, clock.millis() + life.toMillis()) == null;
    }

    private void forget() {
        long now = clock.millis();
        var entries = seen.values().iterator();
        while (entries.hasNext() && entries.next() <= now) {
            entries.remove();
        }
    }
}
