package org.osteon.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every benchmark runs at a tiny size; what it says of speed then means nothing and is not looked at. */
class BenchmarksTest {
    @TempDir
    Path folder;

    @Test
    void everyBenchmarkRunsAndReportsEachOfItsSides() throws Exception {
        // When
        int code =
                new CommandLine(new Benchmarks()).execute("--small", "--repository", "..", "--out", folder.toString());

        // Then
        assertThat(code).isZero();
        JsonNode lines = new ObjectMapper()
                .readTree(folder.resolve("results.json").toFile())
                .path("lines");
        List<String> sides = new ArrayList<>();
        lines.forEach(line -> sides.add(
                line.path("contest").textValue() + ": " + line.path("side").textValue()));
        assertThat(sides)
                .contains(
                        "Combine 4 updates: Combine.mean with base and SHA-256, written",
                        "Train MLP 64-128-64-2, engine pytorch, batch 256: DP-SGD, noise included",
                        "Train MLP 64-128-64-2, engine java, batch 256: DP-SGD, noise included",
                        "FHIR NDJSON, one view, every line a row: data map to Parquet",
                        "CSV in GB18030, 20 columns, 14 mapped: data map to Parquet",
                        "Verify a log: LogReader.verified",
                        "Write a log, 4096 entries a batch: TileLog.append, each file synced",
                        "Noise on a sum: GridNoise: exact, from AES-256 in counter mode",
                        "Rounds of two sites, by wall time: 8 live pages open");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("results.json");
        }
    }

    @Test
    void anUnknownNameIsAWrongCall() {
        assertThat(new CommandLine(new Benchmarks()).execute("--only", "combine,nothing", "--out", folder.toString()))
                .isEqualTo(2);
    }
}
