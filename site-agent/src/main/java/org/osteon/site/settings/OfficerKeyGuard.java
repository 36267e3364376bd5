package org.osteon.site.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.sign.VerificationKey;

/**
 * Refuses to start an agent that could sign in an officer's name: a readable private key of a known officer, even
 * encrypted, in the configured folders or the default one, or root rights that read everything.
 */
public final class OfficerKeyGuard {
    private static final int MAX_FILES = 1000;

    private OfficerKeyGuard() {}

    /**
     * The reason not to start, or nothing.
     *
     * @param officers the officers' public keys
     * @param folders folders to search, without descending further than two levels
     */
    public static Optional<String> objection(List<VerificationKey> officers, List<Path> folders, boolean allowRoot) {
        if ("root".equals(System.getProperty("user.name")) && !allowRoot) {
            return Optional.of("RUNNING_AS_ROOT: the agent runs as root, who reads every officer's key; use a user of its own, or set allowRoot = true");
        }
        Set<String> known = officers.stream().map(VerificationKey::keyId).collect(Collectors.toSet());
        for (Path folder : folders) {
            Optional<Path> found = search(folder, known);
            if (found.isPresent()) {
                return Optional.of("OFFICER_KEY_READABLE: the agent can read the officer's private key " + found.orElseThrow().getFileName()
                        + "; keep it where only the officer's own user reads it");
            }
        }
        return Optional.empty();
    }

    /** Where `osteon officer` keeps keys when nobody says otherwise. */
    public static Path defaultFolder() {
        return Path.of(System.getProperty("user.home"), ".osteon-officer");
    }

    private static Optional<Path> search(Path folder, Set<String> known) {
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.limit(MAX_FILES).filter(Files::isReadable).filter(Files::isRegularFile).filter(file -> isOfficerKey(file, known)).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isOfficerKey(Path file, Set<String> known) {
        try {
            return KeyFile.holdsPrivateKey(file) && known.contains(KeyFile.readPublic(file).keyId());
        } catch (SignatureException e) {
            return false;
        }
    }
}
