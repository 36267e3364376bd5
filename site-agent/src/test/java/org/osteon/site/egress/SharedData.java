package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Test data that lies beside the project; absent, the test is skipped visibly, or fails where it is required. */
final class SharedData {
    private SharedData() {}

    static Path find(String path) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared").resolve("data").resolve(path);
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        if (List.of(System.getProperty("osteon.require", "").split(",")).contains("shared")) {
            return fail("required test data is absent: shared/data/" + path);
        }
        Assumptions.abort("test data is absent: shared/data/" + path);
        throw new IllegalStateException();
    }
}
