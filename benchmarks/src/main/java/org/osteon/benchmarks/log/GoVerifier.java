package org.osteon.benchmarks.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The Go team's own log code around which {@code audit/src/test/go} is a few lines; built when Go is on the path. */
final class GoVerifier {
    private static final String SOURCE = "audit/src/test/go";
    private static final int MINUTES = 10;

    private final Path program;

    private GoVerifier(Path program) {
        this.program = program;
    }

    /** Builds it into a folder; empty where there is no Go. */
    static Optional<GoVerifier> build(Path repository, Path folder) throws IOException, InterruptedException {
        Path source = repository.resolve(SOURCE);
        Path program = folder.resolve("logcheck").toAbsolutePath();
        try {
            String said = run(folder.resolve("build.txt"), source, "go", "build", "-o", program.toString(), ".");
            if (Files.isExecutable(program)) {
                return Optional.of(new GoVerifier(program));
            }
            System.err.println("Go's verifier was not built: " + said);
        } catch (IOException e) {
            System.err.println("no Go on the path");
        }
        return Optional.empty();
    }

    /** Verifies a log and returns the size it accepted. */
    long verify(Path log, String vkey) throws IOException, InterruptedException {
        String said = run(
                program.resolveSibling("said.txt"),
                program.resolveSibling("."),
                program.toString(),
                log.toAbsolutePath().toString(),
                vkey);
        String[] words = said.strip().split(" ");
        if (words.length != 3 || !words[0].equals("accepted")) {
            throw new IllegalStateException("Go's verifier said: " + said.strip());
        }
        return Long.parseLong(words[1]);
    }

    private static String run(Path output, Path in, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException(command[0] + " did not end within " + MINUTES + " minutes");
            }
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }
}
