package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;

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
    void countsEachKeyThatSignedOnce() {
        // Given
        SigningKey li = SigningKey.ed25519();
        SigningKey chen = SigningKey.ecdsaP384();
        SigningKey wu = SigningKey.ed25519();
        List<VerificationKey> officers = List.of(li.publicKey(), chen.publicKey(), wu.publicKey(), li.publicKey());

        // When
        SignedDocument<Refusal> twice = SignedDocument.sign(signed.document(), li, li);

        // Then
        assertThat(twice.signers(officers)).isEqualTo(1);
        assertThat(twice.alsoSignedBy(chen).signers(officers)).isEqualTo(2);
        assertThat(twice.with(wu.sign(new byte[1])).signers(officers)).isEqualTo(1);
        assertThat(signed.signers(officers)).isZero();
    }

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
