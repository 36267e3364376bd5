package org.osteon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osteon.adapters.mapping.Profile;
import org.osteon.audit.bundle.BundleManifest;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Document;

/** Each document that is kept or exchanged has a page in docs/spec with an example that the code reads. */
class SpecificationTest {
    private static final Path SPECIFICATIONS = Path.of("..", "docs", "spec");
    private static final Pattern EXAMPLE =
            Pattern.compile("```json\\n(.*?)\\n```\\n\\nIdentity: `([0-9a-f]{64})`", Pattern.DOTALL);
    private static final Pattern SCHEMA = Pattern.compile("\"(osteon\\.[a-z-]+/[0-9]+)\"");

    /** Documents of modules that know the protocol; the protocol's own are held there. */
    private static final Map<String, Class<? extends Document>> KINDS = Map.of(
            Event.SCHEMA, Event.class,
            BundleManifest.SCHEMA, BundleManifest.class,
            Declaration.SCHEMA, Declaration.class,
            Report.SCHEMA, Report.class);

    /** A profile is a file of its own with many members; the built-in one is its example. */
    private static final Set<String> WITH_A_FILE = Set.of("osteon.mapping-profile/1");

    @Test
    void everySchemaInTheSourcesHasAnExample() throws IOException {
        // Given
        Set<String> schemas = new TreeSet<>();
        for (String module : new String[] {
            "protocol",
            "privacy",
            "audit",
            "fhir-adapters",
            "learning",
            "standards-conformance",
            "coordinator",
            "site-agent",
            "cli"
        }) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    Matcher matcher = SCHEMA.matcher(Files.readString(file));
                    while (matcher.find()) {
                        schemas.add(matcher.group(1));
                    }
                }
            }
        }

        // When
        schemas.removeAll(examples().keySet());

        // Then
        assertThat(schemas).containsExactlyElementsOf(WITH_A_FILE);
        assertThat(Profile.builtIn()).isNotNull();
    }

    @Test
    void examplesAreReadToTheirPrintedIdentities() throws IOException {
        // When
        Map<String, String[]> examples = examples();

        // Then
        assertThat(examples.keySet()).containsAll(KINDS.keySet());
        KINDS.forEach((schema, kind) -> {
            String[] example = examples.getOrDefault(schema, new String[] {"", ""});
            Document read = CanonicalJson.read(example[0].getBytes(StandardCharsets.UTF_8), kind);
            assertThat(read.digest().hex()).as(schema).isEqualTo(example[1]);
        });
    }

    @Test
    void thePageOfEventsNamesEachType() throws IOException {
        assertThat(Files.readString(SPECIFICATIONS.resolve("events-and-log.md")))
                .contains(Stream.of(EventType.values())
                        .map(type -> "`" + type.label() + "`")
                        .toArray(String[]::new));
    }

    /** Schema to text and identity. */
    private static Map<String, String[]> examples() throws IOException {
        Map<String, String[]> examples = new TreeMap<>();
        try (Stream<Path> pages = Files.list(SPECIFICATIONS)) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                Matcher matcher = EXAMPLE.matcher(Files.readString(page));
                while (matcher.find()) {
                    JsonNode tree = CanonicalJson.readTree(matcher.group(1).getBytes(StandardCharsets.UTF_8));
                    JsonNode plain = tree.has("signatures") ? tree.path("document") : tree;
                    examples.put(plain.path("schema").asText(), new String[] {matcher.group(1), matcher.group(2)});
                }
            }
        }
        return examples;
    }
}
