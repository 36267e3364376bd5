package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.store.HubStore;

/** A signed time counts once, in one life of the hub and over its restarts, whatever its clock did. */
class UsedTimesTest {
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final String OTHER = "fedcba9876543210".repeat(4);
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    @TempDir
    Path folder;

    private RunningHub hub;
    private HubStore store;

    @BeforeEach
    void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        store = hub.part(HubStore.class);
        store.writeNow(sql -> {
            HubStore.putState(sql, "fleet-used-until", Instant.EPOCH.toString());
            return true;
        });
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private UsedTimes at(Instant now) {
        return new UsedTimes(store, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void takesATimeOnceAKey() {
        UsedTimes used = at(NOW);

        assertThat(used.first(KEY, NOW)).isTrue();
        assertThat(used.first(KEY, NOW)).isFalse();
        assertThat(used.first(OTHER, NOW)).isTrue();
        assertThat(used.first(KEY, NOW.plusNanos(1_000))).isTrue();
        assertThat(used.first(KEY, NOW.minusSeconds(100))).isTrue();
        assertThat(used.first(KEY, NOW.minusSeconds(100))).isFalse();
    }

    @Test
    void letsOneOfManyIn() {
        UsedTimes used = at(NOW);
        Set<Integer> in = ConcurrentHashMap.newKeySet();

        IntStream.range(0, 1_000).parallel().forEach(i -> {
            if (used.first(KEY, NOW.plusMillis(i % 10))) {
                in.add(i);
            }
        });

        assertThat(in).hasSize(10);
    }

    @Test
    void remembersOverARestartWithoutASyncForEach() {
        // Given
        UsedTimes before = at(NOW);
        for (int i = 0; i < 100; i++) {
            assertThat(before.first(KEY, NOW.plusMillis(i))).isTrue();
        }
        Instant mark = Instant.parse(store.state("fleet-used-until").orElseThrow());
        assertThat(mark).isBetween(NOW.plusMillis(99), NOW.plusSeconds(2));

        // When
        UsedTimes after = at(NOW.plusSeconds(3));

        // Then
        for (int i = 0; i < 100; i++) {
            assertThat(after.first(KEY, NOW.plusMillis(i))).isFalse();
        }
        assertThat(after.first(KEY, mark)).isFalse();
        assertThat(after.first(KEY, mark.plusMillis(1))).isTrue();
    }

    @Test
    void waitsForNoClockThatWasAhead() {
        // Given: calls were taken while the hub's clock was a day ahead
        assertThat(at(NOW.plus(Duration.ofDays(1))).first(KEY, NOW.plus(Duration.ofDays(1))))
                .isTrue();

        // When
        UsedTimes after = at(NOW);

        // Then: what is timely now counts as used, what will be signed in a moment does not
        assertThat(after.first(KEY, NOW)).isFalse();
        assertThat(after.first(KEY, NOW.plusSeconds(6))).isTrue();
    }

    @Test
    void forgetsOnlyWhatIsNoLongerTimely() {
        // Given
        StoppedClock clock = new StoppedClock();
        UsedTimes used = new UsedTimes(store, clock);
        assertThat(used.first(KEY, NOW)).isTrue();

        // When
        for (int minute = 1; minute <= 5; minute++) {
            clock.now = NOW.plusSeconds(60L * minute);
            assertThat(used.first(KEY, clock.now)).isTrue();
        }

        // Then: 300 s old is timely still
        assertThat(used.first(KEY, NOW)).isFalse();
    }

    private static final class StoppedClock extends Clock {
        private Instant now = NOW;

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
