package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The examples in docs/spec are documents that this code reads, with the identities printed under them. Examples of
 * other modules' documents are held where those modules can be seen.
 */
class SpecificationExamplesTest {
    private static final Path SPECIFICATIONS = Path.of("..", "docs", "spec");
    private static final Pattern EXAMPLE =
            Pattern.compile("```json\\n(.*?)\\n```\\n\\nIdentity: `([0-9a-f]{64})`", Pattern.DOTALL);

    private static final Map<String, Class<? extends Document>> KINDS = Map.ofEntries(
            Map.entry(Study.SCHEMA, Study.class),
            Map.entry(DryRunAnswer.SCHEMA, DryRunAnswer.class),
            Map.entry(Capsule.SCHEMA, Capsule.class),
            Map.entry(Refusal.SCHEMA, Refusal.class),
            Map.entry(Revocation.SCHEMA, Revocation.class),
            Map.entry(WithdrawalNotice.SCHEMA, WithdrawalNotice.class),
            Map.entry(Question.SCHEMA, Question.class),
            Map.entry(QuestionAnswer.SCHEMA, QuestionAnswer.class),
            Map.entry(Instruction.SCHEMA, Instruction.class),
            Map.entry(Reply.SCHEMA, Reply.class),
            Map.entry(Receipt.SCHEMA, Receipt.class),
            Map.entry(Manifest.SCHEMA, Manifest.class),
            Map.entry(ModelVersion.SCHEMA, ModelVersion.class),
            Map.entry(Release.SCHEMA, Release.class),
            Map.entry(FederationRoot.SCHEMA, FederationRoot.class),
            Map.entry(TrustDocument.SCHEMA, TrustDocument.class));

    @Test
    void everyKindHasAnExampleThatIsReadToItsPrintedIdentity() throws IOException {
        // Given
        List<Matcher> examples = new ArrayList<>();
        try (Stream<Path> pages = Files.list(SPECIFICATIONS)) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                Matcher matcher = EXAMPLE.matcher(Files.readString(page));
                while (matcher.find()) {
                    examples.add(EXAMPLE.matcher(matcher.group()));
                }
            }
        }

        // When
        Set<String> seen = new TreeSet<>();
        for (Matcher example : examples) {
            assertThat(example.find()).isTrue();
            byte[] text = example.group(1).getBytes(StandardCharsets.UTF_8);
            JsonNode tree = CanonicalJson.readTree(text);
            JsonNode plain = tree.has("signatures") ? tree.path("document") : tree;
            if (KINDS.containsKey(plain.path("schema").asText())) {
                seen.add(hold(text, example.group(2)));
            }
        }

        // Then
        assertThat(seen).containsExactlyInAnyOrderElementsOf(KINDS.keySet());
    }

    /** Reads one example and returns its schema. */
    private static String hold(byte[] text, String identity) {
        JsonNode tree = CanonicalJson.readTree(text);
        boolean envelope = tree.has("signatures");
        JsonNode plain = envelope ? tree.path("document") : tree;
        String schema = plain.path("schema").asText();
        Class<? extends Document> kind = KINDS.get(schema);
        assertThat(kind).as(schema).isNotNull();
        Document document = CanonicalJson.bind(plain, kind);
        assertThat(document.digest().hex()).as(schema).isEqualTo(identity);
        if (envelope) {
            assertThat(SignedDocument.read(text, kind).signatures()).as(schema).isNotEmpty();
        }
        return schema;
    }
}
