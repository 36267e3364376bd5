package org.osteon.site.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.FlowerObject;

/**
 * The objects of the message at hand, one file each under its id. What came before a link was cut or the process was
 * killed is still there when the same message comes again; each file is compared with its id before it counts.
 */
final class Inbox {
    private final Path folder;

    Inbox(Path folder) {
        this.folder = folder;
    }

    /** Makes room for a message of these objects; keeps none of another. */
    void open(Set<String> ids) throws IOException {
        Files.createDirectories(folder);
        for (Path file : files()) {
            if (!ids.contains(file.getFileName().toString())) {
                Files.delete(file);
            }
        }
    }

    /** Whether an object is there, whole. */
    boolean has(String id) throws IOException {
        try {
            return Digest.of(Files.readAllBytes(file(id))).hex().equals(id);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Keeps an object whose id was checked. */
    void store(String id, byte[] content) throws IOException {
        Files.write(file(id), content);
    }

    /** An object, parsed. */
    FlowerObject read(String id) {
        try {
            return FlowerObject.decode(Files.readAllBytes(file(id)));
        } catch (IOException e) {
            throw new FlowerException("OBJECT_MALFORMED", "an object of the message is not there");
        }
    }

    /** The file of an object. */
    Path file(String id) {
        return folder.resolve(id);
    }

    /** An empty file beside the objects, for what is put together from them. */
    Path draft() throws IOException {
        Path draft = folder.resolve("base");
        Files.deleteIfExists(draft);
        return Files.createFile(draft);
    }

    /** Keeps nothing. */
    void erase() {
        try {
            for (Path file : files()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }
}
