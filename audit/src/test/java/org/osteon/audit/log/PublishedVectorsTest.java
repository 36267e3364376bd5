package org.osteon.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osteon.audit.SharedData;

/** Proofs and a log made by implementations that share nothing with this one. */
class PublishedVectorsTest {
    private static final NoteKey TESSERA =
            NoteKey.ofVkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");

    @Test
    void judgesEveryPublishedProofAsItsFileSays() throws IOException {
        // Given
        List<String> wrong = new ArrayList<>();
        int[] accepted = {0};
        List<Path> files = json(SharedData.tlog().resolve("merkle"));

        // When
        for (Path file : files) {
            JsonNode vector = JsonMapper.builder().build().readTree(Files.readAllBytes(file));
            boolean held = vector.has("leafIdx") ? inclusion(vector) : consistency(vector);
            accepted[0] += held ? 1 : 0;
            if (held == vector.path("wantErr").asBoolean()) {
                wrong.add(file.toString());
            }
        }

        // Then
        assertThat(files).hasSize(196);
        assertThat(accepted[0]).isBetween(5, 190);
        assertThat(wrong).isEmpty();
    }

    @Test
    void readsAnotherImplementationsLogAtEachOfItsSizes() throws IOException {
        // Given
        Path log = SharedData.tlog().resolve("tessera-log");
        LogReader reader = new LogReader(log);

        // When
        Checkpoint head = reader.verified(TESSERA);

        // Then
        Merkle.Nodes nodes = reader.verify(head, entry -> {});
        assertThat(head.size()).isEqualTo(15);
        for (int size = 0; size <= 15; size++) {
            Checkpoint old = Checkpoint.parse(Files.readAllBytes(log.resolve("checkpoint." + size)));
            assertThat(old.signedBy(TESSERA)).isTrue();
            assertThat(Merkle.root(nodes, size)).isEqualTo(old.root());
            if (size > 0) {
                List<byte[]> proof = Merkle.consistency(nodes, size, 15);
                assertThat(Merkle.consistent(size, 15, old.root(), head.root(), proof))
                        .isTrue();
            }
        }
    }

    @Test
    void refusesAnotherImplementationsLogWithOneByteChanged() throws IOException {
        // Given
        Path log = SharedData.tlog().resolve("tessera-log");
        Checkpoint head = new LogReader(log).checkpoint();
        LogFiles changed = (name, most) -> LogFiles.in(log).read(name, most).map(bytes -> {
            bytes[bytes.length / 2] ^= name.startsWith("tile/entries/") ? 1 : 0;
            return bytes;
        });

        // When / Then
        assertThatThrownBy(() -> new LogReader(changed).verify(head, entry -> {}))
                .isInstanceOf(LogException.class);
    }

    @Test
    void givesTheTileNamesOfTheSpecificationsWorkedExample() {
        // When
        List<String> names = new ArrayList<>();
        TilePath.visit(0, 70_000, (level, index, width) -> names.add(TilePath.hashes(level, index, width)));

        // Then
        assertThat(names.stream().filter(name -> name.startsWith("tile/0/"))).hasSize(274);
        assertThat(names).contains("tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1");
        assertThat(TilePath.hashes(0, 1_234_067, 256)).isEqualTo("tile/0/x001/x234/067");
        assertThat(names).hasSize(274 + 2 + 1);
    }

    private static boolean inclusion(JsonNode vector) {
        return Merkle.included(
                vector.path("leafIdx").asLong(),
                vector.path("treeSize").asLong(),
                bytes(vector.path("leafHash")),
                proof(vector),
                bytes(vector.path("root")));
    }

    private static boolean consistency(JsonNode vector) {
        return Merkle.consistent(
                vector.path("size1").asLong(),
                vector.path("size2").asLong(),
                bytes(vector.path("root1")),
                bytes(vector.path("root2")),
                proof(vector));
    }

    private static List<byte[]> proof(JsonNode vector) {
        List<byte[]> hashes = new ArrayList<>();
        vector.path("proof").forEach(hash -> hashes.add(bytes(hash)));
        return hashes;
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText(""));
    }

    private static List<Path> json(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }
}
