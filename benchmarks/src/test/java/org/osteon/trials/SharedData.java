package org.osteon.trials;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/**
 * Files beside the repository that some trials need; absent parts skip visibly unless {@code osteon.require} names
 * them.
 */
final class SharedData {
    private SharedData() {}

    /** A file or folder below {@code shared/data}. */
    static Path of(String path) {
        Path file = Path.of("..", "..", "shared", "data")
                .resolve(path)
                .toAbsolutePath()
                .normalize();
        if (!Files.exists(file)) {
            if (Arrays.asList(System.getProperty("osteon.require", "").split(","))
                    .contains("shared")) {
                throw new AssertionError("shared data is required and not there: " + path);
            }
            Assumptions.abort("shared data is not there: " + path);
        }
        return file;
    }
}
