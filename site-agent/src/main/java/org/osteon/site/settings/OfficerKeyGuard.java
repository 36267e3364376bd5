package org.osteon.site.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.sign.VerificationKey;

/**
 * Refuses to start an agent that could sign in an officer's name: a readable private key of a known officer, even
 * encrypted, in the configured folders or the default one, or root rights that read everything. Links are followed, as
 * whoever reads a key would; a private key whose public half is nowhere beside it counts as an officer's, because
 * nothing shows otherwise.
 */
public final class OfficerKeyGuard {
    private static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern PUBLIC =
            Pattern.compile("-----BEGIN PUBLIC KEY-----[^-]{1,16000}-----END PUBLIC KEY-----");

    private OfficerKeyGuard() {}

    /**
     * The reason not to start, or nothing.
     *
     * @param officers the officers' public keys
     * @param folders folders to search, with what lies in them
     */
    public static Optional<String> objection(List<VerificationKey> officers, List<Path> folders, boolean allowRoot) {
        if (!allowRoot && root()) {
            return Optional.of(
                    "RUNNING_AS_ROOT: the agent runs as root, who reads every officer's key; use a user of its own, or set allowRoot = true");
        }
        Set<String> known = officers.stream().map(VerificationKey::keyId).collect(Collectors.toSet());
        for (Path folder : folders) {
            Search search = new Search(known);
            try {
                Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, search);
            } catch (IOException e) {
                // A folder that cannot be walked cannot be read either.
                continue;
            }
            Path found = search.found;
            if (found != null) {
                return Optional.of("OFFICER_KEY_READABLE: the agent can read the officer's private key "
                        + found.getFileName() + "; keep it where only the officer's own user reads it");
            }
            if (search.files > MAX_FILES) {
                return Optional.of("OFFICER_KEY_FOLDER_TOO_LARGE: " + folder.getFileName() + " has more than "
                        + MAX_FILES + " files, too many to be sure that no officer's key is among them");
            }
        }
        return Optional.empty();
    }

    /** Where `osteon officer` keeps keys when nobody says otherwise. */
    public static Path defaultFolder() {
        return Path.of(System.getProperty("user.home"), ".osteon-officer");
    }

    /** By name or, where Linux says it, by effective user id. */
    private static boolean root() {
        if ("root".equals(System.getProperty("user.name"))) {
            return true;
        }
        try (var lines = Files.lines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .anyMatch(line -> "0".equals(line.split("\\s+", -1)[2]));
        } catch (IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }

    /** Looks at every file that can be read, until one holds an officer's private key. */
    private static final class Search extends SimpleFileVisitor<Path> {
        private final Set<String> known;
        private int files;
        private @Nullable Path found;

        Search(Set<String> known) {
            this.known = known;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && isOfficerKey(file)) {
                found = file;
            }
            return found != null || ++files > MAX_FILES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        private boolean isOfficerKey(Path file) {
            String text = text(file);
            if (!text.contains("PRIVATE KEY-----")) {
                return false;
            }
            List<String> keys = keyIds(text);
            if (keys.isEmpty()) {
                keys = keyIds(text(file.resolveSibling(file.getFileName() + ".pub")));
            }
            return keys.isEmpty() || keys.stream().anyMatch(known::contains);
        }

        private static List<String> keyIds(String text) {
            List<String> ids = new ArrayList<>();
            Matcher keys = PUBLIC.matcher(text);
            while (keys.find()) {
                try {
                    ids.add(VerificationKey.ofPem(keys.group()).keyId());
                } catch (SignatureException e) {
                    continue;
                }
            }
            return ids;
        }

        private static String text(Path file) {
            try (InputStream in = Files.newInputStream(file)) {
                return new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                return "";
            }
        }
    }
}
