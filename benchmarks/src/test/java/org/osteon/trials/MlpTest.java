package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.InitialModel;
import org.osteon.protocol.document.Study;

/** A network with a hidden layer, trained by patient-level DP-SGD on PyTorch in the agent's own process. */
class MlpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<ArraySpec> ARRAYS = List.of(
            ArraySpec.shared("layer1.weight", "float32", 8, 11),
            ArraySpec.shared("layer1.bias", "float32", 8),
            ArraySpec.shared("layer2.weight", "float32", 2, 8),
            ArraySpec.shared("layer2.bias", "float32", 2));

    @TempDir
    Path folder;

    @Test
    void aRunOfAnMlpCompletesWithinItsNormBound() throws Exception {
        Path all = Files.createDirectory(folder.resolve("all"));
        try (Federation federation = new Federation(all).withHub()) {
            // Given
            federation.withSite(
                    "hospital", "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5");
            federation.map("hospital", Path.of("..", "sample-data", "hospital-c", "export.csv"));
            String hub = federation.hub().toString();
            Path file = study();
            String study = federation
                    .done("study", "publish", file.toString(), "--hub", hub)
                    .path("digest")
                    .asText();
            JsonNode asked = federation.done("study", "dry-run", study, "--hub", hub);
            assertThat(asked.path("answers").path(0).path("verdict").asText())
                    .as(asked.toString())
                    .isEqualTo("would-accept");
            Federation.Answer approved = federation.approve("hospital", study, 4.4, 2);
            assertThat(approved.exit()).as(approved.error()).isZero();

            // When
            String run = federation
                    .done("run", "start", study, "--hub", hub)
                    .path("run")
                    .asText();
            JsonNode end = federation.follow(run);

            // Then
            assertThat(end.path("state").asText())
                    .as(end + federation.troubles())
                    .isEqualTo("completed");
            for (JsonNode round : end.path("rounds")) {
                assertThat(round.path("counted").toString()).contains("hospital");
            }
            assertThat(federation
                            .done("round", "replay", run, "1", "--hub", hub)
                            .path("ok")
                            .asBoolean())
                    .isTrue();
            // And: it started from the study's public initial model, and moved
            String initial = Digest.of(InitialModel.payload(
                            Study.read(Files.readAllBytes(file)).model()))
                    .hex();
            JsonNode model = federation.done("model", "show", end.path("model").asText(), "--hub", hub);
            assertThat(model.path("arrays").asText()).isNotEqualTo(initial);
            while (!model.path("parents").isEmpty()) {
                model = federation.done(
                        "model", "show", model.path("parents").path(0).asText(), "--hub", hub);
            }
            assertThat(model.path("arrays").asText()).isEqualTo(initial);
        }
    }

    private Path study() throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        ObjectNode model = (ObjectNode) study.path("model");
        model.put("template", "mlp");
        model.set("hidden", JSON.valueToTree(List.of(8)));
        model.set("arrays", JSON.valueToTree(ARRAYS));
        ((ObjectNode) study.path("plan")).put("rounds", 2);
        ((ObjectNode) study.path("participation")).put("quorum", 1);
        return Files.write(folder.resolve("study.json"), JSON.writeValueAsBytes(study));
    }
}
