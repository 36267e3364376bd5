package org.osteon.adapters.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osteon.adapters.mapping.Disposition;
import org.osteon.adapters.mapping.Reason;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/**
 * What a person at the hospital must look at, one line a unit: source, position, code and the SHA-256 of the unit's
 * bytes, and nothing of its content. The position is {@code file/line}: the file's ordinal among all files of the input
 * sorted by path, and the line, row or entry in it.
 */
final class Quarantine implements Closeable {
    private final OutputStream out;

    Quarantine(Path file) throws IOException {
        out = Files.newOutputStream(file);
    }

    void add(String source, String position, Reason reason, Digest unit) throws IOException {
        if (reason.disposition() != Disposition.QUARANTINED && reason.disposition() != Disposition.REJECTED) {
            return;
        }
        out.write(CanonicalJson.write(
                Map.of("source", source, "position", position, "code", reason.code(), "sha256", unit.hex())));
        out.write('\n');
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
