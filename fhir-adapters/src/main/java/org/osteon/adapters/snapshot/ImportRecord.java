package org.osteon.adapters.snapshot;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;

/**
 * How far a mapping for a site has come, as it stands in a file of the site's folder; counts and codes, never a value.
 * Written by the program that maps, read by the site's own page.
 *
 * @param id sorts by the start
 * @param state {@code running}, {@code done} or {@code failed}
 * @param process of the program that maps
 * @param started epoch milliseconds
 * @param updated epoch milliseconds
 * @param source label of the source at hand, as in the manifest
 * @param units units read so far, over all sources
 * @param snapshot the folder it makes
 * @param problem code of what ended it, else empty
 */
public record ImportRecord(
        String id,
        String state,
        long process,
        long started,
        long updated,
        String source,
        long units,
        String snapshot,
        String problem) {
    static final String FOLDER = "imports";
    static final String ENDING = ".json";
    private static final int MOST_BYTES = 16_384;

    /** The newest imports of a site, newest first. */
    public static List<ImportRecord> newest(Path site, int most) {
        Path folder = site.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .limit(most)
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the program that maps is still there, for one that says it runs. */
    @JsonIgnore
    public boolean alive() {
        return "running".equals(state)
                && ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Units a second from the start to the last word, 0 before the first second. */
    @JsonIgnore
    public double rate() {
        long millis = updated - started;
        return millis < 1000 ? 0 : units * 1000.0 / millis;
    }

    private static Optional<ImportRecord> read(Path file) {
        try {
            return Files.size(file) > MOST_BYTES
                    ? Optional.empty()
                    : Optional.of(CanonicalJson.read(Files.readAllBytes(file), ImportRecord.class));
        } catch (NoSuchFileException | DocumentException e) {
            // Cleared away meanwhile, or nothing of ours.
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
