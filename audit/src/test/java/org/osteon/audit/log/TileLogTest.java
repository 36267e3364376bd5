package org.osteon.audit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.sign.SigningKey;

class TileLogTest {
    @TempDir
    Path folder;

    private final SigningKey key = SigningKey.ed25519();

    @Test
    void everyEntryIsProvenAtEverySize() {
        // Given
        TileLog log = TileLog.open(folder, "osteon.test/log", key, 0);
        List<Checkpoint> heads = new ArrayList<>();

        // When
        for (int i = 0; i < 600; i += 7) {
            heads.add(log.append(i, entries(i, 7)));
        }

        // Then
        long size = log.checkpoint().size();
        for (int i = 0; i < size; i++) {
            assertThat(Merkle.included(
                            i,
                            size,
                            Merkle.leaf(entry(i)),
                            log.inclusion(i, size),
                            log.checkpoint().root()))
                    .isTrue();
        }
        for (Checkpoint head : heads) {
            assertThat(Merkle.consistent(
                            head.size(),
                            size,
                            head.root(),
                            log.checkpoint().root(),
                            log.consistency(head.size(), size)))
                    .isTrue();
        }
        assertThat(new LogReader(folder).verified(log.noteKey()).size()).isEqualTo(size);
    }

    @Test
    void goesOnByItselfAfterAWriteThatFailed() throws Exception {
        // Given: tiles that cannot be written, as on a full disk, the second time with some of them there
        TileLog log = TileLog.open(folder, "o", key, 0);
        log.append(0, entries(0, 10));
        Path tile = folder.resolve("tile");
        Path aside = Files.move(tile, folder.resolve("aside"));
        Files.writeString(tile, "no folder");
        assertThatThrownBy(() -> log.append(10, entries(10, 600))).isInstanceOf(java.io.UncheckedIOException.class);
        assertThat(log.checkpoint().size()).isEqualTo(10);
        Files.delete(tile);
        Files.move(aside, tile);
        Files.createDirectories(folder.resolve(TilePath.hashes(0, 1, TilePath.WIDTH)));
        assertThatThrownBy(() -> log.append(10, entries(10, 600))).isInstanceOf(java.io.UncheckedIOException.class);
        Files.delete(folder.resolve(TilePath.hashes(0, 1, TilePath.WIDTH)));

        // When
        log.append(10, entries(10, 600));

        // Then
        TileLog other = TileLog.open(folder.resolve("other"), "o", key, 0);
        assertThat(log.checkpoint().root())
                .isEqualTo(other.append(0, entries(0, 610)).root());
        assertThat(new LogReader(folder).verified(log.noteKey()).size()).isEqualTo(610);
        assertThat(log.append(610, entries(610, 1)).size()).isEqualTo(611);
    }

    @Test
    void opensAgainWhereItStoppedAndSkipsWhatIsThere() {
        // Given
        TileLog.open(folder, "o", key, 0).append(0, entries(0, 300));

        // When
        TileLog again = TileLog.open(folder, "o", key, 300);
        again.append(290, entries(290, 20));

        // Then
        assertThat(new LogReader(folder).verified(again.noteKey()).size()).isEqualTo(310);
        assertThatThrownBy(() -> again.append(5, List.of("other".getBytes(UTF_8))))
                .hasMessageContaining("other bytes");
        assertThatThrownBy(() -> again.append(400, entries(400, 1))).hasMessageContaining("does not follow");
    }

    @Test
    void refusesARolledBackLogAndAChangedEntry() throws Exception {
        // Given
        TileLog.open(folder, "o", key, 0).append(0, entries(0, 20));
        Path bundle = folder.resolve("tile/entries/000.p/20");
        byte[] bytes = Files.readAllBytes(bundle);

        // When / Then
        assertThatThrownBy(() -> TileLog.open(folder, "o", key, 21))
                .extracting(e -> ((LogException) e).code())
                .isEqualTo("LOG_ROLLED_BACK");
        bytes[4] ^= 1;
        Files.write(bundle, bytes);
        assertThatThrownBy(() -> TileLog.open(folder, "o", key, 0))
                .extracting(e -> ((LogException) e).code())
                .isEqualTo("ROOT_MISMATCH");
    }

    @Test
    void aWitnessCosignsOnlyWhatExtendsWhatItSaw() {
        // Given
        TileLog log = TileLog.open(folder, "o", key, 0);
        Checkpoint first = log.append(0, entries(0, 3));
        Checkpoint second = log.append(3, entries(3, 4));
        Witness witness = new Witness("hub", SigningKey.ed25519());
        Instant now = Instant.ofEpochSecond(1_800_000_000);

        // When
        var cosigned = witness.judge(log.noteKey(), 3, first.root(), 3, log.consistency(3, 7), second, now);
        var forked = witness.judge(log.noteKey(), 3, new byte[32], 3, log.consistency(3, 7), second, now);
        var conflict = witness.judge(log.noteKey(), 5, first.root(), 3, List.of(), second, now);

        // Then
        assertThat(cosigned).isInstanceOf(Witness.Outcome.Cosigned.class);
        String line = ((Witness.Outcome.Cosigned) cosigned).line();
        log.addCosignature(7, line);
        assertThat(new LogReader(folder).checkpoint().cosignedBy(witness.noteKey()))
                .contains(now);
        assertThat(forked).isEqualTo(new Witness.Outcome.Refused("LOG_NOT_CONSISTENT"));
        assertThat(conflict).isEqualTo(new Witness.Outcome.Conflict(5));
    }

    @Test
    void tilesAreNamedAsTheSpecificationSays() {
        assertThat(TilePath.hashes(0, 1_234_067, 256)).isEqualTo("tile/0/x001/x234/067");
        assertThat(TilePath.hashes(1, 0, 17)).isEqualTo("tile/1/000.p/17");
    }

    @Test
    void hashesTheReferenceLeaves() {
        // Given: the eight leaves of the Certificate Transparency reference tree
        HashLevels levels = new HashLevels();
        for (String hex : List.of(
                "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")) {
            levels.add(Merkle.leaf(HexFormat.of().parseHex(hex)));
        }

        // When
        byte[] root = Merkle.root(levels, 8);

        // Then
        assertThat(HexFormat.of().formatHex(root))
                .isEqualTo("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    @Test
    void readsTheReferenceVerifierKey() {
        // Given
        String vkey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

        // When
        NoteKey parsed = NoteKey.ofVkey(vkey);

        // Then
        assertThat(parsed.vkey()).isEqualTo(vkey);
    }

    static List<byte[]> entries(int from, int count) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            entries.add(entry(i));
        }
        return entries;
    }

    static byte[] entry(int i) {
        return ("entry " + i).getBytes(UTF_8);
    }
}
