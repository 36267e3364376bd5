package org.osteon.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What tests need from outside the module; absent parts skip visibly unless {@code osteon.require} names them. */
public final class SharedData {
    private SharedData() {}

    /** The folder of published tlog vectors. */
    public static Path tlog() {
        Path at = Path.of("").toAbsolutePath();
        for (Path folder = at; folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared/data/tlog");
            if (Files.isDirectory(found)) {
                return found;
            }
            Path beside = folder.resolve("../shared/data/tlog");
            if (Files.isDirectory(beside)) {
                return beside;
            }
        }
        present("shared", false, "the folder shared/data/tlog is not here");
        throw new IllegalStateException("unreachable");
    }

    /** Skips the test visibly when a part is absent, or fails it when the part is required. */
    public static void present(String part, boolean present, String why) {
        if (Arrays.asList(System.getProperty("osteon.require", "").split(",")).contains(part)) {
            assertThat(present).as(why).isTrue();
        }
        assumeTrue(present, why);
    }
}
