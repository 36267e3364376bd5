package org.osteon.coordinator.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Study;

/** A study as text in an editor. */
final class StudyText {
    private static final ObjectMapper PRETTY = new ObjectMapper();

    private StudyText() {}

    /** Reads what was typed; blanks and the order of members do not count. */
    static Study read(String text) {
        return CanonicalJson.bind(CanonicalJson.readTree(text.getBytes(StandardCharsets.UTF_8)), Study.class);
    }

    /** The sample studies that an editor offers to begin with. */
    static final List<String> EXAMPLES = List.of("fracture-risk", "glow-exact");

    /** The text of a sample study, asked of another federation's name. */
    static String example(String name, String federation) {
        if (!EXAMPLES.contains(name)) {
            throw CallException.absent("EXAMPLE_UNKNOWN", "no example " + name + "; there are " + EXAMPLES);
        }
        try (InputStream file =
                Objects.requireNonNull(StudyText.class.getResourceAsStream("examples/" + name + ".json"))) {
            ObjectNode tree = (ObjectNode) CanonicalJson.readTree(file.readAllBytes());
            return pretty(tree.put("federation", federation));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the version after a study, to be changed. */
    static String successor(Study study) {
        ObjectNode tree = (ObjectNode) CanonicalJson.tree(study);
        tree.put("version", study.version() + 1);
        tree.put("previous", study.digest().hex());
        return pretty(tree);
    }

    /** Any document, indented for reading. */
    static String pretty(Object document) {
        try {
            return PRETTY.writerWithDefaultPrettyPrinter().writeValueAsString(CanonicalJson.tree(document));
        } catch (JsonProcessingException e) {
            throw new DocumentException("BAD_JSON", "the document cannot be shown as text");
        }
    }
}
