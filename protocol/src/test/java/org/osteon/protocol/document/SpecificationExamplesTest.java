package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            Map.entry(HostedRun.SCHEMA, HostedRun.class),
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

    /**
     * An example of a document of this module.
     *
     * @param kind what it is read as
     * @param signed whether it is an envelope
     * @param text the example
     * @param identity the digest printed under it
     */
    record Example(Class<? extends Document> kind, boolean signed, byte[] text, String identity) {}

    /** All of them, page by page. */
    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        try (Stream<Path> pages = Files.list(SPECIFICATIONS)) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                Matcher matcher = EXAMPLE.matcher(Files.readString(page));
                while (matcher.find()) {
                    byte[] text = matcher.group(1).getBytes(StandardCharsets.UTF_8);
                    JsonNode tree = CanonicalJson.readTree(text);
                    boolean signed = tree.has("signatures");
                    Class<? extends Document> kind = KINDS.get((signed ? tree.path("document") : tree)
                            .path("schema")
                            .asText());
                    if (kind != null) {
                        examples.add(new Example(kind, signed, text, matcher.group(2)));
                    }
                }
            }
        }
        return examples;
    }

    @Test
    void everyKindHasAnExampleThatIsReadToItsPrintedIdentity() throws IOException {
        Set<Class<? extends Document>> seen = new HashSet<>();
        for (Example example : examples()) {
            JsonNode tree = CanonicalJson.readTree(example.text());
            Document document = CanonicalJson.bind(example.signed() ? tree.path("document") : tree, example.kind());
            assertThat(document.digest().hex())
                    .as(example.kind().getSimpleName())
                    .isEqualTo(example.identity());
            if (example.signed()) {
                assertThat(SignedDocument.read(example.text(), example.kind()).signatures())
                        .as(example.kind().getSimpleName())
                        .isNotEmpty();
            }
            seen.add(example.kind());
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(KINDS.values());
    }
}
