package org.osteon.adapters.view;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/** Finds {@code shared/data} beside the working tree; its absence skips a test visibly, or fails it where required. */
final class SharedData {
    private SharedData() {}

    static Path folder(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/data").resolve(name);
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        String required = System.getProperty("osteon.require", "");
        if (Arrays.asList(required.split(",")).contains("shared")) {
            fail("shared/data/" + name + " is required and not there");
        }
        Assumptions.abort("shared/data/" + name + " is not there");
        throw new IllegalStateException("not reached");
    }
}
