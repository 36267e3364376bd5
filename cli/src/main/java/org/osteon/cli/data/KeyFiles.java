package org.osteon.cli.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.osteon.adapters.snapshot.MappingKeys;
import org.osteon.adapters.snapshot.WithdrawnFile;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.Output;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;

/** Where the pseudonym and manifest keys of a mapping come from. */
final class KeyFiles {
    private KeyFiles() {}

    /** The keys of a site, and the patients who withdrew there. */
    static MappingKeys ofSite(Path folder) throws IOException {
        Path manifest = folder.resolve("manifest.key");
        if (!Files.isReadable(manifest)) {
            throw CliException.wrongCall("error.site.keys", folder);
        }
        return new MappingKeys(
                secret(folder.resolve("pseudonym.key")), KeyFile.readPlain(manifest), WithdrawnFile.read(folder));
    }

    /** The key in a file, and the manifest key beside it, made when it is missing. */
    static MappingKeys of(Path file) throws IOException {
        Path manifest = file.resolveSibling(file.getFileName() + ".manifest");
        if (!Files.exists(manifest)) {
            KeyFile.writePlain(manifest, SigningKey.ed25519());
        }
        return new MappingKeys(secret(file), KeyFile.readPlain(manifest));
    }

    /** The user's own keys, made once; the output says so. */
    static MappingKeys ofUser(Output output) throws IOException {
        Path file = userFile();
        if (!Files.exists(file)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            byte[] raw = new byte[32];
            new SecureRandom().nextBytes(raw);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(raw) + "\n");
            output.line(output.messages().say("data.key.made", file));
        } else {
            output.line(output.messages().say("data.key.used", file));
        }
        return of(file);
    }

    /** Where the user's own key lies: in the user's configuration folder. */
    static Path userFile() {
        String configured = System.getenv("XDG_CONFIG_HOME");
        Path base = configured == null || configured.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".config")
                : Path.of(configured);
        return base.resolve("osteon").resolve("pseudonym.key");
    }

    private static byte[] secret(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw CliException.wrongCall("error.file.missing", file);
        }
        String text = Files.readString(file).strip();
        if (!text.matches("[0-9a-f]{32,128}")) {
            throw CliException.wrongCall("error.pseudonym.key", file.getFileName());
        }
        return HexFormat.of().parseHex(text);
    }
}
