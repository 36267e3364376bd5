package org.osteon.cli.officer.decision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;

/**
 * The hub whose signature counts for a site, kept by the officer apart from the site's folder, which is the agent's.
 * The first time the folder's own file is taken; from then on another one is refused.
 *
 * @param root who the hub is
 * @param firstSeen whether no earlier word of the officer stood against it
 */
public record KnownHub(FederationRoot root, boolean firstSeen) {
    private static final String FILE = "federation-root.json";
    private static final int MAX_BYTES = 65_536;

    /** The hub of a site's folder, held against what the officer kept; keeps nothing itself. */
    public static KnownHub of(Path own, Path siteFolder) {
        Optional<FederationRoot> told = read(siteFolder.resolve(FILE));
        Optional<FederationRoot> kept = read(kept(own, siteFolder));
        if (kept.isPresent()) {
            if (told.isPresent() && !told.equals(kept)) {
                throw new CliException(
                        ExitCode.DOES_NOT_HOLD,
                        "error.root.changed",
                        siteFolder,
                        kept.orElseThrow().hub().fingerprint(),
                        told.orElseThrow().hub().fingerprint(),
                        kept(own, siteFolder));
            }
            return new KnownHub(kept.orElseThrow(), false);
        }
        return new KnownHub(
                told.orElseThrow(() -> CliException.wrongCall("error.root.missing", siteFolder.resolve(FILE))), true);
    }

    /** The same, and keeps it for the next time. */
    public static KnownHub remembered(OfficerFolder own, Path siteFolder) {
        KnownHub known = of(own.path(), siteFolder);
        if (known.firstSeen()) {
            try {
                Path file = kept(own.path(), siteFolder);
                Files.createDirectories(
                        file.getParent(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.write(file, known.root().canonical());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return known;
    }

    private static Path kept(Path own, Path siteFolder) {
        Path place = siteFolder.toAbsolutePath().normalize();
        String mark =
                Digest.of(place.toString().getBytes(StandardCharsets.UTF_8)).brief();
        return own.resolve("hubs").resolve(place.getFileName() + "-" + mark + ".json");
    }

    private static Optional<FederationRoot> read(Path file) {
        try {
            if (!Files.isReadable(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > MAX_BYTES) {
                throw CliException.wrongCall("error.root.missing", file);
            }
            return Optional.of(CanonicalJson.read(Files.readAllBytes(file), FederationRoot.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
