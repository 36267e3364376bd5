package org.osteon.console.account;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often an address may be wrong: after some failures within a minute it is refused before anything is computed. The
 * addresses that are remembered are bounded; the one that failed longest ago is forgotten first.
 */
final class Throttle {
    private static final int FREE_FAILURES = 20;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_ADDRESSES = 10_000;

    private final Clock clock;
    private final Map<String, Failures> addresses = new LinkedHashMap<>();

    private record Failures(int count, long since) {}

    Throttle(Clock clock) {
        this.clock = clock;
    }

    /** Whether an address may try now. */
    synchronized boolean admits(String address) {
        Failures failures = addresses.get(address);
        return failures == null
                || failures.count() < FREE_FAILURES
                || clock.millis() - failures.since() > WINDOW.toMillis();
    }

    /** Notes that an address was wrong. */
    synchronized void failed(String address) {
        long now = clock.millis();
        Failures before = addresses.remove(address);
        addresses.put(
                address,
                before == null || now - before.since() > WINDOW.toMillis()
                        ? new Failures(1, now)
                        : new Failures(before.count() + 1, before.since()));
        if (addresses.size() > MOST_ADDRESSES) {
            addresses.remove(addresses.keySet().iterator().next());
        }
    }
}
