package org.osteon.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.SharedData;
import org.osteon.protocol.sign.SigningKey;

/** Tools that nobody here wrote read a log of about a thousand entries, and refuse it when one byte is changed. */
class IndependentVerifiersTest {
    private static final int SIZE = 1003;

    @TempDir
    Path folder;

    private final SigningKey key = SigningKey.ed25519();
    private Path log;
    private String vkey;

    @BeforeEach
    void writeALog() {
        SharedData.present("go", onPath("go"), "the go command is not on the path");
        log = folder.resolve("hub");
        vkey = write(log, "osteon.example/ortho-net/hub", key, SIZE).noteKey().vkey();
    }

    @Test
    void gosSumdbCodeDerivesTheSameRootAndRefusesAnyChangedFile() throws Exception {
        // Given
        Path program = folder.resolve("logcheck");
        Path source = Path.of("src/test/go").toAbsolutePath();
        assertThat(run(source, "go", "build", "-o", program.toString(), ".").code)
                .isZero();
        Checkpoint head = new LogReader(log).checkpoint();

        // When
        Ran accepted = run(folder, program.toString(), log.toString(), vkey);

        // Then
        assertThat(accepted.output.strip()).isEqualTo("accepted " + SIZE + " " + head.rootBase64());
        List<String> wronglyAccepted = new ArrayList<>();
        for (String name : LogReader.fileNames(SIZE)) {
            byte[] good = Files.readAllBytes(log.resolve(name));
            byte[] bad = good.clone();
            bad[bad.length / 2] ^= 1;
            Files.write(log.resolve(name), bad);
            if (run(folder, program.toString(), log.toString(), vkey).code != 1) {
                wronglyAccepted.add(name);
            }
            Files.write(log.resolve(name), good);
        }
        assertThat(wronglyAccepted).isEmpty();
    }

    @Test
    void gosSumdbCodeChecksAnOlderHeadAgainstTheNewOne() throws Exception {
        // Given
        Path program = folder.resolve("logcheck");
        run(Path.of("src/test/go").toAbsolutePath(), "go", "build", "-o", program.toString(), ".");
        Path old = Files.copy(log.resolve("checkpoint"), folder.resolve("old"));
        TileLog.open(log, "osteon.example/ortho-net/hub", key, 0).append(SIZE, entries(SIZE, SIZE + 300));
        Path cut = folder.resolve("cut");
        write(cut, "osteon.example/ortho-net/hub", key, SIZE - 5);

        // When
        Ran grown = run(folder, program.toString(), log.toString(), vkey, old.toString());
        Path forked = Files.write(
                folder.resolve("forked"),
                Checkpoint.sign("osteon.example/ortho-net/hub", SIZE, new byte[32], key)
                        .bytes());
        Ran split = run(folder, program.toString(), log.toString(), vkey, forked.toString());
        Ran shorter = run(folder, program.toString(), cut.toString(), vkey, old.toString());

        // Then
        assertThat(grown.output).startsWith("accepted " + (SIZE + 300) + " ");
        assertThat(split.code).isEqualTo(1);
        assertThat(shorter.code).isEqualTo(1);
    }

    @Test
    void tesserasFsckAcceptsTheLogsOfHubAndSitesAndRefusesOneByteChanged() throws Exception {
        // Given
        String script = Path.of("src/test/sh/fsck.sh").toAbsolutePath().toString();
        SigningKey siteKey = SigningKey.ed25519();
        String siteOrigin = "osteon.example/ortho-net/hospital-a";
        Path site = folder.resolve("site");
        write(site, siteOrigin, siteKey, 7);

        // When
        Ran hub = run(folder, "sh", script, log.toString(), vkey);
        Ran small = run(
                folder,
                "sh",
                script,
                site.toString(),
                siteOrigin,
                siteKey.publicKey().spki());

        // Then
        assertThat(hub.code).as(hub.output).isZero();
        assertThat(hub.output).contains("accepted the log and refused it with one byte changed: " + SIZE + " entries");
        assertThat(small.code).as(small.output).isZero();
        assertThat(small.output).contains("accepted the log and refused it with one byte changed: 7 entries");
    }

    @Test
    void theScriptAroundFsckRefusesAnotherKeyAndAChangedLog() throws Exception {
        // Given
        String script = Path.of("src/test/sh/fsck.sh").toAbsolutePath().toString();
        String other = new NoteKey(
                        "osteon.example/ortho-net/hub", 1, SigningKey.ed25519().publicKey())
                .vkey();
        Path tile = log.resolve("tile/0/001");
        byte[] bytes = Files.readAllBytes(tile);
        bytes[77] ^= 1;

        // When
        Ran byOther = run(folder, "sh", script, log.toString(), other);
        Files.write(tile, bytes);
        Ran changed = run(folder, "sh", script, log.toString(), vkey);

        // Then
        assertThat(byOther.code).as(byOther.output).isEqualTo(1);
        assertThat(byOther.output).contains("fsck refused the log");
        assertThat(changed.code).as(changed.output).isEqualTo(1);
        assertThat(changed.output).contains("tile/0/001").contains("fsck refused the log");
    }

    private record Ran(int code, String output) {}

    private static Ran run(Path in, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("ran", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            String text = Files.readString(output);
            assertThat(ended).as(text).isTrue();
            return new Ran(process.exitValue(), text);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    private static TileLog write(Path folder, String origin, SigningKey key, int size) {
        TileLog log = TileLog.open(folder, origin, key, 0);
        for (int i = 0; i < size; i += 41) {
            log.append(i, entries(i, Math.min(size, i + 41)));
        }
        return log;
    }

    private static boolean onPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(place ->
                        !place.isEmpty() && Files.isExecutable(Path.of(place).resolve(name)));
    }

    private static List<byte[]> entries(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> ("{\"seq\":" + i + ",\"type\":\"round-closed\"}").getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
