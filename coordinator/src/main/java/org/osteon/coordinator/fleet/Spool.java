package org.osteon.coordinator.fleet;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.FlowerObject;

/**
 * Objects that nodes push, one file each under the node that pushed it; complete under its id or not there. Nothing is
 * synced here: a reply counts when its update and its row are on disk, before its last object is acknowledged. What was
 * left by an earlier start is taken only after its bytes were compared with its id.
 */
public final class Spool {
    private static final String ARRIVING = "arriving";

    /** Longer than any carrier lets a body take. */
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final int MAX_RECORD = 8 * 1024 * 1024;

    private static final Pattern NODE = Pattern.compile("[0-9]{1,20}");

    private final Path folder;
    private final Set<Path> written = ConcurrentHashMap.newKeySet();
    private final LongSupplier clock;
    private final Queue<Incoming> arriving = new ConcurrentLinkedQueue<>();

    /** A spool in this folder. */
    public Spool(Path folder) {
        this(folder, System::nanoTime);
    }

    /** A spool whose time goes by this clock, nanoseconds from any beginning. */
    Spool(Path folder, LongSupplier clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Whether the node's object is there. */
    public boolean has(String nodeId, String objectId) {
        Path file = file(nodeId, objectId);
        if (!Files.exists(file)) {
            return false;
        }
        if (written.contains(file)) {
            return true;
        }
        if (!digest(file).equals(objectId)) {
            return false;
        }
        written.add(file);
        return true;
    }

    private static String digest(Path file) {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digest.sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Digest.ofRaw(in.getMessageDigest().digest()).hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file for an object that begins to arrive. */
    Incoming incoming() throws IOException {
        forgetLeft();
        Incoming begun = new Incoming(Files.createTempFile(Files.createDirectories(folder.resolve(ARRIVING)), "", ""));
        arriving.add(begun);
        return begun;
    }

    /** A call that is cut between its bytes and its handler leaves a file that nobody knows of. */
    private void forgetLeft() {
        long now = clock.getAsLong();
        for (Incoming oldest = arriving.peek(); oldest != null && oldest.left(now); oldest = arriving.peek()) {
            if (arriving.remove(oldest)) {
                oldest.close();
            }
        }
    }

    /** Erases what was still arriving when an earlier start ended; nobody may be sending yet. */
    public void forgetArriving() {
        Path home = folder.resolve(ARRIVING);
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

    /** An object's bytes as they arrive: digested, written to a file of their own, kept under their id or erased. */
    final class Incoming implements AutoCloseable {
        private final MessageDigest sha = Digest.sha256();
        private final Path partial;
        private final FileChannel channel;
        private final long begun = clock.getAsLong();
        private boolean kept;

        Incoming(Path partial) throws IOException {
            this.partial = partial;
            this.channel = FileChannel.open(partial, StandardOpenOption.WRITE);
        }

        void write(byte[] bytes, int offset, int length) throws IOException {
            sha.update(bytes, offset, length);
            ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }

        /** Keeps the object, which is whole; false when its bytes are not the id's. */
        boolean keep(String nodeId, String objectId) throws IOException {
            channel.close();
            arriving.remove(this);
            if (!Digest.ofRaw(sha.digest()).hex().equals(objectId)) {
                return false;
            }
            Path target = file(nodeId, objectId);
            Files.createDirectories(folder.resolve(nodeId));
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written.add(target);
            kept = true;
            return true;
        }

        boolean left(long now) {
            return now - begun > LONGEST_NANOS;
        }

        /** Erases what was not kept. */
        @Override
        public void close() {
            if (kept) {
                return;
            }
            arriving.remove(this);
            try {
                channel.close();
                Files.deleteIfExists(partial);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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
        if (!NODE.matcher(nodeId).matches() || !Digest.isHex(objectId)) {
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
                written.remove(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
