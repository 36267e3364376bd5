package org.osteon.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;

/** Passkeys, held against answers of authenticators and browsers that an implementation not ours made. */
class PasskeyTest {
    private static final JsonNode VECTORS = vectors();
    private static final byte[] MESSAGE = bytes(VECTORS, "message");
    private static final String RP_ID = VECTORS.path("rpId").asText();
    private static final String ORIGIN = VECTORS.path("origin").asText();
    private static final VerificationKey OFFICER = passkey("spki", RP_ID, ORIGIN);
    private static final VerificationKey COLLEAGUE = passkey("otherSpki", RP_ID, ORIGIN);

    @TempDir
    Path folder;

    static List<JsonNode> assertions() {
        List<JsonNode> all = new ArrayList<>();
        VECTORS.path("assertions").forEach(all::add);
        return all;
    }

    @ParameterizedTest
    @MethodSource("assertions")
    void judgesAsTheOtherImplementationMeant(JsonNode vector) {
        // Given
        Signature signature = signature(OFFICER, vector);
        String expected = vector.path("objection").asText();

        // When
        String objection =
                PasskeyAssertion.objection(OFFICER, MESSAGE, signature).orElse("");

        // Then
        assertThat(objection).as(vector.path("name").asText()).isEqualTo(expected);
        assertThat(OFFICER.verifies(MESSAGE, signature)).isEqualTo(expected.isEmpty());
    }

    @Test
    void everyObjectionHasAVector() {
        assertThat(assertions().stream().map(vector -> vector.path("objection").asText()))
                .contains(
                        "",
                        "SIGNATURE_MALFORMED",
                        "PASSKEY_TYPE",
                        "PASSKEY_CHALLENGE",
                        "PASSKEY_ORIGIN",
                        "PASSKEY_RELYING_PARTY",
                        "PASSKEY_NOT_PRESENT",
                        "PASSKEY_NOT_VERIFIED",
                        "PASSKEY_SIGNATURE");
    }

    @Test
    void aSignatureCountsForItsOwnKeySchemeAndBytesOnly() {
        // Given
        Signature signature = signature(OFFICER, assertions().get(0));
        Signature inAnothersName = new Signature(signature.scheme(), COLLEAGUE.keyId(), signature.value());
        VerificationKey plain =
                new VerificationKey(Scheme.ECDSA_SHA256, VECTORS.path("spki").asText());
        Signature asPlain = new Signature(Scheme.ECDSA_SHA256, plain.keyId(), signature.value());

        // When, then
        assertThat(OFFICER.verifies(MESSAGE, signature)).isTrue();
        assertThat(OFFICER.verifies("other".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
        assertThat(COLLEAGUE.verifies(MESSAGE, signature)).isFalse();
        assertThat(COLLEAGUE.verifies(MESSAGE, inAnothersName)).isFalse();
        assertThat(plain.verifies(MESSAGE, asPlain)).isFalse();
        assertThat(plain.verifies(MESSAGE, signature)).isFalse();
    }

    @Test
    void everyChangedByteOfTheAnswerIsNoticed() {
        // Given
        Signature signature = signature(OFFICER, assertions().get(0));
        byte[] value = signature.bytes();

        for (int at = 0; at < value.length; at++) {
            // When
            byte[] changed = value.clone();
            changed[at] ^= 0x01;

            // Then
            assertThat(OFFICER.verifiesRaw(MESSAGE, changed)).as("byte " + at).isFalse();
        }
    }

    @Test
    void thereIsOneFormOfTheValue() {
        // Given
        byte[] value = signature(OFFICER, assertions().get(0)).bytes();
        byte[] longer = java.util.Arrays.copyOf(value, value.length + 1);
        byte[] shorter = java.util.Arrays.copyOf(value, value.length - 1);

        // When, then
        assertThat(OFFICER.verifiesRaw(MESSAGE, longer)).isFalse();
        assertThat(OFFICER.verifiesRaw(MESSAGE, shorter)).isFalse();
        assertThat(OFFICER.verifiesRaw(MESSAGE, new byte[0])).isFalse();
        assertThat(OFFICER.verifiesRaw(MESSAGE, new byte[6])).isFalse();
    }

    @Test
    void theKeysIdentityCoversWhereItMayBeAsked() {
        // Given
        VerificationKey elsewhere = passkey("spki", RP_ID, "https://localhost:8443");
        Signature signature = signature(OFFICER, assertions().get(0));

        // When, then
        assertThat(elsewhere.keyId()).isNotEqualTo(OFFICER.keyId());
        assertThat(elsewhere.fingerprint()).isNotEqualTo(OFFICER.fingerprint());
        assertThat(elsewhere.verifies(MESSAGE, signature)).isFalse();
        assertThat(elsewhere.verifiesRaw(MESSAGE, signature.bytes())).isFalse();
    }

    @Test
    void aPasskeyReadsBackFromPemAndFromADocument() {
        // When
        VerificationKey fromPem = VerificationKey.ofPem(OFFICER.pem());
        VerificationKey fromJson = CanonicalJson.read(CanonicalJson.write(OFFICER), VerificationKey.class);

        // Then
        assertThat(fromPem).isEqualTo(OFFICER).isEqualTo(fromJson);
        assertThat(OFFICER.pem()).startsWith("-----BEGIN PASSKEY-----\n");
        assertThat(new String(CanonicalJson.write(OFFICER), StandardCharsets.UTF_8))
                .startsWith("{\"origins\":[\"" + ORIGIN + "\"],\"rpId\":\"" + RP_ID
                        + "\",\"scheme\":\"webauthn-es256\",\"spki\":\"");
        assertThat(OFFICER.keyId())
                .isEqualTo(Digest.of(CanonicalJson.write(OFFICER)).hex());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\"}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\"}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[1]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"http://localhost\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://evil.example\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://notlocalhost\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://localhost/x\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://localhost:2\",\"https://localhost:1\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"\",\"origins\":[\"https://localhost\"]}",
                "{\"scheme\":\"webauthn-es256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://localhost\"],\"more\":1}",
                "{\"scheme\":\"ecdsa-sha256\",\"spki\":\"$\",\"rpId\":\"localhost\",\"origins\":[\"https://localhost\"]}",
                "{\"scheme\":\"ecdsa-sha256\"}",
                "\"text\""
            })
    void refusesAKeyWithoutItsPlaceOrWithAnother(String json) {
        byte[] bytes = json.replace("$", VECTORS.path("spki").asText()).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> CanonicalJson.read(bytes, VerificationKey.class))
                .isInstanceOfAny(DocumentException.class, SignatureException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "e30=", "bm8gSlNPTg=="})
    void refusesAPemTextWithoutAKey(String body) {
        assertThatThrownBy(
                        () -> VerificationKey.ofPem("-----BEGIN PASSKEY-----\n" + body + "\n-----END PASSKEY-----\n"))
                .isInstanceOfSatisfying(
                        SignatureException.class, e -> assertThat(e.code()).isIn("KEY_MALFORMED", "SCHEME_UNKNOWN"));
    }

