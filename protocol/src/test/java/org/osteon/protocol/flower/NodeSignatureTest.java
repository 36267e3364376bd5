package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.SigningKey;

/** Which node signatures hold, and when. */
class NodeSignatureTest {
    private static final Instant NOW = Instant.parse("2026-11-22T15:03:05.020279Z");

    @Test
    void signsTheTimestampThatEveryPythonReleaseParses() {
        // Given
        SigningKey key = SigningKey.ecdsaP384();

        // When
        NodeSignature signature = NodeSignature.make(key, NOW);

        // Then
        assertThat(signature.timestamp()).isEqualTo("2026-11-22T15:03:05.020279+00:00");
        assertThat(signature.publicKeyPem()).hasSize(215).endsWith("-----END PUBLIC KEY-----\n");
        assertThat(signature.holds(key.publicKey())).isTrue();
        assertThat(signature.toString()).doesNotContain("BEGIN");
    }

    @ParameterizedTest
    @CsvSource({"-4.999,true", "-5,false", "0,true", "304.999,true", "305,false"})
    void isTimelyWithinTheWindow(double ageSeconds, boolean timely) {
        // Given
        NodeSignature signature = NodeSignature.make(SigningKey.ecdsaP384(), NOW);

        // When
        Instant checked = signature.time().plusMillis(Math.round(ageSeconds * 1000));

        // Then
        assertThat(signature.timely(checked)).isEqualTo(timely);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-22T15:03:05Z", "2026-11-22T17:03:05+02:00", "2026-11-22T15:03:05.000000000+00:00"})
    void readsOtherPeersTimestamps(String timestamp) {
        assertThat(new NodeSignature("", timestamp, new byte[0]).time()).isEqualTo("2026-11-22T15:03:05Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2026-11-22T15:03:05", "yesterday", "2026-13-22T15:03:05Z", "1795359798"})
    void refusesWhatIsNoTimeWithAZone(String timestamp) {
        assertThatThrownBy(() -> new NodeSignature("", timestamp, new byte[0]).time())
                .isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> new NodeSignature("", "2".repeat(10_000), new byte[0]).time())
                .isInstanceOf(FlowerException.class);
    }

    @Test
    void anotherTimeKeyOrSignatureDoesNotHold() {
        // Given
        SigningKey key = SigningKey.ecdsaP384();
        NodeSignature good = NodeSignature.make(key, NOW);
        byte[] changed = good.signature().clone();
        changed[changed.length - 1] ^= 1;

        // When, Then
        SigningKey other = SigningKey.ecdsaP384();
        assertThat(good.holds(other.publicKey())).isFalse();
        assertThat(new NodeSignature(good.publicKeyPem(), good.timestamp(), changed).holds(key.publicKey()))
                .isFalse();
        assertThat(new NodeSignature(good.publicKeyPem(), good.timestamp() + " ", good.signature())
                        .holds(key.publicKey()))
                .isFalse();
        assertThat(new NodeSignature(good.publicKeyPem().strip(), good.timestamp(), good.signature())
                        .holds(key.publicKey()))
                .isFalse();
        assertThat(new NodeSignature(good.publicKeyPem(), good.timestamp(), new byte[0]).holds(key.publicKey()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"secp256r1,true", "secp384r1,true", "secp521r1,false"})
    void acceptsTheTwoCurves(String curve, boolean accepted) throws Exception {
        // Given
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        SigningKey key = SigningKey.of(Scheme.ECDSA_SHA256, generator.generateKeyPair());

        // When
        NodeSignature signature = NodeSignature.make(key, NOW);

        // Then
        assertThat(signature.holds(key.publicKey())).isEqualTo(accepted);
    }

    @Test
    void anEd25519KeyIsNoNodeKey() {
        // Given
        SigningKey key = SigningKey.ed25519();

        // When
        NodeSignature signature = NodeSignature.make(key, NOW);

        // Then
        assertThat(signature.holds(key.publicKey())).isFalse();
    }
}
