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

    /** Variables that shift a process's wall clock, such as {@code -2d}; the clock that measures waiting stays. */
    static Map<String, String> environment(Path library, String shift) {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME",
                shift,
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1");
    }
}
