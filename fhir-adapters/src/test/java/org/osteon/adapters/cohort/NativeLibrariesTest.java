package org.osteon.adapters.cohort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading in processes of their own: a JVM loads a library once. */
class NativeLibrariesTest {
    @TempDir
    Path folder;

    /** Loads, then parses a cohort, and is ended without a chance to clean up. */
    static final class Killed {
        public static void main(String[] none) throws Exception {
            NativeLibraries.load();
            try (CohortDatabase database = CohortDatabase.open(16L * 1024 * 1024)) {
                System.out.println(database.syntaxTree("SELECT 1").length > 0 ? "works" : "empty");
            }
            Runtime.getRuntime().halt(137);
        }
    }

    /** Says why it could not load. */
    static final class Failing {
        public static void main(String[] none) {
            try {
                NativeLibraries.load();
                System.out.println("loaded");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String run(Class<?> program, Path temporary) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aKilledProcessLeavesNothingInTheTemporaryFolder() throws Exception {
        assertThat(run(Killed.class, folder)).isEqualTo("works\n");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("libduckdb"));
        }
    }

    @Test
    void aTemporaryFolderThatTakesNothingIsSaid() throws Exception {
        assertThat(run(Failing.class, folder.resolve("missing"))).contains("could not be unpacked and loaded");
    }

    @Test
    void onlyTheLibrariesInTheTemporaryFolderAreErased() {
        String temporary = System.getProperty("java.io.tmpdir");
        assertThat(NativeLibraries.unpacked(List.of(
                        "7f00-7f01 r-xp 00000000 fe:00 12345                      " + temporary + "/libduckdb_java1.so",
                        "7f01-7f02 r--p 00000000 fe:00 12345                      " + temporary + "/libduckdb_java1.so",
                        "7f02-7f03 r--p 00000000 fe:00 12346                      /usr/lib/libduckdb_java.so",
                        "7f05-7f06 r--p 00000000 fe:00 12348                      " + temporary + "/libzstd-jni-1.so",
                        "7f03-7f04 r--p 00000000 fe:00 12347                      " + temporary + "/libother.so",
                        "7f04-7f05 rw-p 00000000 00:00 0 ",
                        "7f05-7f06 rw-p 00000000 00:00 0                          [heap]")))
                .containsExactly(Path.of(temporary, "libduckdb_java1.so"), Path.of(temporary, "libzstd-jni-1.so"));
    }
}
