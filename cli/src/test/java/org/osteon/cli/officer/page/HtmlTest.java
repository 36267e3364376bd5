package org.osteon.cli.officer.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.el;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTest {
    @Test
    void writesATree() {
        assertThat(text(el("p", at("class", "a"), "1 < 2", el("br"), el("em", "x"))))
                .isEqualTo("<p class=\"a\">1 &lt; 2<br><em>x</em></p>");
    }

    @Property(tries = 300)
    void noTextEndsWhereItStands(@ForAll String value) {
        // When
        String written = text(el("p", at("title", value), value));

        // Then
        assertThat(written.chars().filter(c -> c == '<').count()).isEqualTo(2);
        assertThat(written.chars().filter(c -> c == '"').count()).isEqualTo(value.isEmpty() ? 0 : 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"onclick", "onload", "style", "a b", "a=", ""})
    void refusesAttributesThatRun(String name) {
        assertThatThrownBy(() -> at(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "https://evil.example", "//evil.example", "data:x", ""})
    void refusesLinksThatLeadAway(String target) {
        assertThatThrownBy(() -> at("href", target)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(Html html) {
        StringBuilder out = new StringBuilder();
        html.write(out);
        return out.toString();
    }
}
