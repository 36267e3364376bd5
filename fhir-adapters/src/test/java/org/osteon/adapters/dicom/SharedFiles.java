package org.osteon.adapters.dicom;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the DICOM files that lie beside the repository; without them a test is skipped, or fails where they are
 * required.
 */
final class SharedFiles {
    private SharedFiles() {}

    static Path directory() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("shared/data/dicom/files");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        if (Arrays.asList(System.getProperty("osteon.require", "").split(",")).contains("shared")) {
            throw new AssertionError("shared/data/dicom/files is required and was not found");
        }
        Assumptions.abort("SKIPPED: shared/data/dicom/files was not found beside the repository");
        throw new AssertionError("unreachable");
    }
}
