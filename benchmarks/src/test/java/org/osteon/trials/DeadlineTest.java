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

/** A round ends at its deadline also when the hub was killed in between and nobody calls any more. */
class DeadlineTest {
    private static final List<String> SITES = List.of("north", "south");
    private static final int ROUND_SECONDS = 20;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    @Test
    void aRoundThatAwaitsAnAbsentSiteClosesAfterARestart() throws Exception {
        try (Federation federation = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: two sites have approved, one of them has answered
            String hub = federation.hub().toString();
            Path file = TrialStudy.write(folder.resolve("study.json"), "deadline", SITES, tree -> {
                TrialStudy.part(tree, "plan").put("rounds", 1);
                TrialStudy.part(tree, "participation").put("quorum", 1).put("roundSeconds", ROUND_SECONDS);
            });
            Study study = Study.read(Files.readAllBytes(file));
            List<WireSite> wires = new ArrayList<>();
            for (String name : SITES) {
                wires.add(new WireSite(federation.enrol(name)));
            }
            federation.done("study", "publish", file.toString(), "--hub", hub);
            char[] passphrase =
                    Files.readString(federation.passphrase()).strip().toCharArray();
            Digest capsule = study.digest();
            for (WireSite wire : wires) {
                capsule = wire.approve(study, KeyFile.readEncrypted(federation.officerKey(wire.name()), passphrase));
            }
            String run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            WireSite wire = wires.get(1);
            wire.activate();
            SteadySite site = new SteadySite(wire, study, capsule, folder.resolve("files"));
            assertThat(site.push(site.answer(site.pull()))).isTrue();

            // When
            federation.kill("hub");
            wires.forEach(WireSite::close);
            federation.startHub();

            // Then
            long until = System.nanoTime() + LIMIT;
            JsonNode view = federation.done("run", "show", run, "--hub", hub);
            while ("running".equals(view.path("state").asText()) && System.nanoTime() < until) {
                view = federation.done(
                        "run",
                        "show",
                        run,
                        "--unless-state",
                        view.path("stateKey").asText(),
                        "--hub",
                        hub);
            }
            assertThat(view.path("state").asText()).as(view.toString()).isEqualTo("completed");
            assertThat(view.path("rounds").path(0).path("counted")).hasSize(1);
        }
    }
}
