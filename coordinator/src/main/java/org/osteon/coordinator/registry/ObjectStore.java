package org.osteon.coordinator.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.osteon.protocol.document.Digest;

/**
 * Content-addressed files: update files and model arrays, {@code sha256/ab/…}; complete under their digest or not
 * there.
 */
public final class ObjectStore {
    private final Path folder;

    /** A store in this folder. */
    public ObjectStore(Path folder) {
        this.folder = folder;
    }

    /** The file of a digest; may not exist. */
    public Path file(Digest digest) {
        return folder.resolve("sha256").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    /** Whether the digest's file is here. */
    public boolean has(Digest digest) {
        return Files.exists(file(digest));
    }

    /** A new empty file to write into, on the same disk. */
    public Path draft() {
        try {
            Path drafts = Files.createDirectories(folder.resolve("drafts"));
            return Files.createTempFile(drafts, "object", ".part");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves a written draft under its digest; file and folder are synced when this returns. */
    public void keep(Path draft, Digest digest) {
        try {
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Path target = file(digest);
            Path home = Files.createDirectories(
                    folder.resolve("sha256").resolve(digest.hex().substring(0, 2)));
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(home, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
