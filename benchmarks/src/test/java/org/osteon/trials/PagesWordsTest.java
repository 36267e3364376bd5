package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words of the pages: the same keys in both languages, each key used, each used key there. */
class PagesWordsTest {
    private static final Map<String, String> BUNDLES = Map.of(
            "console", "org/osteon/console",
            "coordinator", "org/osteon/coordinator/console",
            "site-agent", "org/osteon/site/console");
    private static final Pattern IN_TEMPLATE = Pattern.compile("#\\{([a-z][A-Za-z0-9._-]*)[({}]");
    private static final Pattern IN_CODE = Pattern.compile("\"([a-z]+(?:\\.[A-Za-z0-9-]+)+)\"");
    private static final Pattern PLACE = Pattern.compile("\\{([0-9])}");

    /** Keys that are put together from a group and a value. */
    private static final Set<String> GROUPS = Set.of(
            "role.",
            "access.TOKEN_",
            "sign.",
            "error.",
            "stage.",
            "phase.",
            "part.",
            "leaves.when.",
            "studies.empty.",
            "models.empty.",
            "editor.example.",
            "sites.link.",
            "mend.",
            "imports.is.",
            "budget.is.");

    private static Map<String, String> bundle(String language) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<String, String> bundle : BUNDLES.entrySet()) {
            Path file = Path.of("..", bundle.getKey(), "src/main/resources", bundle.getValue())
                    .resolve("words_" + language + ".properties");
            Properties words = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                words.load(reader);
            }
            words.forEach((key, value) -> all.put((String) key, (String) value));
        }
        return all;
    }

    private static Set<String> used() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String module : BUNDLES.keySet()) {
            Path main = Path.of("..", module, "src/main");
            try (Stream<Path> files = Files.walk(main)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    boolean template = file.toString().endsWith(".html");
                    if (template || file.toString().endsWith(".java")) {
                        Matcher matcher = (template ? IN_TEMPLATE : IN_CODE).matcher(Files.readString(file));
                        while (matcher.find()) {
                            used.add(matcher.group(1));
                        }
                    }
                }
            }
        }
        return used;
    }

    private static Set<String> places(String text) {
        Set<String> places = new TreeSet<>();
        Matcher matcher = PLACE.matcher(text);
        while (matcher.find()) {
            places.add(matcher.group(1));
        }
        return places;
    }

    @Test
    void bothLanguagesHaveTheSameKeysAndPlaces() throws IOException {
        Map<String, String> english = bundle("en");
        Map<String, String> chinese = bundle("zh");

        assertThat(chinese.keySet()).isEqualTo(english.keySet());
        english.forEach((key, text) ->
                assertThat(places(chinese.getOrDefault(key, ""))).as(key).isEqualTo(places(text)));
    }

    @Test
    void theChineseIsChinese() throws IOException {
        bundle("zh").forEach((key, text) -> {
            if (!Set.of("lang", "lang.other").contains(key)) {
                assertThat(text.codePoints()
                                .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN))
                        .as(key + "=" + text)
                        .isTrue();
            }
        });
    }

    @Test
    void everyKeyOfATemplateIsThereAndEveryKeyIsUsed() throws IOException {
        Map<String, String> english = bundle("en");
        Set<String> used = used();

        Set<String> unused = new TreeSet<>(english.keySet());
        unused.removeIf(key -> used.contains(key) || GROUPS.stream().anyMatch(key::startsWith));
        assertThat(unused).as("keys that nothing shows").isEmpty();
        Set<String> missing = new TreeSet<>();
        for (String module : BUNDLES.keySet()) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/resources/templates"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher matcher = IN_TEMPLATE.matcher(Files.readString(file));
                    while (matcher.find()) {
                        missing.add(matcher.group(1));
                    }
                }
            }
        }
        missing.removeAll(english.keySet());
        assertThat(missing).as("keys that templates name and nobody wrote").isEmpty();
    }

    @Test
    void noSingleQuoteSwallowsAPlace() throws IOException {
        for (String language : new String[] {"en", "zh"}) {
            bundle(language).forEach((key, text) -> {
                if (!places(text).isEmpty()) {
                    assertThat(text.replace("''", "")).as(key).doesNotContain("'");
                }
            });
        }
    }
}
