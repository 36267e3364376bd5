package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The GLOW study over its six real sites (Hosmer, Lemeshow and Sturdivant): six agents as processes of their own, exact
 * mode through the real round protocol, against a pooled fit of the original file by a program that shares no code with
 * Osteon.
 */
class GlowTest {
    private static final int SITES = 6;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void sixSitesFitWhatThePooledRowsFit() throws Exception {
        Path csv = SharedData.of("ortho/glow500.csv");
        JsonNode expected = JSON.readTree(
                        SharedData.of("ortho/expected-results.json").toFile())
                .path("exact")
                .path("glow_logit_age_priorfrac_raterisk")
                .path("coef");
        try (Federation federation = new Federation(folder).withHub()) {
            // Given: each agent has its own site's rows only
            List<String> names = new ArrayList<>();
            for (int site = 1; site <= SITES; site++) {
                String name = "glow-" + site;
                names.add(name);
                federation.withSite(name, "--k", "10", "--allow-exact");
                federation.map(name, rowsOf(csv, site));
            }
            Path study = study();
            String digest = federation
                    .done(
                            "study",
                            "publish",
                            study.toString(),
                            "--hub",
                            federation.hub().toString())
                    .path("digest")
                    .asText();
            federation.done("study", "list", "--hub", federation.hub().toString());
            for (JsonNode answer : federation
                    .run("study", "dry-run", digest, "--hub", federation.hub().toString())
                    .json()
                    .path("answers")) {
                // Whether a cell is small follows from the rows; that is told to the officer alone.
                assertThat(answer.path("verdict").asText())
                        .as(answer.toString())
                        .isEqualTo("would-accept");
            }
            for (String name : names) {
                // The officer sees the smallest cell; below the site's k the agent refuses without a waiver.
                JsonNode review = federation.done(
                        "officer", "review", federation.site(name).toString(), digest);
                if (review.path("smallestCell").asInt() < 10) {
                    assertThat(federation.approve(name, digest, 0, 8).exit()).isEqualTo(3);
                }
                Federation.Answer approved = federation.approve(name, digest, 0, 8, "--waive", "SMALL_CELL");
                assertThat(approved.exit()).as(approved.error()).isZero();
            }

            // When
            String run = federation
                    .done("run", "start", digest, "--hub", federation.hub().toString())
                    .path("run")
                    .asText();
            JsonNode end = federation.follow(run);

            // Then
            assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
            double[] fitted = coefficients(federation, end.path("model").asText());
            double[] pooled = pooled(csv);
            for (int i = 0; i < pooled.length; i++) {
                assertThat(fitted[i]).isCloseTo(pooled[i], within(1e-6));
                assertThat(Math.round(fitted[i] * 1e4) / 1e4)
                        .isEqualTo(expected.path(i).asDouble());
            }
            JsonNode budget = federation
                    .done("data", "budget", federation.site("glow-1").toString())
                    .path("sets")
                    .path(0);
            assertThat(budget.path("exactReleaseMade").asBoolean()).isTrue();
            assertThat(budget.path("epsilon").asDouble()).isZero();
            assertThat(federation
                            .run("site", "journal", federation.site("glow-1").toString(), "--verify")
                            .exit())
                    .isZero();
        }
    }

    private Path rowsOf(Path csv, int site) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        List<String> rows = new ArrayList<>(List.of(lines.get(0)));
        lines.stream()
                .skip(1)
                .filter(line -> line.split(",")[1].equals(Integer.toString(site)))
                .forEach(rows::add);
        Path input = Files.createDirectories(folder.resolve("input-" + site));
        return Files.write(input.resolve("glow.csv"), rows);
    }

    private Path study() throws IOException {
        Path sample = Path.of("..", "sample-data", "studies", "glow-exact.json");
        ObjectNode study = (ObjectNode) JSON.readTree(sample.toFile());
        return Files.writeString(folder.resolve("study.json"), JSON.writeValueAsString(study));
    }

    /** Intercept, age, prior fracture, Same, Greater: as the stored model has them. */
    private double[] coefficients(Federation federation, String model) throws IOException {
        Path file = folder.resolve("model.safetensors");
        federation.done(
                "model",
                "export",
                model,
                "--out",
                file.toString(),
                "--hub",
                federation.hub().toString());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        byte[] header = new byte[length];
        bytes.get(header);
        JsonNode arrays = JSON.readTree(new String(header, StandardCharsets.UTF_8));
        int data = 8 + length;
        int weight = data + arrays.path("weight").path("data_offsets").path(0).asInt();
        int bias = data + arrays.path("bias").path("data_offsets").path(0).asInt();
        assertThat(arrays.path("weight").path("dtype").asText()).isEqualTo("F64");
        return new double[] {
            bytes.getDouble(bias),
            bytes.getDouble(weight),
            bytes.getDouble(weight + 8),
            bytes.getDouble(weight + 16),
            bytes.getDouble(weight + 24)
        };
    }

    /** A fit of the original file by a Python program of the standard library, in a process of its own. */
    private double[] pooled(Path csv) throws IOException, InterruptedException {
        Path out = folder.resolve("pooled.json");
        Process python = new ProcessBuilder(
                        "python3",
                        Path.of("src", "test", "python", "pooled_logit.py")
                                .toAbsolutePath()
                                .toString(),
                        csv.toString())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(python.waitFor()).as("python3 with the standard library").isZero();
        JsonNode list = JSON.readTree(out.toFile());
        double[] coefficients = new double[list.size()];
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = list.path(i).asDouble();
        }
        return coefficients;
    }
}
