package org.osteon.cli.hub;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Iterator;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.v1.Chunk;

/** A streamed answer on its way into a file, complete or not there at all. */
public final class Chunks {
    private Chunks() {}

    /** Writes the chunks beside the target, moves the file into place, and returns its digest. */
    public static Digest write(Iterator<Chunk> chunks, Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliException.wrongCall("error.folder.missing", String.valueOf(folder));
        }
        Path partial = Files.createTempFile(folder, ".osteon", ".part");
        try {
            MessageDigest sha = Digest.sha256();
            try (OutputStream out = Files.newOutputStream(partial)) {
                while (chunks.hasNext()) {
                    byte[] data = chunks.next().getData().toByteArray();
                    sha.update(data);
                    out.write(data);
                }
            }
            Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            return Digest.ofRaw(sha.digest());
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
