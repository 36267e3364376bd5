package org.osteon.console.oidc;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osteon.console.route.Route;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;

/**
 * The login service of a console, from the {@code oidc…} keys of {@code osteon.toml}. The secret itself is not held
 * here; it is read from its file when it is needed.
 *
 * @param issuer the issuer, as its own documents and tokens name it
 * @param client this console's client id there
 * @param secretFile the file with that client's secret
 * @param caFile certificates that the issuer's TLS is trusted by; absent for those of the Java that runs
 * @param console where people's browsers find this console; absent when that is where it listens
 * @param audience the audience that access tokens must name
 * @param commandClient the client id of {@code osteon login}; absent when the command cannot sign in
 * @param nameClaim the claim that names a person
 * @param roleClaims claims that hold roles or groups
 * @param federationClaim the claim that holds federations
 * @param roles a role for each value of the role claims that means one
 * @param clockSkew by how much the issuer's clock may differ
 */
public record OidcSettings(
        String issuer,
        String client,
        Path secretFile,
        Optional<Path> caFile,
        Optional<String> console,
        String audience,
        Optional<String> commandClient,
        String nameClaim,
        List<String> roleClaims,
        String federationClaim,
        Map<String, String> roles,
        Duration clockSkew) {
    private static final String ISSUER = "oidcIssuer";
    private static final String CLIENT = "oidcClient";
    private static final String SECRET = "oidcSecretFile";
    private static final String CA = "oidcCaFile";
    private static final String CONSOLE = "oidcConsole";
    private static final String AUDIENCE = "oidcAudience";
    private static final String COMMAND = "oidcCommandClient";
    private static final String NAME = "oidcNameClaim";
    private static final String ROLE_CLAIMS = "oidcRoleClaims";
    private static final String FEDERATION = "oidcFederationClaim";
    private static final String ROLES = "oidcRoles";
    private static final String SKEW = "oidcClockSkewSeconds";

    private static final Set<String> KEYS =
            Set.of(ISSUER, CLIENT, SECRET, CA, CONSOLE, AUDIENCE, COMMAND, NAME, ROLE_CLAIMS, FEDERATION, ROLES, SKEW);

    private static final int DEFAULT_SKEW = 60;
    private static final int MOST_SKEW = 300;
    private static final int LONGEST_SECRET = 4096;

    /** A daemon's own keys of {@code osteon.toml} and those that are read here. */
    public static Set<String> with(String... own) {
        return Stream.concat(KEYS.stream(), Stream.of(own)).collect(Collectors.toUnmodifiableSet());
    }

    /** Keeps its own copies. */
    public OidcSettings {
        roleClaims = List.copyOf(roleClaims);
        roles = Map.copyOf(roles);
    }

    /**
     * The login service that settings name, if they name one. Nothing is asked of it.
     *
     * @param folder where files with a relative name lie
     * @throws SettingsException with {@code OIDC_SETTING_MISSING}, {@code OIDC_SETTING_WRONG} or
     *     {@code OIDC_SECRET_UNREADABLE}
     */
    public static Optional<OidcSettings> read(Settings settings, Path folder) {
        if (settings.text(ISSUER, "").isEmpty()) {
            for (String key : KEYS) {
                if (settings.has(key)) {
                    throw new SettingsException(
                            "OIDC_SETTING_MISSING", Settings.FILE + ": " + key + " is given without " + ISSUER);
                }
            }
            return Optional.empty();
        }
        String client = needed(settings, CLIENT);
        OidcSettings read = new OidcSettings(
                https(ISSUER, settings.text(ISSUER)),
                client,
                folder.resolve(needed(settings, SECRET)),
                optional(settings, CA).map(folder::resolve),
                optional(settings, CONSOLE).map(console -> https(CONSOLE, console)),
                settings.text(AUDIENCE, client),
                optional(settings, COMMAND),
                settings.text(NAME, "preferred_username"),
                settings.has(ROLE_CLAIMS) ? settings.texts(ROLE_CLAIMS) : List.of("realm_access.roles", "groups"),
                settings.text(FEDERATION, "federation_id"),
                roles(settings),
                skew(settings));
        read.secret();
        if (read.caFile().filter(file -> !Files.isReadable(file)).isPresent()) {
            throw new SettingsException(
                    "OIDC_SETTING_WRONG",
                    Settings.FILE + ": " + CA + " cannot be read: "
                            + read.caFile().orElseThrow());
        }
        return Optional.of(read);
    }

    /** The client's secret, as its file has it now. */
    String secret() {
        try {
            Set<PosixFilePermission> open = Files.getPosixFilePermissions(secretFile);
            if (open.contains(PosixFilePermission.OTHERS_READ) || open.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new SettingsException(
                        "OIDC_SECRET_UNREADABLE",
                        SECRET + ": everybody can read or write " + secretFile
                                + "; give it to the daemon's user alone");
            }
            String secret = Files.size(secretFile) > LONGEST_SECRET
                    ? ""
                    : Files.readString(secretFile).strip();
            if (!secret.isEmpty()) {
                return secret;
            }
            throw new SettingsException(
                    "OIDC_SECRET_UNREADABLE", SECRET + ": " + secretFile + " must hold the client's secret alone");
        } catch (IOException e) {
            throw new SettingsException("OIDC_SECRET_UNREADABLE", SECRET + ": " + secretFile + " cannot be read");
        }
    }

    private static String needed(Settings settings, String key) {
        return optional(settings, key)
                .orElseThrow(() -> new SettingsException(
                        "OIDC_SETTING_MISSING", Settings.FILE + ": " + ISSUER + " is given without " + key));
    }

    private static Optional<String> optional(Settings settings, String key) {
        return Optional.of(settings.text(key, "")).filter(text -> !text.isEmpty());
    }

    private static String https(String key, String text) {
        URI uri = text.matches("https://[!-~]+") ? URI.create(text) : URI.create("");
        if (uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new SettingsException(
                    "OIDC_SETTING_WRONG",
                    Settings.FILE + ": " + key + " must be an https:// address, was \"" + text + "\"");
        }
        return text;
    }

    private static Map<String, String> roles(Settings settings) {
        Map<String, String> roles = new LinkedHashMap<>();
        if (!settings.has(ROLES)) {
            Route.SIGNED_IN.forEach(role -> roles.put(role, role));
        }
        for (String line : settings.texts(ROLES)) {
            int equals = line.indexOf('=');
            String role = equals < 0 ? "" : line.substring(0, equals).strip();
            String value = line.substring(equals + 1).strip();
            if (!Route.SIGNED_IN.contains(role) || value.isEmpty() || roles.put(value, role) != null) {
                throw new SettingsException(
                        "OIDC_SETTING_WRONG",
                        Settings.FILE + ": " + ROLES + " holds \"ROLE=VALUE\" with a role of "
                                + Route.SIGNED_IN.stream().sorted().toList() + " and each value once, was \"" + line
                                + "\"");
            }
        }
        return roles;
    }

    private static Duration skew(Settings settings) {
        double seconds = settings.number(SKEW, DEFAULT_SKEW);
        if (!(seconds >= 0 && seconds <= MOST_SKEW)) {
            throw new SettingsException(
                    "OIDC_SETTING_WRONG",
                    Settings.FILE + ": " + SKEW + " is from 0 to " + MOST_SKEW + ", was " + seconds);
        }
        return Duration.ofSeconds((long) seconds);
    }
}
