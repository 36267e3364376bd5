package org.osteon.site.hosted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Files of one launch in the temporary folder, whose path is short enough for a socket: nobody but the agent's user
 * gets past its door; one folder in it is shown to the app.
 *
 * @param own the agent's
 */
record LaunchFolder(Path own) implements AutoCloseable {
    /** Makes an empty one. */
    static LaunchFolder make() {
        try {
            LaunchFolder folder = new LaunchFolder(Files.createTempDirectory(
                    "osteon", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            Files.createDirectory(folder.shared());
            Files.setPosixFilePermissions(folder.shared(), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectory(folder.reply());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the app sees. */
    Path shared() {
        return own.resolve("app");
    }

    /** Where the objects of its reply go. */
    Path reply() {
        return own.resolve("reply");
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
