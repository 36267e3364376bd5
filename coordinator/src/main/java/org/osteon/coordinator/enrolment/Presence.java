package org.osteon.coordinator.enrolment;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.osteon.coordinator.store.HubStore;

/**
 * What the hub knows of sites' agents: what they tell of themselves, when they last called, and whether one has hung up
 * by itself. Nothing else rests on it: it is shown to people.
 */
public final class Presence {
    /** Beyond this a site's clock is said to be off; at {@code CallVerifier.WINDOW} its calls are refused. */
    public static final Duration SKEW_LIMIT = Duration.ofMinutes(1);

    private static final long KEEP_EVERY = Duration.ofMinutes(5).toMillis();
    private static final long NOISE = 1000;
    private static final int LONGEST = 64;

    private final HubStore store;
    private final Clock clock;
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private final Map<String, BooleanSupplier> hungUp = new ConcurrentHashMap<>();
    private final Map<String, Long> contact = new ConcurrentHashMap<>();

    /** What was told before the hub started is known again. */
    public Presence(HubStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        told.putAll(store.read(sql -> {
            Map<String, Told> kept = new HashMap<>();
            sql.sql("SELECT site, release, clock_skew, certificate_until, told FROM site_told")
                    .query((row, n) -> kept.put(
                            row.getString(1),
                            new Told(row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5))))
                    .list();
            return kept;
        }));
    }

    /**
     * What a site told of itself.
     *
     * @param release its agent's software
     * @param skew its clock less the hub's, milliseconds; the way there is in it
     * @param certificateUntil until when the certificate of its own port is valid, epoch milliseconds
     * @param at when it told, by the hub's clock
     */
    public record Told(String release, long skew, long certificateUntil, long at) {
        /** Whether the clocks are further apart than is good. */
        public boolean skewed() {
            return Math.abs(skew) > SKEW_LIMIT.toMillis();
        }

        private boolean newsAfter(Told before) {
            return !release.equals(before.release)
                    || certificateUntil != before.certificateUntil
                    || Math.abs(skew - before.skew) > NOISE
                    || at - before.at > KEEP_EVERY;
        }
    }

    /** A site's agent calls. */
    public void calls(String site) {
        contact.put(site, clock.millis());
        hungUp.remove(site);
    }

    /** A site's agent tells of itself; kept when it is news, without waiting for it. */
    public void tells(String site, String release, long siteClock, long certificateUntil) {
        long now = clock.millis();
        String named = release.matches("[A-Za-z0-9._/+-]{1," + LONGEST + "}") ? release : "";
        Told news = new Told(named, siteClock - now, certificateUntil, now);
        Told before = told.put(site, news);
        if (before == null || news.newsAfter(before)) {
            var unused = store.write(sql -> sql.sql(
                            "INSERT INTO site_told(site, release, clock_skew, certificate_until, told) VALUES (?, ?, ?, ?, ?)"
                                    + " ON CONFLICT (site) DO UPDATE SET release = excluded.release, clock_skew = excluded.clock_skew,"
                                    + " certificate_until = excluded.certificate_until, told = excluded.told")
                    .params(site, news.release(), news.skew(), news.certificateUntil(), news.at())
                    .update());
        } else {
            // The row is older than what is known; the next news is measured against the row.
            told.put(site, new Told(news.release(), news.skew(), news.certificateUntil(), before.at()));
        }
    }

    /**
     * A site's agent has ended its call.
     *
     * @param byItself tells, now and later, whether its connection outlived the call
     */
    public void hangsUp(String site, BooleanSupplier byItself) {
        hungUp.put(site, byItself);
    }

    /** What a site told last. */
    public Optional<Told> told(String site) {
        return Optional.ofNullable(told.get(site));
    }

    /** When a site's agent last asked for work, epoch milliseconds; 0 for never since the hub started. */
    public long contact(String site) {
        return contact.getOrDefault(site, 0L);
    }

    /** Whether a site's agent has hung up by itself, over a connection that stayed, and has not called since. */
    public boolean hungUp(String site) {
        return hungUp.getOrDefault(site, () -> false).getAsBoolean();
    }
}
