package org.osteon.site.hosted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;

/**
 * Files of one launch in the temporary folder, whose path is short enough for a socket: nobody but the agent's user
 * gets past its door; one folder in it is shown to the app.
 *
 * @param own the agent's
 */
record LaunchFolder(Path own) implements AutoCloseable {
    /** Makes an empty one for a launch at this site. */
    static LaunchFolder make(Path site) {
        try {
            LaunchFolder folder = new LaunchFolder(Files.createTempDirectory(
                    prefix(site), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            Files.createDirectory(folder.shared());
            Files.setPosixFilePermissions(folder.shared(), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectory(folder.reply());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what launches left behind whose agent was killed. */
    static void sweep(Path site) {
        try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            left.filter(folder -> folder.getFileName().toString().startsWith(prefix(site)))
                    .forEach(folder -> new LaunchFolder(folder).close());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the names of everything begin with that a launch at this site makes. */
    static String prefix(Path site) {
        String name = Digest.of(site.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8))
                .hex();
        return "osteon-" + name.substring(0, 12) + "-";
    }

    /** What the app sees. */
    Path shared() {
        return own.resolve("app");
    }

    /** Shows the app files, which it can read only. */
    void show(Map<String, byte[]> files) {
        files.forEach((name, content) -> {
            try {
                Path file = Files.write(shared().resolve(name), content);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Lies there once the launch's first process is in its control groups. */
    Path entered() {
        return own.resolve("entered");
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
