package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.sign.SigningKey;

class SignedDocumentTest {
    private final SignedDocument<Refusal> signed = SignedDocument.sign(
            new Refusal(
                    Refusal.SCHEMA,
                    "ortho-net",
                    Digest.of(new byte[0]),
                    "north",
                    "no",
                    Instant.parse("2026-01-31T08:00:00Z")),
            SigningKey.ed25519());

    @Test
    void isReadAsItWasWritten() {
        assertThat(SignedDocument.read(signed.bytes(), Refusal.class)).isEqualTo(signed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[null]", "[null,null]", "[[]]", "[{}]", "[1]", "[\"\"]"})
    void whatIsNoSignatureIsMalformed(String signatures) {
        // Given
        String envelope = new String(signed.bytes(), StandardCharsets.UTF_8)
                .replaceFirst("\"signatures\":\\[.*]", "\"signatures\":" + signatures);

        // When
        DocumentException refused = catchThrowableOfType(
                DocumentException.class,
                () -> SignedDocument.read(envelope.getBytes(StandardCharsets.UTF_8), Refusal.class));

        // Then
        assertThat(refused.code()).isEqualTo("JSON_MALFORMED");
    }
}
