package org.osteon.adapters.cohort;

import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The native code behind snapshots and cohorts: zstd and DuckDB. */
public final class NativeLibraries {
    private static final long BYTES = 16L * 1024 * 1024;
    private static final List<String> NAMES = List.of("libzstd-jni", "libduckdb_java");
    private static final Path MAPPED = Path.of("/proc/self/maps");

    private NativeLibraries() {}

    /**
     * Loads it, so that a process that runs for weeks does not find out by its first table that it cannot: after one
     * failure a JVM never tries again. The libraries are unpacked, 60 MB, into the temporary folder, where a killed
     * process would leave them; once loaded they need no name, and on Linux the files are erased here.
     *
     * @throws IOException when one cannot be unpacked or loaded
     */
    public static void load() throws IOException {
        try {
            Native.load();
            CohortDatabase.open(BYTES).close();
        } catch (SQLException | RuntimeException | LinkageError e) {
            throw new IOException("the libraries of zstd and DuckDB could not be unpacked and loaded", e);
        }
        if (Files.isReadable(MAPPED)) {
            for (Path unpacked : unpacked(Files.readAllLines(MAPPED))) {
                Files.deleteIfExists(unpacked);
            }
        }
    }

    /** Files of the libraries in proc(5)'s table of mappings, whose sixth column is a path. */
    static List<Path> unpacked(List<String> mappings) {
        return mappings.stream()
                .map(line -> line.split(" +", 6))
                .filter(columns -> columns.length == 6)
                .map(columns -> Path.of(columns[5]))
                .filter(path -> path.getFileName() != null
                        && NAMES.stream().anyMatch(path.getFileName().toString()::startsWith)
                        && path.startsWith(System.getProperty("java.io.tmpdir")))
                .distinct()
                .toList();
    }
}
