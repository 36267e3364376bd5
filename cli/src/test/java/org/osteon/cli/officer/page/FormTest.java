package org.osteon.cli.officer.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FormTest {
    @Property(tries = 200)
    void readsWhatABrowserSends(@ForAll String value, @ForAll String secret) {
        // Given
        String sent = replaced(value);
        String typed = replaced(secret);
        byte[] body =
                ("a=" + encoded(sent) + "&passphrase=" + encoded(typed) + "&a=2").getBytes(StandardCharsets.US_ASCII);

        // When
        try (Form form = Form.read(body)) {

            // Then
            assertThat(form.text("a")).isEqualTo(sent.replace("\r\n", "\n"));
            assertThat(form.texts("a")).hasSize(2).last().isEqualTo("2");
            assertThat(String.valueOf(form.secret())).isEqualTo(typed);
            assertThat(form.texts("passphrase")).isEmpty();
        }
    }

    @Test
    void wipesTheBodyAndTheSecret() {
        // Given
        byte[] body = "passphrase=open+sesame&x=1".getBytes(StandardCharsets.US_ASCII);
        char[] secret;

        // When
        try (Form form = Form.read(body)) {
            secret = form.secret();
            assertThat(secret).isEqualTo("open sesame".toCharArray());
        }

        // Then
        assertThat(secret).containsOnly('\0');
        assertThat(body).containsOnly((byte) 0);
    }

    @Test
    void takesBrokenEscapesAsTheyAre() {
        try (Form form = Form.read("a=%&b=%4&c=%zz&d&e=%41".getBytes(StandardCharsets.US_ASCII))) {
            assertThat(form.text("a")).isEqualTo("%");
            assertThat(form.text("b")).isEqualTo("%4");
            assertThat(form.text("c")).isEqualTo("%zz");
            assertThat(form.texts("d")).isEmpty();
            assertThat(form.text("e")).isEqualTo("A");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** What is left of a text that UTF-8 cannot carry. */
    private static String replaced(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
