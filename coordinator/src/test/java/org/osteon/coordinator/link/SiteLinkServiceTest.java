package org.osteon.coordinator.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.RunningHub;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.IssueTokenRequest;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PullWorkResponse;
import org.osteon.protocol.v1.PushCosignatureRequest;
import org.osteon.protocol.v1.PushLogRequest;

class SiteLinkServiceTest {
    @TempDir
    Path folder;

    private RunningHub hub;
    private SigningKey north;
    private SigningKey south;

    @BeforeEach
    void start() throws Exception {
        hub = new RunningHub(folder.resolve("hub"));
        north = hub.site("north");
        south = hub.site("south");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aPollThatCannotBeAnsweredEndsAloneAndTheNextOneIsTaken() throws Exception {
        // Given: north waits for news
        ListenableFuture<PullWorkResponse> waiting = hub.later(north)
                .pullWork(PullWorkRequest.newBuilder()
                        .setHubCheckpointSize(logSize())
                        .setHoldSeconds(25)
                        .build());

        // When: south names a size no log ever had, twice
        for (int i = 0; i < 2; i++) {
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "SIZE_OUT_OF_RANGE",
                    () -> hub.link(south)
                            .pullWork(PullWorkRequest.newBuilder()
                                    .setHubCheckpointSize(-1)
                                    .setHoldSeconds(25)
                                    .build()));
        }
        hub.as("operator")
                .issueToken(IssueTokenRequest.newBuilder().setSite("east").build());
        logSize();

        // Then: north hears of the growth, and south is answered when it asks rightly
        assertThat(waiting.get(20, TimeUnit.SECONDS).getHubCheckpoint().isEmpty())
                .isFalse();
        assertThat(hub.link(south)
                        .pullWork(PullWorkRequest.getDefaultInstance())
                        .getHubCheckpoint()
                        .isEmpty())
                .isFalse();
    }

    @Test
    void whatIsNoCosignatureIsMalformed() {
        for (String line : new String[] {"", "x", "— south !", "— a\n— b"}) {
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "CHECKPOINT_MALFORMED",
                    () -> hub.link(south)
                            .pushCosignature(PushCosignatureRequest.newBuilder()
                                    .setSize(logSize())
                                    .setCosignature(ByteString.copyFromUtf8(line))
                                    .build()));
        }
    }

    @Test
    void anEntryInAnotherFormThanTheCanonicalOneIsRefused() {
        // Given: the same entry as a log has it, in another encoding and with a space
        byte[] leaf = EventDraft.of(EventType.PROCESS_STARTED, "south", "site")
                .at("ortho-net", hub.folder().root().siteLogOrigin("south"), 0, Instant.parse("2026-01-31T08:00:00Z"))
                .leaf();
        String text = new String(leaf, StandardCharsets.UTF_8);

        for (byte[] other :
                new byte[][] {text.getBytes(StandardCharsets.UTF_16), (" " + text).getBytes(StandardCharsets.UTF_8)}) {
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "ENTRY_MALFORMED",
                    () -> hub.link(south)
                            .pushLog(PushLogRequest.newBuilder()
                                    .addEntries(ByteString.copyFrom(other))
                                    .build()));
        }
        hub.link(south)
                .pushLog(PushLogRequest.newBuilder()
                        .addEntries(ByteString.copyFrom(leaf))
                        .build());
    }

    private long logSize() {
        String status = hub.as("operator").status(Empty.getDefaultInstance()).getJson();
        return CanonicalJson.readTree(status.getBytes(StandardCharsets.UTF_8))
                .path("logSize")
                .asLong();
    }

    private static void assertRefused(Status.Code code, String reason, ThrowingCallable call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.getStatus().getDescription()).startsWith(reason + ": ");
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
    }
}
