package org.osteon.site.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A site's folder, opened.
 *
 * @param settings what {@code osteon.toml} says
 * @param tls TLS identity of the site's own port
 * @param nodeKey P-384, authenticates the node and signs replies
 * @param logKey signs the checkpoints of the site's log
 * @param cosignerKey cosigns the hub's log
 * @param splitKey chooses the held-out patients, never leaves
 * @param root who the hub is, as pinned at enrolment
 * @param officers public keys of the officers whose signature counts
 */
public record SiteFolder(
        SiteSettings settings,
        TlsIdentity tls,
        SigningKey nodeKey,
        SigningKey logKey,
        SigningKey cosignerKey,
        byte[] splitKey,
        FederationRoot root,
        List<VerificationKey> officers) {
    /** The release of the agent's software, as capsules name it. */
    public static final String AGENT_RELEASE = "osteon-site/0.1.0";

    /** Folder of the officers' public keys. */
    public static final String OFFICERS = "officers";

    /** Takes a copy of the list. */
    public SiteFolder {
        officers = List.copyOf(officers);
    }

    /** Opens a site's folder. */
    public static SiteFolder open(Path folder) {
        SiteSettings settings = SiteSettings.read(folder);
        Path root = folder.resolve("federation-root.json");
        if (!Files.isReadable(root)) {
            throw new SettingsException(folder + " was never enrolled; make it again with `osteon site init`");
        }
        try {
            return new SiteFolder(
                    settings,
                    TlsIdentity.open(folder),
                    KeyFile.readPlain(folder.resolve("node.key")),
                    KeyFile.readPlain(folder.resolve("log.key")),
                    KeyFile.readPlain(folder.resolve("cosigner.key")),
                    HexFormat.of()
                            .parseHex(Files.readString(folder.resolve("split.key"))
                                    .strip()),
                    CanonicalJson.read(Files.readAllBytes(root), FederationRoot.class),
                    officers(folder.resolve(OFFICERS)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The public keys in a folder, by file name. */
    public static List<VerificationKey> officers(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".pub"))
                    .sorted()
                    .map(KeyFile::readPublic)
                    .toList();
        }
    }

    /** The folder. */
    public Path folder() {
        return settings.folder();
    }

    /** Origin line of the site's log. */
    public String logOrigin() {
        return root.siteLogOrigin(settings.site());
    }

    @Override
    public String toString() {
        return "SiteFolder[" + settings.site() + "]";
    }
}
