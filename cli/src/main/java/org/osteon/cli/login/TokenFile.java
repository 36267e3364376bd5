package org.osteon.cli.login;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.osteon.protocol.document.CanonicalJson;

/** Somebody's tokens of one federation, in the user's configuration folder, readable by that user alone. */
final class TokenFile {
    private static final String SCHEMA = "osteon.login-tokens/1";
    private static final long SPARE_SECONDS = 30;

    private final Path file;

    private TokenFile(Path file) {
        this.file = file;
    }

    /** The file of a federation. */
    static TokenFile of(String federation) {
        String configured = System.getenv("XDG_CONFIG_HOME");
        Path base = configured == null || configured.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".config")
                : Path.of(configured);
        return new TokenFile(
                base.resolve("osteon").resolve("login-" + federation.replaceAll("[^A-Za-z0-9_-]", "_") + ".json"));
    }

    Path path() {
        return file;
    }

    /** What was kept, if there is something of a kind that is known here. */
    Optional<JsonNode> read() throws IOException {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        return Optional.of(CanonicalJson.readTree(Files.readAllBytes(file)))
                .filter(kept -> SCHEMA.equals(kept.path("schema").asText()));
    }

    /**
     * Keeps tokens in place of those before.
     *
     * @param facts what the hub told of its login service
     * @param tokens the service's answer (RFC 6749, section 5.1)
     * @param before what was kept until now: a refresh token goes on where the answer brings none
     */
    JsonNode keep(JsonNode facts, JsonNode tokens, JsonNode before, Clock clock) throws IOException {
        ObjectNode kept = (ObjectNode) CanonicalJson.tree(Map.of("schema", SCHEMA));
        kept.set("service", facts);
        kept.put("accessToken", tokens.path("access_token").asText());
        kept.put(
                "refreshToken",
                tokens.path("refresh_token").asText(before.path("refreshToken").asText()));
        kept.put(
                "expires",
                Instant.ofEpochSecond(clock.instant().getEpochSecond()
                                + tokens.path("expires_in").asLong(60))
                        .toString());
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(fresh, CanonicalJson.write(kept));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return kept;
    }

    /** Whether an access token will do for some seconds more. */
    static boolean lasts(JsonNode kept, Clock clock) {
        return Instant.parse(kept.path("expires").asText())
                .isAfter(clock.instant().plusSeconds(SPARE_SECONDS));
    }

    /** Forgets them. */
    void erase() throws IOException {
        Files.deleteIfExists(file);
    }
}
