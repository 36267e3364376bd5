package org.osteon.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;

/**
 * A real Keycloak with a realm of ours, on loopback and TLS. The distribution lies unpacked where the property
 * {@code osteon.keycloak} says, else under {@code target/keycloak} of the checkout, where {@code .ci/run} puts it;
 * absent it skips visibly unless {@code osteon.require} names {@code keycloak}. One trial at a time uses it; others
 * wait.
 */
public final class KeycloakServer implements AutoCloseable {
    /** The release that is tried. */
    public static final String VERSION = "26.7.3";

    private static final long START_LIMIT = TimeUnit.MINUTES.toNanos(10);
    private static final String ADMIN = "admin-of-this-trial";
    private static final String BUILT = "built-for-trials";

    private final Path home;
    private final Path folder;
    private final TlsIdentity tls;
    private final HttpClient client;
    private final String url;
    private final int port;
    private final String password = secret();
    private final String adminPassword = secret();
    private FileChannel alone;
    private Process process;
    private int rotations;

    private KeycloakServer(Path home, Path folder) throws IOException {
        this.home = home;
        this.folder = Files.createDirectories(folder);
        this.port = Ports.free();
        this.url = "https://127.0.0.1:" + port;
        this.tls = TlsIdentity.create(folder, List.of("127.0.0.1", "localhost"));
        this.client = HttpClient.newBuilder()
                .sslContext(TlsPin.clientContext(tls.pin()))
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    /** One that will be started; its certificate and logs lie in the folder. */
    public static KeycloakServer in(Path folder) throws IOException {
        Path home = Path.of(System.getProperty(
                "osteon.keycloak",
                Path.of("..", "target", "keycloak", "keycloak-" + VERSION).toString()));
        if (!Files.isExecutable(home.resolve("bin").resolve("kc.sh"))) {
            String missing = "no Keycloak " + VERSION + " in " + home + "; docs/sign-in.md says how to get it";
            if (Arrays.asList(System.getProperty("osteon.require", "").split(","))
                    .contains("keycloak")) {
                throw new AssertionError(missing);
            }
            Assumptions.abort(missing);
        }
        return new KeycloakServer(home.toAbsolutePath().normalize(), folder);
    }

    /** The realm's issuer. */
    public String issuer() {
        return url + "/realms/osteon";
    }

    /** The certificate to trust it by. */
    public Path certificate() {
        return tls.certificateFile();
    }

    /** The passphrase of everybody in the realm. */
    public String password() {
        return password;
    }

    /**
     * Makes a daemon that stands still know its people by this service alone: a client's secret, and its own settings.
     */
    void settings(Path daemon, String secret, String more) throws IOException {
        Path file = daemon.resolve("oidc.secret");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, secret);
        Files.writeString(
                daemon.resolve("osteon.toml"),
                "oidcIssuer = \"" + issuer() + "\"\noidcSecretFile = \"oidc.secret\"\noidcCaFile = \""
                        + certificate().toAbsolutePath() + "\"\n" + more,
                StandardOpenOption.APPEND);
    }

