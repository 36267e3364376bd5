package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;

/**
 * An update goes over a link of 10 Mbit/s that loses a packet in twenty and is cut again and again: it arrives, and
 * what was sent twice stays small. Small here; the whole size is asked for by properties:
 *
 * <pre>{@code mvn -pl benchmarks -am verify -Dtest=SlowLinkTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dosteon.slow-link.mib=795 -Dosteon.slow-link.seconds=60}</pre>
 */
class SlowLinkTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SITE = "site-far";
    private static final int MIB = Integer.getInteger("osteon.slow-link.mib", 12);
    private static final int SECONDS_BETWEEN_CUTS = Integer.getInteger("osteon.slow-link.seconds", 5);
    private static final long CUT_MILLIS = 2000;
    private static final long HOURS = 2;

    /** A cut loses one chunk of 1 MiB at most, which is 1.4 % of the 75 MB that a minute at 10 Mbit/s carries. */
    private static final double MOST_TWICE = 0.05;

    @TempDir
    Path folder;

    @Test
    void anUpdateArrivesOverALinkThatIsCutAgainAndAgain() throws Exception {
        Path studyFile = study();
        Study study = Study.read(Files.readAllBytes(studyFile));
        try (SlowLink link = new SlowLink("10mbit", 0.05);
                Federation federation =
                        new Federation(folder).at(link.address()).withHub()) {
            federation.enrol(SITE);
            String hub = federation.hub().toString();
            federation.done("study", "publish", studyFile.toString(), "--hub", hub);
            Process site = federation.launch(
                    "far",
                    link.far(),
                    List.of("-Xmx256m"),
                    FarSite.class.getName(),
                    List.of(
                            federation.site(SITE).toString(),
                            studyFile.toString(),
                            federation.officerKey(SITE).toString(),
                            federation.passphrase().toString(),
                            folder.resolve("work").toString()),
                    Map.of());
            until("approved", site, federation);
            String run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            until("pushing", site, federation);

            // When
            int cuts = 0;
            long limit = System.nanoTime() + TimeUnit.HOURS.toNanos(HOURS);
            while (!site.waitFor(SECONDS_BETWEEN_CUTS, TimeUnit.SECONDS) && System.nanoTime() < limit) {
                link.cut(CUT_MILLIS);
                cuts++;
                System.out.println(
                        "slow link: cut " + cuts + ", " + received(federation) / 1_048_576 + " MiB are there");
            }

            // Then
            assertThat(site.isAlive()).isFalse();
            assertThat(site.exitValue()).as(federation.errors("far")).isZero();
            List<String> said = said(federation);
            JsonNode sent = JSON.readTree(said.get(said.size() - 1));
            long unique = sent.path("unique").asLong();
            double twice = (double) (sent.path("objects").asLong() - unique) / unique;
            System.out.printf(
                    "slow link: %d MiB over 10 Mbit/s with 5 %% loss, %d cuts, %d tries, %.0f s; %.2f %% sent twice, "
                            + "announcements %.2f %%%n",
                    unique / 1_048_576,
                    cuts,
                    sent.path("tries").asInt(),
                    sent.path("seconds").asDouble(),
                    100 * twice,
                    100.0 * sent.path("announced").asLong() / unique);
            assertThat(cuts).isPositive();
            assertThat(sent.path("tries").asInt()).as("a cut was felt").isGreaterThan(1);
            // A small update is cut after fewer bytes: one chunk a cut, and the announcement.
            double most = Math.max(MOST_TWICE, (cuts * 1.1 * 1_048_576) / unique);
            assertThat(twice).isLessThanOrEqualTo(most);
            JsonNode end = federation.follow(run);
            assertThat(end.path("state").asText())
                    .as(end + federation.troubles())
                    .isEqualTo("completed");
            JsonNode model = federation.done("model", "show", end.path("model").asText(), "--hub", hub);
            assertThat(model.path("inputs").path(0).path("update").asText())
                    .isEqualTo(sent.path("update").asText());
        }
    }

    private static long received(Federation federation) throws IOException {
        Path spool = federation.hub().resolve("spool");
        if (!Files.isDirectory(spool)) {
            return 0;
        }
        try (var files = Files.walk(spool)) {
            return files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum();
        }
    }

    private static void until(String word, Process site, Federation federation) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (!said(federation).contains(word)) {
            if (!site.isAlive() || System.nanoTime() > limit) {
                throw new AssertionError("the site did not get to '" + word + "': " + federation.errors("far"));
            }
            Thread.sleep(100);
        }
    }

    private static List<String> said(Federation federation) throws IOException {
        return Files.readAllLines(federation.folder().resolve("logs").resolve("far.out"));
    }

    private Path study() throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        study.put("name", "slow-link");
        ObjectNode model = (ObjectNode) study.path("model");
        model.put("template", "softmax");
        model.set(
                "arrays",
                JSON.valueToTree(List.of(
                        ArraySpec.shared("weight", "float32", 256, 1024 * MIB - 1),
                        ArraySpec.shared("bias", "float32", 256))));
        ((ObjectNode) study.path("plan")).put("rounds", 1);
        ((ObjectNode) study.path("evaluation")).put("heldOutFraction", 0);
        ObjectNode participation = (ObjectNode) study.path("participation");
        participation.set("sites", JSON.valueToTree(List.of(SITE)));
        participation.put("quorum", 1);
        participation.put("roundSeconds", (int) TimeUnit.HOURS.toSeconds(HOURS));
        return Files.write(folder.resolve("study.json"), CanonicalJson.write(study));
    }
}
