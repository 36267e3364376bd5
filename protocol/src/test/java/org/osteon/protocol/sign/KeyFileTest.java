package org.osteon.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    @TempDir
    Path folder;

    @Test
    void anEncryptedKeyOpensWithItsPassphraseOnly() throws Exception {
        // Given
        Path file = folder.resolve("officer.key");
        SigningKey key = SigningKey.ed25519();
        KeyFile.writeEncrypted(file, key, "correct horse".toCharArray());

        // When
        SigningKey read = KeyFile.readEncrypted(file, "correct horse".toCharArray());

        // Then
        assertThat(read.publicKey()).isEqualTo(key.publicKey()).isEqualTo(KeyFile.readPublic(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).contains("ENCRYPTED PRIVATE KEY").doesNotContain("BEGIN PRIVATE KEY");
        assertThatThrownBy(() -> KeyFile.readEncrypted(file, "wrong horse".toCharArray()))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("pass-phrase");
    }

    @Test
    void aPlainKeyOfEitherSchemeReadsBack() {
        // Given
        SigningKey node = SigningKey.ecdsaP384();
        Path file = folder.resolve("node.key");
        KeyFile.writePlain(file, node);

        // When
        SigningKey read = KeyFile.readPlain(file);

        // Then
        assertThat(node.publicKey().verifies(new byte[] {7}, read.sign(new byte[] {7})))
                .isTrue();
    }

    @Test
    void showsNothingOfThePrivateKey() {
        // When
        String text = SigningKey.ed25519().toString();

        // Then
        assertThat(text).matches("SigningKey\\[[0-9a-f-]+]");
    }

    @Test
    void refusesAShortPassphraseAndAnExistingFile() {
        // Given
        Path file = folder.resolve("officer.key");
        KeyFile.writeEncrypted(file, SigningKey.ed25519(), "correct horse".toCharArray());

        // When / Then
        assertThatThrownBy(() -> KeyFile.writeEncrypted(file, SigningKey.ed25519(), "correct horse".toCharArray()))
                .isInstanceOf(SignatureException.class);
        assertThatThrownBy(
                        () -> KeyFile.writeEncrypted(folder.resolve("x"), SigningKey.ed25519(), "short".toCharArray()))
                .hasMessageContaining("8 characters");
    }
}
