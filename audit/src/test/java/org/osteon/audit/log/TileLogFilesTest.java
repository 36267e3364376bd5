package org.osteon.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.sign.SigningKey;

class TileLogFilesTest {
    private static final String ORIGIN = "osteon.example/federation/hub";
    private final SigningKey key = SigningKey.ed25519();
    private final SigningKey witnessKey = SigningKey.ed25519();

    @TempDir
    Path folder;

    private TileLog log;

    @BeforeEach
    void openLog() {
        log = open(0);
    }

    @Test
    void opensAgainWithTheSameHeadAndGrowsOn() {
        // Given
        log.append(0, entries(0, 300));

        // When
        TileLog again = open(0);

        // Then
        assertThat(again.checkpoint()).isEqualTo(log.checkpoint());
        Checkpoint head = again.append(300, entries(300, 700));
        assertThat(new LogReader(folder).verified(log.noteKey())).isEqualTo(head);
        List<byte[]> read = new ArrayList<>();
        new LogReader(folder).entries(0, 700, read::add);
        assertThat(read.get(699)).isEqualTo(entry(699));
    }

    @Test
    void skipsWhatIsThereAndRefusesGapsAndOtherBytes() {
        // Given
        log.append(0, entries(0, 10));

        // When
        Checkpoint head = log.append(5, entries(5, 12));

        // Then
        assertThat(head.size()).isEqualTo(12);
        assertThat(log.append(0, entries(0, 12))).isEqualTo(head);
        assertThatThrownBy(() -> log.append(13, entries(13, 14)))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo("LOG_GAP"));
        assertThatThrownBy(() -> log.append(11, entries(10, 11)))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo("ENTRY_DIFFERS"));
        assertThatThrownBy(() -> log.append(12, List.of(new byte[65_536])))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo("ENTRY_TOO_LONG"));
        assertThat(log.checkpoint()).isEqualTo(head);
    }

    @Test
    void writesTheSameFilesHoweverTheEntriesWereBatched(@TempDir Path other) throws IOException {
        // Given
        TileLog whole = TileLog.open(other, ORIGIN, key, 0);
        whole.append(0, entries(0, 600));

        // When
        for (int i = 0; i < 600; i += 7) {
            log.append(i, entries(i, Math.min(600, i + 7)));
        }

        // Then
        assertThat(log.checkpoint()).isEqualTo(whole.checkpoint());
        new LogReader(folder).filesAt(whole.checkpoint()).forEach((name, bytes) -> {
            assertThat(folder.resolve(name)).hasBinaryContent(bytes);
            assertThat(other.resolve(name)).hasBinaryContent(bytes);
        });
    }

    @Test
    void keepsPartialTilesOnlyUntilTheFullTileIsPublished() {
        // Given
        log.append(0, entries(0, 200));
        assertThat(folder.resolve("tile/entries/000.p/200")).exists();

        // When
        log.append(200, entries(200, 256));

        // Then
        assertThat(folder.resolve("tile/entries/000.p")).doesNotExist();
        assertThat(folder.resolve("tile/0/000.p")).doesNotExist();
        assertThat(folder.resolve("tile/0/000")).exists();
        assertThat(new LogReader(folder).filesAt(log.checkpoint())).hasSize(4);
    }

    @Test
    void opensOverFilesThatACrashLeftBehindAndAppendsTheSame() throws IOException {
        // Given
        log.append(0, entries(0, 20));
        byte[] before = Files.readAllBytes(folder.resolve("checkpoint"));
        Checkpoint after = log.append(20, entries(20, 300));
        Files.write(folder.resolve("checkpoint"), before);
        Files.write(folder.resolve(".checkpoint.new"), new byte[] {1, 2, 3});
        Files.write(folder.resolve("tile/entries/.000.new"), new byte[5]);
        Files.createDirectories(folder.resolve("tile/entries/000.p"));
        Files.write(
                folder.resolve("tile/entries/000.p/20"),
                new LogReader(folder).filesAt(Checkpoint.parse(before)).get("tile/entries/000.p/20"));

        // When
        TileLog again = open(20);

        // Then
        assertThat(again.checkpoint().size()).isEqualTo(20);
        assertThat(again.append(20, entries(20, 300))).isEqualTo(after);
        assertThat(new LogReader(folder).verified(log.noteKey())).isEqualTo(after);
    }

    @Test
    void refusesToOpenWithoutItsCheckpoint() throws IOException {
        // Given
        log.append(0, entries(0, 3));
        Files.delete(folder.resolve("checkpoint"));

        // When / Then
        assertRefused("CHECKPOINT_MISSING", 0);
    }

    @Test
    void refusesToOpenWithAnEntryChangedOrGone() throws IOException {
        // Given
        log.append(0, entries(0, 3));
        Path bundle = folder.resolve("tile/entries/000.p/3");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[5] ^= 1;
        Files.write(bundle, bytes);

        // When / Then
        assertRefused("ROOT_MISMATCH", 0);
        Files.delete(bundle);
        assertRefused("TILE_MISSING", 0);
    }

    @Test
    void refusesToOpenBelowASizeThatWasCosigned() throws IOException {
        // Given
        log.append(0, entries(0, 3));
        byte[] old = Files.readAllBytes(folder.resolve("checkpoint"));
        log.append(3, entries(3, 8));
        log.addCosignature(8, log.checkpoint().cosignature("site-a", witnessKey, Instant.EPOCH));
        Files.write(folder.resolve("checkpoint"), old);

        // When / Then
        assertRefused("LOG_ROLLED_BACK", 0);
        assertThatThrownBy(() -> TileLog.open(folder.resolve("new"), ORIGIN, key, 1))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo("LOG_ROLLED_BACK"));
    }

    @Test
    void refusesToOpenWithAnotherKey() {
        // Given
        log.append(0, entries(0, 3));

        // When / Then
        assertThatThrownBy(() -> TileLog.open(folder, ORIGIN, witnessKey, 0))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo("CHECKPOINT_FOREIGN"));
    }

    @Test
    void keepsACosignatureThatArrivesAfterTheLogHasGrown() {
        // Given
        Checkpoint then = log.append(0, entries(0, 5));
        log.append(5, entries(5, 9));
        NoteKey witness = new NoteKey("site-a", NoteKey.COSIGNATURE, witnessKey.publicKey());

        // When
        log.addCosignature(5, then.cosignature("site-a", witnessKey, Instant.ofEpochSecond(1_800_000_000)));

        // Then
        TileLog again = open(0);
        assertThat(again.cosigned(6, 1)).isEmpty();
        assertThat(again.cosigned(5, 1)).hasValueSatisfying(head -> {
            assertThat(head.size()).isEqualTo(5);
            assertThat(head.signedBy(log.noteKey())).isTrue();
            assertThat(head.cosignedBy(witness)).contains(Instant.ofEpochSecond(1_800_000_000));
        });
        Checkpoint now = again.checkpoint();
        again.addCosignature(9, now.cosignature("site-a", witnessKey, Instant.ofEpochSecond(1_800_000_001)));
        assertThat(again.cosigned(5, 1)).map(Checkpoint::size).contains(9L);
        assertThatThrownBy(() -> log.addCosignature(10, "— x y")).isInstanceOf(LogException.class);
    }

    private void assertRefused(String code, long least) {
        assertThatThrownBy(() -> open(least))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private TileLog open(long least) {
        return TileLog.open(folder, ORIGIN, key, least);
    }

    private static List<byte[]> entries(int from, int to) {
        return IntStream.range(from, to).mapToObj(TileLogFilesTest::entry).toList();
    }

    private static byte[] entry(int i) {
        return ("{\"seq\":" + i + "}").getBytes(StandardCharsets.UTF_8);
    }
}
