package org.osteon.cli.officer.decision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;

/** A decision in a file, with as many signatures as it has by now. */
public final class DecisionFile {
    private static final int MAX_BYTES = 1 << 20;

    private DecisionFile() {}

    /** Reads it; what is neither capsule nor refusal nor revocation is a wrong call. */
    public static SignedDocument<? extends Decision> read(Path file) {
        try {
            if (!Files.isReadable(file) || Files.size(file) > MAX_BYTES) {
                throw CliException.wrongCall("error.file.missing", file);
            }
            byte[] bytes = Files.readAllBytes(file);
            return switch (SignedDocument.schemaOf(bytes)) {
                case Capsule.SCHEMA -> SignedDocument.read(bytes, Capsule.class);
                case Refusal.SCHEMA -> SignedDocument.read(bytes, Refusal.class);
                case Revocation.SCHEMA -> SignedDocument.read(bytes, Revocation.class);
                default -> throw CliException.wrongCall("error.decision.file", file);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes it whole or not at all. */
    public static void write(Path file, SignedDocument<? extends Decision> decision) {
        Path beside = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            Files.write(beside, decision.bytes());
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
