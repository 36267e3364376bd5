package org.osteon.protocol.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** A file that is written from its start; its digest is taken on the way. Whoever keeps it syncs it. */
public final class DigestedFile implements AutoCloseable {
    private final MessageDigest sha = Digest.sha256();
    private final FileChannel out;

    /** An existing file, to be written. */
    public DigestedFile(Path file) throws IOException {
        out = FileChannel.open(file, StandardOpenOption.WRITE);
    }

    /** Writes the next bytes. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        sha.update(bytes, offset, length);
        ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
        while (rest.hasRemaining()) {
            out.write(rest);
        }
    }

    /** SHA-256 of what was written; nothing more can be. */
    public Digest digest() {
        return Digest.ofRaw(sha.digest());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
