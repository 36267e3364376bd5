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
import org.osteon.protocol.sign.KeyFile;

/** A site that is revoked in mid-round is not in the round's model, also when its update had been accepted. */
class RevokeTest {
    private static final List<String> SITES = List.of("east", "north", "south");
    private static final int QUORUM = 2;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private Federation federation;
    private String hub;
    private String run;

    @Test
    void anAcceptedUpdateOfARevokedSiteIsExcludedAndTheRoundJudgedAgain() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: north and south were accepted, which is the quorum; east is awaited
            federation = made;
            hub = federation.hub().toString();
            Path file = TrialStudy.write(folder.resolve("study.json"), "revoke", SITES, tree -> {
                TrialStudy.part(tree, "plan").put("rounds", 1);
                TrialStudy.part(tree, "participation").put("quorum", QUORUM);
            });
            Study study = Study.read(Files.readAllBytes(file));
            federation.done("study", "publish", file.toString(), "--hub", hub);
            char[] passphrase =
                    Files.readString(federation.passphrase()).strip().toCharArray();
            List<SteadySite> sites = new ArrayList<>();
            for (String name : SITES) {
                WireSite wire = new WireSite(federation.enrol(name));
                Digest capsule = wire.approve(study, KeyFile.readEncrypted(federation.officerKey(name), passphrase));
                sites.add(new SteadySite(wire, study, capsule, folder.resolve(name)));
            }
            run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            SteadySite east = sites.get(0);
            assertThat(sites.get(1).push(sites.get(1).answer(sites.get(1).pull())))
                    .isTrue();
            assertThat(sites.get(2).push(sites.get(2).answer(sites.get(2).pull())))
                    .isTrue();
            SteadySite.Question asked = east.pull();
            assertThat(round(show()).path("counted").toString()).isEqualTo("[\"north\",\"south\"]");

            // When
            federation.done("coordinator", "revoke", hub, "--site", "south");

            // Then: the round goes on without it, below its quorum until east has answered
            JsonNode view = until(state -> round(state).path("counted").size() == 1);
            assertThat(view.path("state").asText()).isEqualTo("running");
            assertThat(round(view).path("rejected").toString())
                    .isEqualTo("[{\"reason\":\"SITE_REVOKED\",\"site\":\"south\"}]");
            assertThat(east.push(east.answer(asked))).isTrue();
            JsonNode end = until(state -> "completed".equals(state.path("state").asText()));
            assertThat(round(end).path("counted").toString()).isEqualTo("[\"east\",\"north\"]");

            // The model is the mean of the two others, as this test adds them up, and is not that of all three
            JsonNode model = federation.done("model", "show", end.path("model").asText(), "--hub", hub);
            assertThat(model.path("inputs"))
                    .extracting(input -> input.path("site").asText())
                    .containsExactly("east", "north");
            assertThat(model.path("arrays").asText())
                    .isEqualTo(mean(asked.base(), "east", "north"))
                    .isNotEqualTo(mean(asked.base(), "east", "north", "south"));
            assertThat(model.path("rejected").path(0).path("reason").asText()).isEqualTo("SITE_REVOKED");
            assertThat(federation
                            .done("round", "replay", run, "1", "--hub", hub)
                            .path("ok")
                            .asBoolean())
                    .isTrue();
            assertThat(types())
                    .containsSubsequence(
                            "update-accepted",
                            "update-accepted",
                            "site-revoked",
                            "update-rejected",
                            "update-accepted",
                            "round-closed");
        }
    }

    @Test
    void aRoundThatFallsBelowItsQuorumByARevocationStalls() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: a paused run, so that the revocation comes before the round is judged
            federation = made;
            hub = federation.hub().toString();
            List<String> two = List.of("north", "south");
            Path file = TrialStudy.write(
                    folder.resolve("study.json"),
                    "revoke",
                    two,
                    tree -> TrialStudy.part(tree, "plan").put("rounds", 1));
            Study study = Study.read(Files.readAllBytes(file));
            federation.done("study", "publish", file.toString(), "--hub", hub);
            char[] passphrase =
                    Files.readString(federation.passphrase()).strip().toCharArray();
            List<SteadySite> sites = new ArrayList<>();
            for (String name : two) {
                WireSite wire = new WireSite(federation.enrol(name));
                Digest capsule = wire.approve(study, KeyFile.readEncrypted(federation.officerKey(name), passphrase));
                sites.add(new SteadySite(wire, study, capsule, folder.resolve(name)));
            }
            run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            List<SteadySite.Question> asked =
                    sites.stream().map(SteadySite::pull).toList();
            federation.done("run", "pause", run, "--hub", hub);
            for (int i = 0; i < two.size(); i++) {
                assertThat(sites.get(i).push(sites.get(i).answer(asked.get(i)))).isTrue();
            }

            // When
            federation.done("coordinator", "revoke", hub, "--site", "south");
            federation.done("run", "resume", run, "--hub", hub);

            // Then
            JsonNode view = until(state -> !"running".equals(state.path("state").asText()));
            assertThat(view.path("state").asText()).isEqualTo("stalled");
            assertThat(round(view).path("counted").toString()).isEqualTo("[\"north\"]");
            assertThat(types()).containsSubsequence("site-revoked", "update-rejected", "run-stalled");
        }
    }

    private String mean(byte[] base, String... sites) throws Exception {
        List<byte[]> updates = new ArrayList<>();
        for (String site : sites) {
            updates.add(Files.readAllBytes(folder.resolve(site).resolve("update-1")));
        }
        return Digest.of(RoundJudge.mean(base, updates)).hex();
    }

    private static JsonNode round(JsonNode view) {
        return view.path("rounds").path(0);
    }

    private JsonNode show() {
        return federation.done("run", "show", run, "--hub", hub);
    }

    private interface Condition {
        boolean holds(JsonNode view);
    }

    private JsonNode until(Condition condition) {
        long end = System.nanoTime() + LIMIT;
        JsonNode view = show();
        while (!condition.holds(view)) {
            assertThat(System.nanoTime()).as(view.toString()).isLessThan(end);
            view = federation.done(
                    "run", "show", run, "--unless-state", view.path("stateKey").asText(), "--hub", hub);
        }
        return view;
    }

    private List<String> types() {
        List<String> types = new ArrayList<>();
        federation
                .done("audit", "log", "--hub", hub)
                .path("entries")
                .forEach(event -> types.add(event.path("type").asText()));
        return types;
    }
}
