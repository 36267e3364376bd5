package org.osteon.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osteon.conformance.check.Checks;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;

class SentencesTest {
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9]+)}");
    private static final Pattern CODE = Pattern.compile("\"([A-Z]{8,}|[A-Z]+(?:_[A-Z]+)+)\"");

    private final Sentences english = Sentences.of(Locale.ENGLISH);
    private final Sentences chinese = Sentences.of(Locale.SIMPLIFIED_CHINESE);

    @Test
    void bothLanguagesHaveTheSameKeysAndPlaces() {
        assertThat(chinese.keys()).isEqualTo(english.keys());
        english.keys()
                .forEach(key -> assertThat(places(chinese.say(key))).as(key).isEqualTo(places(english.say(key))));
    }

    @Test
    void theChineseIsChinese() {
        chinese.keys()
                .forEach(key -> assertThat(chinese.say(key)
                                .codePoints()
                                .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN))
                        .as(key)
                        .isTrue());
    }

    @Test
    void eachCheckVerdictAndCodeOfTheSourcesHasASentenceAndNoSentenceIsSpare() throws IOException {
        // Given
        Set<String> needed = new TreeSet<>();
        Checks.ids().forEach(id -> {
            needed.add("requirement." + id);
            needed.add("method." + id);
        });
        for (Outcome outcome : Outcome.values()) {
            needed.add("outcome." + outcome);
        }
        needed.add("statement.CLAUSE_TEXTS_NOT_AVAILABLE");
        try (Stream<Path> files = Files.list(Path.of("src/main/java/org/osteon/conformance/check"))) {
            for (Path file : files.filter(path -> !path.endsWith("Tables.java")).toList()) {
                Matcher codes = CODE.matcher(Files.readString(file));
                while (codes.find()) {
                    needed.add("phrase." + codes.group(1));
                }
            }
        }

        // When
        Set<String> known = english.keys().stream()
                .filter(key -> !key.matches("(heading|measure|rule)\\..*"))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(known).isEqualTo(needed);
    }

    @Test
    void fillsPlacesWithValuesAsTheyAre() {
        Phrase phrase = Phrase.of("AUC_BELOW", "high", "0.7", "declared", "$0.8 {low}");
        assertThat(english.say(phrase))
                .isEqualTo("the upper end 0.7 of the AUC's interval is below the declared $0.8 {low}");
        assertThat(english.say(Phrase.of("SOMETHING_ELSE", "n", 3))).isEqualTo("SOMETHING_ELSE {n=3}");
    }

    private static Set<String> places(String text) {
        return PLACE.matcher(text)
                .results()
                .map(place -> place.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
