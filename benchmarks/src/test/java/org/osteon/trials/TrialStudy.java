package org.osteon.trials;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.osteon.protocol.document.CanonicalJson;

/** The sample study for certain sites, without an evaluation. */
final class TrialStudy {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUND_SECONDS = 3600;

    private TrialStudy() {}

    /** The part of a study with that name. */
    static ObjectNode part(ObjectNode study, String name) {
        return (ObjectNode) study.path(name);
    }

    /** Writes the study, changed, into a file; where the change does not say otherwise all sites must answer. */
    static Path write(Path file, String name, List<String> sites, Consumer<ObjectNode> change) throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        study.put("name", name);
        ((ObjectNode) study.path("privacy")).put("epsilon", 1);
        ((ObjectNode) study.path("evaluation")).put("heldOutFraction", 0);
        ObjectNode participation = (ObjectNode) study.path("participation");
        participation.set("sites", JSON.valueToTree(sites));
        participation.put("quorum", sites.size());
        participation.put("roundSeconds", ROUND_SECONDS);
        change.accept(study);
        return Files.write(file, CanonicalJson.write(study));
    }
}
