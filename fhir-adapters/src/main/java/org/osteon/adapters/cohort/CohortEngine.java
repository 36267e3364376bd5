package org.osteon.adapters.cohort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The native code behind cohorts, DuckDB. */
public final class CohortEngine {
    private static final long BYTES = 16L * 1024 * 1024;
    private static final String LIBRARY = "libduckdb_java";
    private static final Path MAPPED = Path.of("/proc/self/maps");

    private CohortEngine() {}

    /**
     * Loads it, so that a process that runs for weeks does not find out by its first cohort that it cannot: after one
     * failure a JVM never tries again. Its driver unpacks the library, 60 MB, into the temporary folder, where a killed
     * process would leave it; once loaded it needs no name, and on Linux the file is erased here.
     *
     * @throws IOException when it cannot be unpacked or loaded
     */
    public static void load() throws IOException {
        try {
            CohortDatabase.open(BYTES).close();
        } catch (SQLException | RuntimeException | LinkageError e) {
            throw new IOException("the library of DuckDB could not be unpacked and loaded", e);
        }
        if (Files.isReadable(MAPPED)) {
            for (Path unpacked : unpacked(Files.readAllLines(MAPPED))) {
                Files.deleteIfExists(unpacked);
            }
        }
    }

    /** Files of the library in proc(5)'s table of mappings, whose sixth column is a path. */
    static List<Path> unpacked(List<String> mappings) {
        return mappings.stream()
                .map(line -> line.split(" +", 6))
                .filter(columns -> columns.length == 6)
                .map(columns -> Path.of(columns[5]))
                .filter(path -> path.getFileName() != null
                        && path.getFileName().toString().startsWith(LIBRARY)
                        && path.startsWith(System.getProperty("java.io.tmpdir")))
                .distinct()
                .toList();
    }
}
