package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.sign.KeyFile;

/** A paused run asks nothing new, takes what a site works on already, and is paused also after the hub was killed. */
class PauseTest {
    private static final List<String> SITES = List.of("north", "south");
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private Federation federation;
    private String hub;
    private String run;

    @Test
    void aPausedRunAsksNothingNewAndTakesWhatIsInWork() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: north has taken the round's question, south has not
            federation = made;
            hub = federation.hub().toString();
            Path file = TrialStudy.write(
                    folder.resolve("study.json"),
                    "pause",
                    SITES,
                    tree -> TrialStudy.part(tree, "plan").put("rounds", 1));
            Study study = Study.read(Files.readAllBytes(file));
            federation.done("study", "publish", file.toString(), "--hub", hub);
            char[] passphrase =
                    Files.readString(federation.passphrase()).strip().toCharArray();
            List<SteadySite> sites = new ArrayList<>();
            List<WireSite> wires = new ArrayList<>();
            for (String name : SITES) {
                WireSite wire = new WireSite(federation.enrol(name));
                Digest capsule = wire.approve(study, KeyFile.readEncrypted(federation.officerKey(name), passphrase));
                wires.add(wire);
                sites.add(new SteadySite(wire, study, capsule, folder.resolve("files-" + name)));
            }
            run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            SteadySite north = sites.get(0);
            SteadySite south = sites.get(1);
            SteadySite.Question asked = north.pull();

            // When
            JsonNode paused = federation.done("run", "pause", run, "--hub", hub);

            // Then: who, when, and who is awaited
            assertThat(paused.path("state").asText()).isEqualTo("paused");
            assertThat(paused.path("pausedBy").asText()).isNotEmpty();
            assertThat(why("north")).isEqualTo("COMPUTING_OR_SENDING");
            assertThat(why("south")).isEqualTo("WITHHELD_BY_PAUSE");
            assertThat(federation.run("run", "pause", run, "--hub", hub).exit()).isEqualTo(2);
            nothingIsHandedTo(wires.get(1), south);

            // What north works on is taken, and closes nothing
            assertThat(north.push(north.answer(asked))).isTrue();
            JsonNode view = show();
            assertThat(view.path("rounds").path(0).path("counted").toString()).isEqualTo("[\"north\"]");
            assertThat(view.path("rounds").path(0).path("closed").asBoolean(true))
                    .isFalse();

            // Killed and started again it is paused by the same person since the same moment
            federation.kill("hub");
            federation.startHub();
            JsonNode again = show();
            assertThat(again.path("state").asText()).isEqualTo("paused");
            assertThat(again.path("pausedBy")).isEqualTo(paused.path("pausedBy"));
            assertThat(again.path("pausedSince")).isEqualTo(paused.path("pausedSince"));
            nothingIsHandedTo(wires.get(1), south);

            // Resumed, south gets the question that was withheld, and nobody is asked twice
            JsonNode resumed = federation.done("run", "resume", run, "--hub", hub);
            assertThat(resumed.path("state").asText()).isEqualTo("running");
            assertThat(resumed.has("pausedBy")).isFalse();
            assertThat(south.push(south.answer(south.pull()))).isTrue();
            assertThat(until("completed").path("rounds").path(0).path("counted").toString())
                    .isEqualTo("[\"north\",\"south\"]");
            assertThat(types())
                    .containsSubsequence(
                            "instruction-sent",
                            "instruction-sent",
                            "run-paused",
                            "update-accepted",
                            "run-resumed",
                            "update-accepted",
                            "round-closed",
                            "run-completed");
            assertThat(types().stream().filter("instruction-sent"::equals)).hasSize(2);

            // A paused run can be stopped, and goes on from there
            run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            federation.done("run", "pause", run, "--hub", hub);
            assertThat(federation
                            .done("run", "stop", run, "--hub", hub)
                            .path("state")
                            .asText())
                    .isEqualTo("stopped");
            assertThat(federation.run("run", "pause", run, "--hub", hub).exit()).isEqualTo(2);
            assertThat(federation
                            .done("run", "resume", run, "--hub", hub)
                            .path("state")
                            .asText())
                    .isEqualTo("running");
            wires.forEach(WireSite::close);
        }
    }

    /**
     * Also a site that says it has just started gets nothing, at the end of a poll that was held as long as polls are.
     */
    private static void nothingIsHandedTo(WireSite wire, SteadySite site) {
        wire.activate();
        assertThat(wire.fleet()
                        .withWaitForReady()
                        .pullMessages(PullMessagesRequest.newBuilder()
                                .setNode(site.node())
                                .build())
                        .getMessagesListList())
                .isEmpty();
    }

    private JsonNode show() {
        return federation.done("run", "show", run, "--hub", hub);
    }

    private String why(String site) {
        for (JsonNode awaited : show().path("waitingFor")) {
            if (awaited.path("site").asText().equals(site)) {
                return awaited.path("why").asText();
            }
        }
        return "";
    }

    private JsonNode until(String state) {
        long end = System.nanoTime() + LIMIT;
        JsonNode view = show();
        while (!view.path("state").asText().equals(state) && System.nanoTime() < end) {
            view = federation.done(
                    "run", "show", run, "--unless-state", view.path("stateKey").asText(), "--hub", hub);
        }
        assertThat(view.path("state").asText()).as(view.toString()).isEqualTo(state);
        return view;
    }

    private List<String> types() {
        List<String> types = new ArrayList<>();
        federation.done("audit", "log", "--hub", hub).path("entries").forEach(event -> {
            if (event.path("subject").asText().startsWith(run)) {
                types.add(event.path("type").asText());
            }
        });
        return types;
    }
}
