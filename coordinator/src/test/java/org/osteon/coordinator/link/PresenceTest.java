package org.osteon.coordinator.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.log.Checkpoint;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PullWorkResponse;
import org.osteon.protocol.v1.SiteTold;

class PresenceTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    @TempDir
    Path folder;

    private RunningHub hub;
    private SigningKey node;
    private Presence presence;

    @BeforeEach
    void aHubWithASite() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        node = hub.site("north");
        presence = hub.part(Presence.class);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aSiteThatHangsUpByItselfIsToldFromOneThatIsAwaited() throws InterruptedException {
        // Given a site whose poll is held
        long size = Checkpoint.parse(
                        hub.link(node).pullWork(request(0)).getHubCheckpoint().toByteArray())
                .size();
        ListenableFuture<PullWorkResponse> poll = hub.later(node)
                .pullWork(request(20).toBuilder()
                        .setHubCheckpointSize(size)
                        .setTold(SiteTold.newBuilder().setRelease("held"))
                        .build());
        until(() -> presence.told("north").isPresent());
        assertThat(presence.hungUp("north")).isFalse();

        // When it ends its call and keeps its connection, as with the stop switch on
        poll.cancel(true);

        // Then
        until(() -> presence.hungUp("north"));

        // When it calls again
        hub.link(node).pullWork(request(0));
        assertThat(presence.hungUp("north")).isFalse();
    }

    @Test
    void anAgentThatEndsTakesItsConnectionWithIt() {
        Connections.Connection connection = new Connections.Connection();
        long hungUp = System.nanoTime();
        assertThat(connection.outlived(hungUp, TimeUnit.SECONDS.toNanos(3))).isTrue();

        connection.end();

        assertThat(connection.outlived(hungUp, TimeUnit.SECONDS.toNanos(3))).isFalse();
        assertThat(connection.outlived(hungUp - TimeUnit.HOURS.toNanos(1), TimeUnit.SECONDS.toNanos(3)))
                .as("it was idle for an hour before it ended")
                .isTrue();
    }

    @Test
    void whatASiteTellsIsKnownAndAClockFarOffIsSaidToBeSo() {
        hub.link(node)
                .pullWork(request(0).toBuilder()
                        .setTold(SiteTold.newBuilder()
                                .setRelease("osteon-site/9.9.9")
                                .setClock(System.currentTimeMillis() + HOUR)
                                .setCertificateUntil(123))
                        .build());

        assertThat(presence.told("north").orElseThrow()).satisfies(told -> {
            assertThat(told.release()).isEqualTo("osteon-site/9.9.9");
            assertThat(told.skewed()).isTrue();
            assertThat(told.certificateUntil()).isEqualTo(123);
        });
    }

    @Test
    void aSiteThatTellsNothingIsTakenAsItIs() {
        hub.link(node).pullWork(request(0));

        assertThat(presence.told("north")).isEmpty();
        assertThat(presence.contact("north")).isPositive();
    }

    private static PullWorkRequest request(int seconds) {
        return PullWorkRequest.newBuilder().setHoldSeconds(seconds).build();
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not become so").isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
