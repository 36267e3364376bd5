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

    private Path log;
    private String vkey;

    @BeforeEach
    void writeALog() {
        SharedData.present("go", onPath("go"), "the go command is not on the path");
        log = folder.resolve("log");
        TileLog writer = TileLog.open(log, "osteon.example/ortho-net/hub", SigningKey.ed25519(), 0);
        for (int i = 0; i < SIZE; i += 41) {
            writer.append(i, entries(i, Math.min(SIZE, i + 41)));
        }
        vkey = writer.noteKey().vkey();
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
    void tesserasFsckAcceptsTheLogAndRefusesOneByteChanged() throws Exception {
        // Given
        Path script = Path.of("src/test/sh/fsck.sh").toAbsolutePath();

        // When
        Ran ran = run(folder, "sh", script.toString(), log.toString(), vkey);

        // Then
        assertThat(ran.code).as(ran.output).isZero();
        assertThat(ran.output).contains("accepted the log and refused it with one byte changed");
        String other = new NoteKey("osteon.example/ortho-net/hub", 1, SigningKey.ed25519().publicKey()).vkey();
        assertThat(run(folder, "sh", script.toString(), log.toString(), other).code)
                .isEqualTo(1);
    }

    private record Ran(int code, String output) {}

    private static Ran run(Path in, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private static boolean onPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(place -> !place.isEmpty() && Files.isExecutable(Path.of(place).resolve(name)));
    }

    private static List<byte[]> entries(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> ("{\"seq\":" + i + ",\"type\":\"round-closed\"}").getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