    @Test
    void refusesAKeyOnAnotherCurve() {
        String p384 = SigningKey.ecdsaP384().publicKey().spki();
        assertThatThrownBy(() -> new VerificationKey(Scheme.WEBAUTHN_ES256, p384, RP_ID, List.of(ORIGIN)))
                .isInstanceOfSatisfying(
                        SignatureException.class, e -> assertThat(e.code()).isEqualTo("KEY_MALFORMED"));
    }

    @Test
    void aNewPasskeyIsTakenFromTheAuthenticatorsAnswer() throws Exception {
        // Given
        JsonNode creation = VECTORS.path("creation");

        // When
        Passkey made = Passkey.made(
                bytes(creation, "authenticatorData"),
                bytes(creation, "clientDataJSON"),
                bytes(creation, "challenge"),
                RP_ID,
                ORIGIN);

        // Then
        assertThat(made.key()).isEqualTo(OFFICER);
        assertThat(Base64.getUrlDecoder().decode(made.credentialId())).isEqualTo(bytes(creation, "credentialId"));
        Path file = folder.resolve("li.passkey");
        made.write(file);
        assertThat(Passkey.read(file)).isEqualTo(made);
        assertThat(KeyFile.readPublic(file)).isEqualTo(OFFICER);
        assertThat(KeyFile.holdsPrivateKey(file)).isFalse();
    }

    @Test
    void aNewPasskeyIsRefusedUnderAnotherQuestionPlaceOrCurve() {
        JsonNode creation = VECTORS.path("creation");
        byte[] data = bytes(creation, "authenticatorData");
        byte[] client = bytes(creation, "clientDataJSON");
        byte[] challenge = bytes(creation, "challenge");
        byte[] nobody = data.clone();
        nobody[32] &= ~0x04;
        byte[] otherAlgorithm = data.clone();
        otherAlgorithm[data.length - 77 + 4] = 0x27;
        byte[] cutOff = java.util.Arrays.copyOf(data, data.length - 1);
        byte[] assertion = bytes(assertions().get(0), "clientDataJSON");

        refused("PASSKEY_CHALLENGE", data, client, "another".getBytes(StandardCharsets.UTF_8), RP_ID, ORIGIN);
        refused("PASSKEY_ORIGIN", data, client, challenge, RP_ID, "https://localhost:1");
        refused("PASSKEY_RELYING_PARTY", data, client, challenge, "hospital.example", ORIGIN);
        refused("PASSKEY_NOT_VERIFIED", nobody, client, challenge, RP_ID, ORIGIN);
        refused("PASSKEY_TYPE", data, assertion, challenge, RP_ID, ORIGIN);
        refused("KEY_MALFORMED", otherAlgorithm, client, challenge, RP_ID, ORIGIN);
        refused("SIGNATURE_MALFORMED", cutOff, client, challenge, RP_ID, ORIGIN);
        refused("SIGNATURE_MALFORMED", data, "{".getBytes(StandardCharsets.UTF_8), challenge, RP_ID, ORIGIN);
    }

    private static void refused(String code, byte[] data, byte[] client, byte[] challenge, String rpId, String origin) {
        assertThatThrownBy(() -> Passkey.made(data, client, challenge, rpId, origin))
                .isInstanceOfSatisfying(
                        SignatureException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static Signature signature(VerificationKey key, JsonNode vector) {
        return PasskeyAssertion.signature(
                key, bytes(vector, "authenticatorData"), bytes(vector, "clientDataJSON"), bytes(vector, "signature"));
    }

    private static VerificationKey passkey(String spki, String rpId, String origin) {
        return new VerificationKey(Scheme.WEBAUTHN_ES256, VECTORS.path(spki).asText(), rpId, List.of(origin));
    }

    private static byte[] bytes(JsonNode vector, String member) {
        return Base64.getDecoder().decode(vector.path(member).asText());
    }

    private static JsonNode vectors() {
        try (InputStream in = Objects.requireNonNull(PasskeyTest.class.getResourceAsStream("passkey-vectors.json"))) {
            return CanonicalJson.readTree(in.readAllBytes());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
