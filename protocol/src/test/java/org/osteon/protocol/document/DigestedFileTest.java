package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestedFileTest {
    private static final int PIECE = 3 * 1024 * 1024 + 1;

    @TempDir
    Path folder;

    @Test
    void aFileHasTheBytesAndTheDigestOfWhatWasWritten() throws IOException {
        // Given
        Path file = Files.createFile(folder.resolve("draft"));
        byte[] piece = new byte[PIECE + 8];
        new SplittableRandom(12).nextBytes(piece);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();

        // When
        Digest digest;
        try (DigestedFile out = new DigestedFile(file)) {
            for (int i = 0; i < 3; i++) {
                piece[5]++;
                out.write(piece, 5, PIECE);
                whole.write(piece, 5, PIECE);
            }
            digest = out.digest();
        }

        // Then
        assertThat(file).hasBinaryContent(whole.toByteArray());
        assertThat(digest).isEqualTo(Digest.of(whole.toByteArray()));
    }

    @Test
    void aFullDiskIsSaid() throws IOException {
        // Given
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();

        // When, Then
        try (DigestedFile out = new DigestedFile(full)) {
            assertThatThrownBy(() -> out.write(new byte[PIECE], 0, PIECE)).isInstanceOf(IOException.class);
        }
    }
}
