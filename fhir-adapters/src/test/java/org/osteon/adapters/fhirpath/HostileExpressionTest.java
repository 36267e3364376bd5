package org.osteon.adapters.fhirpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osteon.adapters.fhirpath.FhirPathException.Code;
import org.osteon.adapters.view.ResourceJson;

/** Whatever the text, compiling and evaluating end with a value or a {@link FhirPathException}. */
class HostileExpressionTest {
    private static final JsonNode RESOURCE = ResourceJson.parse(
            "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"given\":[\"a\",\"b\"]},{\"family\":\"c\"}]}");
    private static final String[] WORDS = {
        "name",
        "given",
        "id",
        ".",
        ".",
        "(",
        ")",
        "[",
        "]",
        "where",
        "exists",
        "ofType",
        "string",
        "first",
        "and",
        "or",
        "=",
        "<",
        "+",
        "-",
        "*",
        "/",
        "&",
        "1",
        "0.5",
        "'a'",
        "$this",
        "%resource",
        "is",
        "as",
        "{",
        "}",
        ",",
        "@2020",
        "@T10",
        "not",
        "join",
        "in",
        "div",
        "lowBoundary",
        "extension",
        "`x`",
        "Patient",
        "//",
        "\u0000",
        "'"
    };

    static Stream<String> tooMuch() {
        return Stream.of(
                "(".repeat(4000),
                "(".repeat(4000) + "id" + ")".repeat(4000),
                "name.where(".repeat(700) + "id" + ")".repeat(700),
                "name[".repeat(1000) + "0" + "]".repeat(1000),
                "-".repeat(8000) + "1",
                "id" + ".first()".repeat(1000),
                "id" + ".a".repeat(4000),
                "1" + "+1".repeat(4000),
                "1" + " or 1".repeat(1500),
                "9".repeat(8000),
                "1." + "0".repeat(8000),
                "'" + "a".repeat(1_000_000) + "'",
                "a".repeat(10_000_000));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("tooMuch")
    void tooLongTooDeepOrTooManyIsRefusedWhileCompiling(String text) {
        assertThatThrownBy(() -> Expression.compile(text, Map.of()))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }

    @Test
    void theLargestAllowedExpressionsRunOnASmallStack() throws InterruptedException {
        String deep = "name.where(".repeat(Expression.MAX_DEPTH - 1) + "true" + ")".repeat(Expression.MAX_DEPTH - 1);
        String wide = "1" + "+1".repeat(Expression.MAX_OPERATIONS);
        Throwable[] thrown = new Throwable[1];
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        run(deep);
                        run(wide);
                    } catch (RuntimeException | StackOverflowError e) {
                        thrown[0] = e;
                    }
                },
                "small-stack",
                512 * 1024);

        small.start();
        small.join();

        assertThat(thrown[0]).isNull();
    }

    @Test
    void nestedIterationsOverTheWholeResourceEnd() {
        String nested = "%resource.name.given.select(".repeat(30) + "$this" + ")".repeat(30);

        assertThatThrownBy(() -> run(nested))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }

    @Property(tries = 5000)
    void anyRowOfWordsEnds(@ForAll("sentences") String text) {
        assertThatCode(() -> tolerate(text)).doesNotThrowAnyException();
    }

    @Property(tries = 2000)
    void anyCharactersEnd(@ForAll String text) {
        assertThatCode(() -> tolerate(text)).doesNotThrowAnyException();
    }

    @Provide
    Arbitrary<String> sentences() {
        return Arbitraries.longs().map(seed -> {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(4) == 0 ? " " : "");
            }
            return text.toString();
        });
    }

    private static void tolerate(String text) {
        try {
            run(text);
        } catch (FhirPathException expected) {
            assertThat(expected.code()).isNotNull();
        }
    }

    private static void run(String text) {
        Expression.compile(text, Map.of()).evaluate(RESOURCE, new Value.Element(RESOURCE, null, null), 0);
    }
}
