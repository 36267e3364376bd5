package org.osteon.coordinator.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.FlowerObject;

/** Objects that nodes push, one file each under the node that pushed it; complete under its id or not there. */
public final class Spool {
    private static final int SLICE = 64 * 1024;
    private static final int MAX_RECORD = 8 * 1024 * 1024;

    private final Path folder;

    /** A spool in this folder. */
    public Spool(Path folder) {
        this.folder = folder;
    }

    /** Whether the node's object is there. */
    public boolean has(String nodeId, String objectId) {
        return Files.exists(file(nodeId, objectId));
    }

    /** Stores an object durably; false when its bytes are not the id's. */
    public boolean store(String nodeId, String objectId, ByteBuffer content) {
        var sha = Digest.sha256();
        sha.update(content.duplicate());
        if (!Digest.ofRaw(sha.digest()).hex().equals(objectId)) {
            return false;
        }
        Path target = file(nodeId, objectId);
        try {
            Path home = Files.createDirectories(folder.resolve(nodeId));
            Path partial = Files.createTempFile(home, ".push", ".part");
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                ByteBuffer rest = content.duplicate();
                while (rest.hasRemaining()) {
                    ByteBuffer slice = rest.slice(rest.position(), Math.min(SLICE, rest.remaining()));
                    rest.position(rest.position() + slice.remaining());
                    while (slice.hasRemaining()) {
                        channel.write(slice);
                    }
                }
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(home, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a small object whole. */
    public FlowerObject read(String nodeId, String objectId) {
        Path file = file(nodeId, objectId);
        try {
            if (!Files.exists(file) || Files.size(file) > MAX_RECORD) {
                throw new FlowerException("OBJECT_MISSING", "an object of the reply is not there or too large");
            }
            return FlowerObject.decode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of a chunk, to be read piecewise. */
    public Path file(String nodeId, String objectId) {
        if (!nodeId.matches("[0-9]{1,20}") || !objectId.matches("[0-9a-f]{64}")) {
            throw new FlowerException("OBJECT_MALFORMED", "a node or object id is malformed");
        }
        return folder.resolve(nodeId).resolve(objectId);
    }

    /** Erases everything a node pushed; its reply was taken over or refused. */
    public void clear(String nodeId) {
        Path home = folder.resolve(nodeId);
        if (!Files.isDirectory(home)) {
            return;
        }
        try (Stream<Path> files = Files.list(home)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
