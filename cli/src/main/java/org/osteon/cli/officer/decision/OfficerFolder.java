package org.osteon.cli.officer.decision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.osteon.protocol.call.TlsIdentity;
import picocli.CommandLine.Option;

/** The officer's own folder: the page's certificate, the hubs known, approvals that wait for another officer. */
public final class OfficerFolder {
    @Option(
            names = "--own",
            paramLabel = "FOLDER",
            description =
                    "your own folder, which no agent may write: the page's certificate, the hubs you know (default: ~/.osteon-officer)")
    private Path folder = Path.of(System.getProperty("user.home"), ".osteon-officer");

    /** Where it is. */
    public Path path() {
        return folder;
    }

    /** The certificate of the officer's pages, made at the first use so that a browser's exception for it stays. */
    public TlsIdentity pageIdentity() {
        Path place = folder.resolve("page");
        try {
            if (!Files.exists(place.resolve("tls.crt"))) {
                Files.createDirectories(
                        place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                TlsIdentity made = TlsIdentity.create(place, List.of("localhost"));
                // Beside its public half, an agent that can read this key sees that it signs no decision.
                Files.writeString(place.resolve("tls.key.pub"), made.publicKey().pem());
                return made;
            }
            return TlsIdentity.open(place);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
