package org.osteon.site.clock;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.osteon.site.store.SiteStore;

/**
 * A monotonic high-water mark from log and witness times. A clock below it would revive expired capsules, so the agent
 * refuses and says the skew.
 */
public final class ClockGuard {
    private static final String MARK = "clock.mark";
    private static final Duration TOLERANCE = Duration.ofMinutes(2);

    private final SiteStore store;
    private final Clock clock;

    /** A guard over the stored mark. */
    public ClockGuard(SiteStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The time now. */
    public Instant now() {
        return clock.instant();
    }

    /** How far the clock is below the mark, when it is further than the tolerance. */
    public Optional<Duration> belowMark() {
        Duration skew = Duration.between(clock.instant(), mark());
        return skew.compareTo(TOLERANCE) > 0 ? Optional.of(skew) : Optional.empty();
    }

    /** Raises the mark to a time that was seen in a log, a cosignature or on this clock; never lowers it. */
    public void saw(Instant time) {
        if (time.isAfter(mark().plusSeconds(1))) {
            store.write(sql -> {
                SiteStore.putState(sql, MARK, Long.toString(time.toEpochMilli()));
                return true;
            });
        }
    }

    /** The mark. */
    public Instant mark() {
        return store.state(MARK)
                .map(text -> Instant.ofEpochMilli(Long.parseLong(text)))
                .orElse(Instant.EPOCH);
    }
}
