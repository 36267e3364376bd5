package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
    @TempDir
    Path folder;

    private Path snapshot = Path.of("");

    @BeforeEach
    void map() {
        snapshot = new Hospital(folder)
                .lines("e.csv", StandardCharsets.UTF_8, Hospital.HEADER, Hospital.row("A", "女", 70, "-2.5", 1))
                .map()
                .snapshot();
    }

    @Test
    void opensAndVerifies() {
        Snapshot opened = Snapshot.open(snapshot);

        opened.verify();

        assertThat(opened.manifest().tables()).extracting(table -> table.name()).containsExactly("export");
        assertThat(opened.signed().signedBy(Hospital.KEYS.manifestKey().publicKey()))
                .isTrue();
        assertThat(opened.commitment()).isNotEqualTo(opened.manifest().digest());
        assertThat(opened.toString()).contains(opened.commitment().brief());
    }

    @Test
    void eachChangedByteOfATableIsFound() throws IOException {
        Path table = snapshot.resolve("tables/export.parquet");
        byte[] good = Files.readAllBytes(table);
        for (int at = 0; at < good.length; at += 97) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(table, bad);
            assertRefused(
                    "TABLE_CHANGED", "export", () -> Snapshot.open(snapshot).verify());
        }
    }

    @Test
    void aMissingAndAnUndeclaredTableAreFound() throws IOException {
        Path table = snapshot.resolve("tables/export.parquet");
        Files.copy(table, snapshot.resolve("tables/more.parquet"));
        assertRefused("TABLE_UNDECLARED", "more", () -> Snapshot.open(snapshot).verify());
        Files.delete(table);
        assertRefused("TABLE_MISSING", "export", () -> Snapshot.open(snapshot).verify());
    }

    @Test
    void aFolderThatIsNoSnapshotIsRefused() throws IOException {
        assertRefused("SNAPSHOT_MISSING", "manifest.json", () -> Snapshot.open(folder));
        Files.write(snapshot.resolve("commitment.salt"), new byte[31]);
        assertRefused("SNAPSHOT_MALFORMED", "commitment.salt", () -> Snapshot.open(snapshot));
        Files.write(snapshot.resolve("commitment.salt"), new byte[32]);
        String manifest = Files.readString(snapshot.resolve("manifest.json"));
        Files.writeString(snapshot.resolve("manifest.json"), manifest.replace("tables/export", "../export"));
        assertRefused("SNAPSHOT_MALFORMED", "outside", () -> Snapshot.open(snapshot));
        Files.writeString(snapshot.resolve("manifest.json"), manifest.replace("manifest/1", "manifest/9"));
        assertRefused("SNAPSHOT_MALFORMED", "schema", () -> Snapshot.open(snapshot));
    }

    @Test
    void aManifestWithAnotherContentIsNotSigned() throws IOException {
        String manifest = Files.readString(snapshot.resolve("manifest.json"));
        Files.writeString(snapshot.resolve("manifest.json"), manifest.replace("\"patients\":1", "\"patients\":2"));

        assertThat(Snapshot.open(snapshot)
                        .signed()
                        .signedBy(Hospital.KEYS.manifestKey().publicKey()))
                .isFalse();
    }

    @Test
    void keysShowNothing() {
        assertThat(Hospital.KEYS.toString()).doesNotContain("secret").startsWith("MappingKeys[");
        assertThatThrownBy(() -> new MappingKeys(new byte[15], Hospital.KEYS.manifestKey()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(String code, String named, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SnapshotException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused).hasMessageContaining(named);
        });
    }
}