    /** A secret that nobody knew before. */
    static String secret() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Starts it with the realm in which these values stand for {@code @name@}; it trusts these servers. */
    public void start(Map<String, String> values, List<Path> trusted) throws IOException {
        // Its data lie in the distribution's folder; the lock goes with the channel.
        if (alone == null) {
            alone = FileChannel.open(
                    home.resolve("used-by-a-trial"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            alone.lock();
        }
        build();
        String realm;
        try (InputStream in =
                Objects.requireNonNull(KeycloakServer.class.getResourceAsStream("/keycloak/osteon-realm.json"))) {
            realm = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("@password@", password);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            realm = realm.replace("@" + value.getKey() + "@", value.getValue());
        }
        erase(home.resolve("data"));
        Files.writeString(
                Files.createDirectories(home.resolve("data").resolve("import")).resolve("osteon-realm.json"), realm);
        process = launch(List.of(
                "start",
                "--optimized",
                "--import-realm",
                "--cache=local",
                "--hostname=" + url,
                "--http-host=127.0.0.1",
                "--http-enabled=false",
                "--https-port=" + port,
                "--http-management-port=" + Ports.free(),
                "--https-certificate-file=" + tls.certificateFile().toAbsolutePath(),
                "--https-certificate-key-file=" + tls.keyFile().toAbsolutePath(),
                "--truststore-paths="
                        + trusted.stream()
                                .map(path -> path.toAbsolutePath().toString())
                                .collect(Collectors.joining(","))));
        long until = System.nanoTime() + START_LIMIT;
        while (System.nanoTime() < until && process.isAlive()) {
            if (isUp()) {
                return;
            }
            pause();
        }
        throw new AssertionError("Keycloak did not start: " + log());
    }

    private boolean isUp() {
        try {
            return send(HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration")))
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends every session of a person, as an administrator does. */
    public void signOut(String person) throws IOException {
        String admin = admin();
        String id = users(person, admin);
        expect(
                204,
                send(authorized("/admin/realms/osteon/users/" + id + "/logout", admin)
                        .POST(HttpRequest.BodyPublishers.noBody())));
    }

    /** Makes a new key that signs from now on; the old ones stay published. */
    public void rotateKeys() throws IOException {
        rotations++;
        String key = "{\"name\":\"rotated-" + rotations
                + "\",\"providerId\":\"rsa-generated\",\"providerType\":\"org.keycloak.keys.KeyProvider\","
                + "\"config\":{\"priority\":[\"" + (500 + rotations)
                + "\"],\"enabled\":[\"true\"],\"active\":[\"true\"],\"algorithm\":[\"RS256\"],\"keySize\":[\"2048\"]}}";
        expect(
                201,
                send(authorized("/admin/realms/osteon/components", admin())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(key))));
    }

    /** A token of a client that may ask for one with a password, as trials' clients may. */
    public JsonNode tokens(String clientId, String person) throws IOException {
        return form(
                "/realms/osteon",
                Map.of(
                        "grant_type", "password",
                        "client_id", clientId,
                        "username", person,
                        "password", password,
                        "scope", "openid"));
    }

    private String admin() throws IOException {
        return form(
                        "/realms/master",
                        Map.of(
                                "grant_type",
                                "password",
                                "client_id",
                                "admin-cli",
                                "username",
                                ADMIN,
                                "password",
                                adminPassword))
                .path("access_token")
                .asText();
    }

    private String users(String person, String admin) throws IOException {
        HttpResponse<String> answer =
                send(authorized("/admin/realms/osteon/users?exact=true&username=" + person, admin));
        expect(200, answer);
        return json(answer).path(0).path("id").asText();
    }

    private HttpRequest.Builder authorized(String path, String admin) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + admin);
    }

    private JsonNode form(String realm, Map<String, String> fields) throws IOException {
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(URI.create(url + realm + "/protocol/openid-connect/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
        expect(200, answer);
        return json(answer);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return CanonicalJson.readTree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static void expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(
                    answer.uri().getPath() + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Keycloak rebuilds itself for its options, once for each distribution. */
    private void build() throws IOException {
        Path built = home.resolve(BUILT);
        if (Files.exists(built)) {
            return;
        }
        Process building = launch(List.of("build", "--db=dev-mem"));
        try {
            if (!building.waitFor(10, TimeUnit.MINUTES) || building.exitValue() != 0) {
                building.destroyForcibly();
                throw new AssertionError("Keycloak could not be built: " + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        Files.createFile(built);
    }

    private Process launch(List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve("kc.sh").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx384m");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", adminPassword);
        return builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("keycloak.log").toFile()))
                .start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("keycloak.log"));
    }

    private static void erase(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
        if (alone != null) {
            try {
                alone.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
