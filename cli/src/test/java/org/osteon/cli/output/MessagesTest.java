package org.osteon.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osteon.audit.event.EventType;

class MessagesTest {
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*+)\"");
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9]+)");
    private static final Set<String> SAME_IN_BOTH =
            Set.of("field.auc", "field.k", "field.sha256", "field.delta", "field.epsilon", "demo.verdict");

    private final Map<String, String> english = bundle("en");
    private final Map<String, String> chinese = bundle("zh");

    @Test
    void bothLanguagesHaveTheSameKeysAndPlaces() {
        assertThat(chinese.keySet()).isEqualTo(english.keySet());
        english.forEach((key, text) ->
                assertThat(places(chinese.getOrDefault(key, ""))).as(key).isEqualTo(places(text)));
    }

    @Test
    void everyKindOfEventHasItsWord() {
        for (EventType type : EventType.values()) {
            assertThat(english).containsKey("word." + type.label());
        }
    }

    @Test
    void theChineseIsChinese() {
        chinese.forEach((key, text) -> {
            if (!SAME_IN_BOTH.contains(key)) {
                assertThat(text.codePoints()
                                .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN))
                        .as(key + "=" + text)
                        .isTrue();
            }
        });
    }

    @Test
    void everyKeyInTheSourcesExistsAndEveryKeyIsUsed() throws IOException {
        // Given
        Set<String> literals = literals(Path.of("src/main/java"));
        Set<String> prefixes = Set.of(
                "data.", "demo.", "doctor.", "empty.", "error.", "login.", "page.", "prompt.", "reason.", "sign.");

        // When
        Set<String> used = literals.stream()
                .filter(text -> prefixes.stream().anyMatch(text::startsWith) && text.matches("[a-z]+(\\.[A-Za-z-]+)+"))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(used).isNotEmpty().allSatisfy(key -> assertThat(english).containsKey(key));
        Set<String> looked = Set.of("field.", "code.", "empty.", "role.", "word.");
        Set<String> unused = new TreeSet<>(english.keySet());
        unused.removeIf(key -> used.contains(key) || looked.stream().anyMatch(key::startsWith));
        assertThat(unused).isEmpty();
    }

    @Test
    void everyCodeWithASentenceIsSaidSomewhere() throws IOException {
        // Given
        Set<String> said = new HashSet<>();
        for (String module : new String[] {
            "protocol",
            "privacy",
            "audit",
            "fhir-adapters",
            "learning",
            "standards-conformance",
            "console",
            "coordinator",
            "site-agent",
            "cli"
        }) {
            said.addAll(literals(Path.of("..", module, "src/main/java")));
        }

        // When
        Set<String> silent = english.keySet().stream()
                .filter(key -> key.startsWith("code."))
                .map(key -> key.substring("code.".length()))
                .filter(code -> !said.contains(code))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(silent).isEmpty();
    }

    @Test
    void everySentenceFormatsWithItsQuotesAndValues() {
        for (Map<String, String> bundle : Set.of(english, chinese)) {
            bundle.forEach((key, text) -> {
                if (!key.startsWith("code.") && !key.startsWith("field.")) {
                    String said =
                            new MessageFormat(text, Locale.ENGLISH).format(new Object[] {"a", "b", "c", "d", "e", "f"});
                    assertThat(said).as(key).doesNotContain("{").doesNotContain("''");
                    assertThat(text.replace("''", ""))
                            .as(key + ": a single quote swallows what follows")
                            .doesNotContain("'");
                }
            });
        }
    }

    @Test
    void fillsTheValuesOfACode() {
        // Given
        var values = JsonNodeFactory.instance.objectNode().put("asked", "6.0").put("ceiling", "3.0");

        // When
        String said = Messages.of(Locale.SIMPLIFIED_CHINESE).code("EPSILON_ABOVE_SITE_CEILING", values);

        // Then
        assertThat(said).isEqualTo("请求每位患者 ε = 6.0，高于本院上限 3.0 (EPSILON_ABOVE_SITE_CEILING)");
    }

    @Test
    void saysAnUnknownCodeAsItIs() {
        assertThat(Messages.of(Locale.ENGLISH)
                        .code(
                                "SOMETHING_NEW",
                                JsonNodeFactory.instance.objectNode().put("n", 3)))
                .isEqualTo("SOMETHING_NEW {\"n\":3}");
    }

    @Test
    void putsTheMeaningBeforeAnotherLanguagesSentence() {
        assertThat(Messages.of(Locale.SIMPLIFIED_CHINESE).told("STUDY_UNKNOWN", "no study begins with 1a2b"))
                .isEqualTo("STUDY_UNKNOWN: 没有此研究 – no study begins with 1a2b");
        assertThat(Messages.of(Locale.ENGLISH).told("STUDY_UNKNOWN", "no study begins with 1a2b"))
                .isEqualTo("STUDY_UNKNOWN: no study begins with 1a2b");
    }

    private static Map<String, String> bundle(String language) {
        Properties properties = new Properties();
        for (String file : new String[] {"/org/osteon/cli/messages_", "/org/osteon/protocol/words/words_"}) {
            try (InputStream in = Messages.class.getResourceAsStream(file + language + ".properties");
                    Reader reader =
                            new InputStreamReader(java.util.Objects.requireNonNull(in), StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Map<String, String> map = new TreeMap<>();
        properties.forEach((key, value) -> map.put((String) key, (String) value));
        return map;
    }

    private static Set<String> places(String text) {
        return PLACE.matcher(text)
                .results()
                .map(place -> place.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> literals(Path sources) throws IOException {
        Set<String> literals = new HashSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher matcher = LITERAL.matcher(Files.readString(file));
                while (matcher.find()) {
                    literals.add(matcher.group(1));
                }
            }
        }
        return literals;
    }
}
