package org.osteon.adapters.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.osteon.protocol.document.Digest;

/** The digest of a file's bytes, in constant memory. */
final class FileDigest {
    private static final int BUFFER = 1 << 16;

    private FileDigest() {}

    static Digest of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    static Digest of(InputStream in) throws IOException {
        MessageDigest sha = Digest.sha256();
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            sha.update(buffer, 0, read);
        }
        return Digest.ofRaw(sha.digest());
    }
}
