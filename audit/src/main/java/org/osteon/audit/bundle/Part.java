package org.osteon.audit.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.osteon.protocol.document.Digest;

/** The contents of one file of a bundle, in memory or on disk; read twice, so it must not change in between. */
sealed interface Part {
    /** Contents in memory. */
    record InMemory(byte[] bytes) implements Part {}

    /** Contents on disk. */
    record OnDisk(Path file) implements Part {}

    /** A fresh stream of the contents. */
    default InputStream open() throws IOException {
        return this instanceof OnDisk disk
                ? Files.newInputStream(disk.file())
                : new ByteArrayInputStream(((InMemory) this).bytes());
    }

    /** Length, CRC-32 and SHA-256. */
    default Sums sums() throws IOException {
        try (InputStream in = open()) {
            return Sums.of(in);
        }
    }

    /** What a container and a manifest say of a file. */
    record Sums(long length, int crc, Digest sha256) {
        static Sums of(InputStream in) throws IOException {
            CRC32 crc = new CRC32();
            var sha = Digest.sha256();
            byte[] buffer = new byte[64 * 1024];
            long length = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
                sha.update(buffer, 0, n);
                length += n;
            }
            return new Sums(length, (int) crc.getValue(), Digest.ofRaw(sha.digest()));
        }
    }
}
