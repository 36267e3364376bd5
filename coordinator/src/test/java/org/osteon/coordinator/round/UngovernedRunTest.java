package org.osteon.coordinator.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.RegisterFlowerNodeRequest;
import org.osteon.protocol.v1.RevokeSiteRequest;
import org.osteon.protocol.v1.RunRef;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.UngovernedRunRequest;
import org.slf4j.LoggerFactory;

class UngovernedRunTest {
    @TempDir
    Path folder;

    private RunningHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aRunThatNobodyCanTakePartInStalls() {
        // Given: no Flower node is registered
        JsonNode started =
                tree(hub.as("engineer").startUngovernedRun(request().build()).getJson());
        String run = started.path("run").asText();

        // When
        JsonNode stalled = whenNot("running", run);
        hub.as("engineer").resumeRun(RunRef.newBuilder().setRun(run).build());
        JsonNode again = whenNot("running", run);

        // Then: it waits for a person, and says so once each time
        assertThat(List.of(stalled, again))
                .allSatisfy(view -> assertThat(view.path("state").asText()).isEqualTo("stalled"));
        int stalls = 0;
        for (JsonNode event : tree(hub.as("engineer")
                        .events(EventsRequest.getDefaultInstance())
                        .getJson())
                .path("entries")) {
            assertThat(event.path("type").asText()).isNotEqualTo("round-opened");
            stalls += "run-stalled".equals(event.path("type").asText()) ? 1 : 0;
        }
        assertThat(stalls).isEqualTo(2);
    }

    @Test
    void aRoundDoesNotWaitForARevokedNode() {
        // Given: a round that waits for its only node
        String node = tree(hub.as("operator")
                        .registerFlowerNode(RegisterFlowerNodeRequest.newBuilder()
                                .setNodeKeyPem(
                                        SigningKey.ecdsaP384().publicKey().pem())
                                .build())
                        .getJson())
                .path("site")
                .asText();
        String run = tree(hub.as("engineer")
                        .startUngovernedRun(request().build())
                        .getJson())
                .path("run")
                .asText();
        JsonNode asked = whenNot("running/0/train/0", "stateKey", run);
        assertThat(asked.path("waitingFor").path(0).path("site").asText()).isEqualTo(node);

        // When
        hub.as("operator")
                .revokeSite(RevokeSiteRequest.newBuilder().setSite(node).build());

        // Then: long before its deadline
        assertThat(whenNot("running", run).path("state").asText()).isEqualTo("stalled");
    }

    @Test
    void aStepThatFailedIsTriedAgain() throws InterruptedException {
        // Given: a hub that cannot write what a round begins with, as on a full disk
        hub.as("operator")
                .registerFlowerNode(RegisterFlowerNodeRequest.newBuilder()
                        .setNodeKeyPem(SigningKey.ecdsaP384().publicKey().pem())
                        .build());
        HubStore store = hub.part(HubStore.class);
        store.writeNow(sql -> sql.sql("CREATE TRIGGER full_disk BEFORE INSERT ON instruction BEGIN"
                        + " SELECT RAISE(ABORT, 'database or disk is full'); END")
                .update());
        CountDownLatch failed = new CountDownLatch(1);
        Logger log = (Logger) LoggerFactory.getLogger(Rounds.class);
        AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                failed.countDown();
            }
        };
        listener.start();
        log.addAppender(listener);
        try {
            String run = tree(hub.as("engineer")
                            .startUngovernedRun(request().build())
                            .getJson())
                    .path("run")
                    .asText();
            assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
            JsonNode waits = tree(hub.as("engineer")
                            .showRun(ShowRunRequest.newBuilder().setRun(run).build())
                            .getJson())
                    .path("waitingFor");
            assertThat(waits.path(0).path("site").asText()).isEqualTo("hub");
            assertThat(waits.path(0).path("why").asText()).isEqualTo("HUB_TRIES_AGAIN");

            // When
            store.writeNow(sql -> sql.sql("DROP TRIGGER full_disk").update());

            // Then: nobody else had to do anything
            JsonNode asked = whenNot("running/0/train/0", "stateKey", run);
            assertThat(asked.path("waitingFor").findValuesAsText("site")).anyMatch(site -> site.startsWith("flower-"));
        } finally {
            log.detachAppender(listener);
        }
    }

    @Test
    void aPlanWithoutRoundsNodesOrArraysIsRefused() {
        NamedArray overflowing = NamedArray.newBuilder()
                .setName("weight")
                .setDtype("float32")
                .addAllShape(Collections.nCopies(4, Integer.MAX_VALUE))
                .build();
        for (UngovernedRunRequest wrong : List.of(
                request().setRounds(0).build(),
                request().setRounds(Integer.MIN_VALUE).build(),
                request().setNodes(0).build(),
                request().setNodes(Integer.MAX_VALUE).build(),
                request().clearArrays().build(),
                request().addArrays(overflowing).build(),
                request().setStrategy("fedbest").build(),
                request().setMessageType("system").build(),
                request().setMessageType("train.").build(),
                request().setMessageType("query.not an action").build(),
                request().setStrategy("fedmedian").build(),
                request()
                        .setStrategy("fedavgm")
                        .putStrategyOptions("momentum", "1.5")
                        .build(),
                request()
                        .setStrategy("krum")
                        .setNodes(5)
                        .putStrategyOptions("f", "1")
                        .build())) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class, () -> hub.as("engineer").startUngovernedRun(wrong));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void aRoundAsksWhatItsRunWasStartedWith() {
        // Given: somebody who could answer
        hub.as("operator")
                .registerFlowerNode(RegisterFlowerNodeRequest.newBuilder()
                        .setNodeKeyPem(SigningKey.ecdsaP384().publicKey().pem())
                        .build());

        // When
        String run = tree(hub.as("engineer")
                        .startUngovernedRun(
                                request().setMessageType("query.census").build())
                        .getJson())
                .path("run")
                .asText();

        // Then
        JsonNode asked = whenNot("running/0/query.census/0", "stateKey", run);
        assertThat(asked.path("rounds").path(0).path("exchange").asText()).isEqualTo("query.census");
        assertThat(asked.path("rounds").path(0).path("closed").asBoolean()).isFalse();
    }

    private JsonNode whenNot(String state, String run) {
        return whenNot(state, "state", run);
    }

    private JsonNode whenNot(String value, String field, String run) {
        JsonNode view = tree(hub.as("engineer")
                .showRun(ShowRunRequest.newBuilder().setRun(run).build())
                .getJson());
        for (int i = 0; i < 10 && value.equals(view.path(field).asText()); i++) {
            view = tree(hub.as("engineer")
                    .showRun(ShowRunRequest.newBuilder()
                            .setRun(run)
                            .setUnlessState(view.path("stateKey").asText())
                            .setHoldSeconds(5)
                            .build())
                    .getJson());
        }
        return view;
    }

    private static UngovernedRunRequest.Builder request() {
        return UngovernedRunRequest.newBuilder()
                .setRounds(1)
                .setNodes(1)
                .addArrays(NamedArray.newBuilder()
                        .setName("bias")
                        .setDtype("float32")
                        .addShape(2)
                        .setData(ByteString.copyFrom(new byte[8])))
                .setFab(ByteString.copyFrom(StubFab.bytes()));
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }
}
