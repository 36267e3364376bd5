package org.osteon.coordinator.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.account.Person;
import org.osteon.console.api.ApiException;
import org.osteon.coordinator.store.HubStore;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;

class ActsTest {
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Person WANG = new Person("Wang", "ml-engineer", "net");

    @TempDir
    Path folder;

    private HubStore store;
    private Acts acts;
    private final SettableClock clock = new SettableClock();

    /** A clock that a test sets. */
    private static final class SettableClock extends Clock {
        private Instant now = Instant.parse("2026-03-01T08:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void open() {
        store = HubStore.open(folder);
        acts = new Acts(new ActKeys(store, clock), () -> WANG);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** What a power cut does between two statements: the next process finds the database as it was committed. */
    private void restart() {
        store.close();
        open();
    }

    private static MockHttpServletRequest request(String key) {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/v1/studies");
        request.addHeader("Idempotency-Key", key);
        return request;
    }

    /** An act that counts itself in the database. */
    private ResponseEntity<byte[]> count(String key, byte[] body, Runnable afterwards) {
        return acts.once(
                request(key),
                body,
                (String made) -> Answer.made(201, "/made/" + made, Map.of("made", made)),
                alongside -> {
                    store.writeNow(sql -> {
                        long n = counted() + 1;
                        HubStore.putState(sql, "count", Long.toString(n));
                        alongside.write(sql, Long.toString(n));
                        return n;
                    });
                    afterwards.run();
                });
    }

    private long counted() {
        return store.state("count").map(Long::parseLong).orElse(0L);
    }

    private long keys() {
        return store.read(
                sql -> sql.sql("SELECT COUNT(*) FROM act_key").query(Long.class).single());
    }

    @Test
    void answersTheSameRequestAlikeAndDoesItOnce() {
        ResponseEntity<byte[]> first = count("key-00001", BODY, () -> {});

        ResponseEntity<byte[]> second = count("key-00001", BODY, () -> {});

        assertThat(second.getStatusCode()).isEqualTo(first.getStatusCode());
        assertThat(second.getBody()).isEqualTo(first.getBody());
        assertThat(second.getHeaders().getLocation())
                .isEqualTo(first.getHeaders().getLocation());
        assertThat(first.getHeaders().getFirst("Idempotent-Replayed")).isNull();
        assertThat(second.getHeaders().getFirst("Idempotent-Replayed")).isEqualTo("true");
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void afterADeathBetweenActAndAnswerGivesTheAnswerThatWasNeverHeard() {
        assertThatThrownBy(() -> count("key-00001", BODY, () -> {
                    throw new IllegalStateException("the process ends here");
                }))
                .hasMessage("the process ends here");
        restart();

        ResponseEntity<byte[]> again = count("key-00001", BODY, () -> {});

        assertThat(again.getStatusCode().value()).isEqualTo(201);
        assertThat(new String(again.getBody(), StandardCharsets.UTF_8)).isEqualTo("{\"made\":\"1\"}");
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void anActThatFailsLeavesNoKeyAndMayBeTriedAgain() {
        assertThatThrownBy(() -> acts.once(
                        request("key-00001"),
                        BODY,
                        (String made) -> Answer.done(Map.of()),
                        alongside -> store.writeNow(sql -> {
                            HubStore.putState(sql, "count", "7");
                            alongside.write(sql, "7");
                            throw new IllegalStateException("refused");
                        })))
                .hasMessage("refused");

        ResponseEntity<byte[]> again = count("key-00001", BODY, () -> {});

        assertThat(again.getStatusCode().value()).isEqualTo(201);
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void refusesAnotherRequestUnderTheSameKey() {
        count("key-00001", BODY, () -> {});

        assertThatThrownBy(() -> count("key-00001", "{\"a\":1}".getBytes(StandardCharsets.UTF_8), () -> {}))
                .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
                .satisfies(no -> assertThat(no.status()).isEqualTo(422))
                .satisfies(no -> assertThat(no.code()).isEqualTo("ACT_KEY_REUSED"));
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void anothersKeyIsAnotherKey() {
        count("key-00001", BODY, () -> {});
        acts = new Acts(new ActKeys(store, clock), () -> new Person("Chen", "ml-engineer", "net"));

        count("key-00001", BODY, () -> {});

        assertThat(counted()).isEqualTo(2);
    }

    @Test
    void saysSoWhileTheFirstIsStillWorkedOn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<ResponseEntity<byte[]>> first =
                CompletableFuture.supplyAsync(() -> count("key-00001", BODY, () -> {
                    inside.countDown();
                    await(go);
                }));
        await(inside);

        assertThatThrownBy(() -> count("key-00001", BODY, () -> {}))
                .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
                .satisfies(no -> assertThat(no.status()).isEqualTo(409));
        go.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS).getStatusCode().value()).isEqualTo(201);
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void keepsAKeyForADayAtLeastAndThenRemovesIt() {
        count("key-00001", BODY, () -> {});
        clock.now = clock.now.plus(Duration.ofHours(24));
        count("key-00001", BODY, () -> {});
        assertThat(counted()).isEqualTo(1);
        clock.now = clock.now.plus(ActKeys.LIFE);

        count("key-00001", BODY, () -> {});

        assertThat(counted()).isEqualTo(2);
        assertThat(keys()).isEqualTo(1);
    }

    @Test
    void owesAKeyOfAForm() {
        MockHttpServletRequest bare = new MockHttpServletRequest("POST", "/api/v1/studies");

        assertThatThrownBy(() -> acts.once(bare, BODY, made -> Answer.done(Map.of()), alongside -> {}))
                .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
                .satisfies(no -> assertThat(no.code()).isEqualTo("ACT_KEY_MISSING"));
        assertThatThrownBy(() -> count("no blanks here", BODY, () -> {}))
                .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
                .satisfies(no -> assertThat(no.code()).isEqualTo("ACT_KEY_MALFORMED"));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
