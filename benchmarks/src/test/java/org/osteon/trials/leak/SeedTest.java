package org.osteon.trials.leak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.trials.Federation;
import org.osteon.trials.entropy.RecordingProvider;

/**
 * The seeds of sampling and noise are in no file of a site after its rounds: an unmodified agent trains while a
 * security provider before all others writes down, elsewhere, what the kernel's generator gave it.
 */
class SeedTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUNDS = 2;

    @TempDir
    Path folder;

    @Test
    void noSeedIsInAnyFileOfTheSiteAfterItsRounds() throws Exception {
        Path draws = folder.resolve("draws");
        Path properties = Files.write(folder.resolve("java.security"), providers(), StandardCharsets.UTF_8);
        Path all = Files.createDirectory(folder.resolve("all"));
        try (Federation federation = new Federation(all).withHub()) {
            // Given: an agent whose draws are known
            federation.withSite(
                    "hospital",
                    List.of("-Djava.security.properties=" + properties),
                    Map.of(RecordingProvider.FILE, draws.toString()),
                    "--epsilon-ceiling",
                    "5",
                    "--epsilon-total",
                    "10",
                    "--delta-ceiling",
                    "1e-5");
            federation.map("hospital", Path.of("..", "sample-data", "hospital-c", "export.csv"));
            String hub = federation.hub().toString();
            String study = federation
                    .done("study", "publish", study().toString(), "--hub", hub)
                    .path("digest")
                    .asText();
            federation.run("study", "dry-run", study, "--hub", hub);
            assertThat(federation.approve("hospital", study, 4.4, ROUNDS).exit())
                    .isZero();

            // When: it trains, evaluates, and its log has a checkpoint that the hub cosigned
            String run = federation
                    .done("run", "start", study, "--hub", hub)
                    .path("run")
                    .asText();
            JsonNode end = federation.follow(run);
            assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");

            // Then: a seed for the sampling and one for the noise of each round, one for the histograms' noise
            List<Draw> secrets = Files.readAllLines(draws).stream()
                    .filter(line -> line.length() == 64)
                    .map(Draw::new)
                    .toList();
            assertThat(secrets.stream().distinct().count()).isGreaterThanOrEqualTo(2L * ROUNDS + 1);
            LeakScan scan = new LeakScan(secrets);
            Map<String, byte[]> pieces = Containers.below(all);
            List<LeakScan.Find> finds = new ArrayList<>();
            pieces.forEach((where, data) -> finds.addAll(scan.scan(where, data)));
            System.out.println("seed scan: " + secrets.size() + " seeds, " + pieces.size() + " pieces, finds " + finds);
            assertThat(pieces.keySet()).anyMatch(where -> where.endsWith("site.db-wal"));
            assertThat(finds).isEmpty();
        }
    }

    @Test
    void aSeedThatLaySomewhereWouldBeFound() {
        Draw draw = new Draw("00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210");
        byte[] bytes = HexFormat.of().parseHex(draw.hex());
        LeakScan scan = new LeakScan(List.of(draw));

        assertThat(scan.scan("raw", around(bytes))).isNotEmpty();
        assertThat(scan.scan("half", around(Arrays.copyOf(bytes, 16)))).isNotEmpty();
        assertThat(scan.scan("hex", around(draw.hex().getBytes(StandardCharsets.US_ASCII))))
                .isNotEmpty();
        for (int shift = 0; shift < 3; shift++) {
            byte[] before = new byte[shift];
            byte[] encoded = Base64.getEncoder().encode(join(before, bytes));
            assertThat(scan.scan("Base64 at " + shift, around(encoded))).isNotEmpty();
        }
        assertThat(scan.scan("nothing", around(new byte[64]))).isEmpty();
    }

    /** The platform's own providers behind the recording one. */
    private static List<String> providers() {
        List<String> lines = new ArrayList<>(List.of("security.provider.1=" + RecordingProvider.class.getName()));
        int number = 2;
        for (Provider provider : Security.getProviders()) {
            lines.add("security.provider." + number++ + "=" + provider.getName());
        }
        return lines;
    }

    private Path study() throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        ((ObjectNode) study.path("plan")).put("rounds", ROUNDS);
        ((ObjectNode) study.path("participation")).put("quorum", 1);
        return Files.write(folder.resolve("study.json"), JSON.writeValueAsBytes(study));
    }

    private static byte[] around(byte[] middle) {
        return join(join(new byte[] {1, 2, 3}, middle), new byte[] {4, 5});
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
