package org.osteon.cli.officer.decision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SignatureException;

/**
 * Approvals with some signatures that wait for another officer's, one file each in a folder that the officers share.
 * Whoever may write there can add or drop files; each officer's program shows an approval whole before its own officer
 * signs it.
 */
public final class WaitingApprovals {
    private static final String ENDING = ".capsule.json";
    private static final int MOST = 200;

    private final Path folder;

    /** Those of a folder. */
    public WaitingApprovals(Path folder) {
        this.folder = folder;
    }

    /** All that can be read, by file name. */
    public List<SignedDocument<Capsule>> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<SignedDocument<Capsule>> all = new ArrayList<>();
            files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .sorted()
                    .limit(MOST)
                    .forEach(file -> capsule(file).ifPresent(all::add));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one of that identity. */
    public Optional<SignedDocument<Capsule>> find(String digest) {
        return all().stream()
                .filter(capsule -> capsule.digest().hex().equals(digest))
                .findFirst();
    }

    /** Keeps one, in place of the same with fewer signatures; returns its file. */
    public Path keep(SignedDocument<Capsule> capsule) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path file = file(capsule.digest());
        DecisionFile.write(file, capsule);
        return file;
    }

    /** Drops one that was handed in. */
    public void drop(Digest capsule) {
        try {
            Files.deleteIfExists(file(capsule));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(Digest capsule) {
        return folder.resolve(capsule.hex() + ENDING);
    }

    private static Optional<SignedDocument<Capsule>> capsule(Path file) {
        try {
            return DecisionFile.read(file).document() instanceof Capsule
                    ? Optional.of(SignedDocument.read(Files.readAllBytes(file), Capsule.class))
                    : Optional.empty();
        } catch (CliException | DocumentException | SignatureException | IOException e) {
            return Optional.empty();
        }
    }
}
