package org.osteon.audit.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Where a log's files are read from: a folder, or the inside of an evidence bundle. */
@FunctionalInterface
public interface LogFiles {
    /**
     * The file's bytes; empty when there is no such file.
     *
     * @param name relative name with forward slashes, such as {@code tile/0/000}
     * @param most a file with more bytes is refused
     * @throws LogException with code {@code TILE_TOO_LARGE}
     */
    Optional<byte[]> read(String name, long most);

    /** The files of a folder; links are not followed. */
    static LogFiles in(Path folder) {
        return (name, most) -> {
            Path file = folder.resolve(name);
            try {
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    return Optional.empty();
                }
                if (Files.size(file) > most) {
                    throw new LogException("TILE_TOO_LARGE", "the file " + name + " has more than " + most + " bytes");
                }
                return Optional.of(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
