package org.osteon.coordinator.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
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
