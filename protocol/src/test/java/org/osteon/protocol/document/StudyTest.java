package org.osteon.protocol.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.osteon.protocol.sign.SigningKey;

class StudyTest {
    @Test
    void readsBackWhatItWroteToTheSameIdentity() {
        // Given
        Study study = SampleStudy.dp();

        // When
        Study read = Study.read(study.canonical());

        // Then
        assertThat(read).isEqualTo(study);
        assertThat(read.digest()).isEqualTo(study.digest());
    }

    @Test
    void writesMembersInCanonicalOrder() {
        // When
        String json = new String(SampleStudy.dp().canonical(), UTF_8);

        // Then
        assertThat(json)
                .startsWith("{\"cohort\":{\"classes\":2,")
                .doesNotContain("\n")
                .contains("\"delta\":0.00001,");
    }

    @Test
    void refusesAnUnknownSchema() {
        // Given
        byte[] bytes = replace("osteon.study/1", "osteon.study/9");

        // When / Then
        assertThatThrownBy(() -> Study.read(bytes))
                .isInstanceOf(DocumentException.class)
                .extracting(e -> ((DocumentException) e).code())
                .isEqualTo("SCHEMA_UNKNOWN");
    }

    @Test
    void refusesUnknownMissingAndDuplicateMembers() {
        // When / Then
        assertThatThrownBy(() -> Study.read(replace("\"ethics\"", "\"ethic\""))).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> Study.read(replace("\"version\":1", "\"version\":1,\"version\":1")))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> Study.read(replace("\"version\":1", "\"version\":\"1\"")))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> Study.read(replace("\"rounds\":3,", ""))).isInstanceOf(DocumentException.class);
    }

    @Test
    void refusesAPlanThatDoesNotKeepTheGuarantee() {
        // Given
        byte[] exact = replace("\"guarantee\":\"dp\"", "\"guarantee\":\"exact\"");

        // When / Then
        assertThatThrownBy(() -> Study.read(exact)).isInstanceOf(DocumentException.class);
    }

    @Test
    void aSignatureHoldsOverTheDocumentAndOverNothingElse() {
        // Given
        SigningKey key = SigningKey.ed25519();
        SignedDocument<Study> signed = SignedDocument.sign(SampleStudy.dp(), key);

        // When
        SignedDocument<Study> read = SignedDocument.read(signed.bytes(), Study.class);

        // Then
        assertThat(read.signedBy(key.publicKey())).isTrue();
        assertThat(read.signedBy(SigningKey.ed25519().publicKey())).isFalse();
        byte[] forged = new String(signed.bytes(), UTF_8)
                .replace("\"quorum\":2", "\"quorum\":1")
                .getBytes(UTF_8);
        assertThat(SignedDocument.read(forged, Study.class).signedBy(key.publicKey()))
                .isFalse();
    }

    private static byte[] replace(String from, String to) {
        String json = new String(SampleStudy.dp().canonical(), UTF_8);
        assertThat(json).contains(from);
        return json.replace(from, to).getBytes(UTF_8);
    }
}
