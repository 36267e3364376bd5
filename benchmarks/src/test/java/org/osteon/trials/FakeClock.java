package org.osteon.trials;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * Another time of day for one process, by libfaketime; absent it skips visibly unless {@code osteon.require} names it.
 */
final class FakeClock {
    private static final List<String> FOLDERS = List.of(
            "/usr/lib/x86_64-linux-gnu/faketime",
            "/usr/lib/aarch64-linux-gnu/faketime",
            "/usr/lib/faketime",
            "/usr/lib64/faketime",
            "/usr/local/lib/faketime");

    private FakeClock() {}

    /** The library for programs with threads. */
    static Path library() {
        for (String folder : FOLDERS) {
            Path library = Path.of(folder, "libfaketimeMT.so.1");
            if (Files.isReadable(library)) {
                return library;
            }
        }
        if (Arrays.asList(System.getProperty("osteon.require", "").split(",")).contains("faketime")) {
            throw new AssertionError("libfaketime is required and not there; the package faketime brings it");
        }
        Assumptions.abort("libfaketime is not there; the package faketime brings it");
        throw new IllegalStateException("not reached");
    }

    /** Variables that shift a process's wall clock as a file says, which may be rewritten while the process runs. */
    static Map<String, String> environment(Path library, Path file) {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                // The clock that measures waiting stays; with the library's correction for it, waits would end at once.
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }
}
