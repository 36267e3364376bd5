package org.osteon.console.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;

/** A login service on loopback that speaks TLS, publishes its keys and signs what a test wants. */
final class LocalIssuer implements AutoCloseable {
    static final String CLIENT = "osteon-hub";

    private final HttpsServer server;
    private final Path folder;
    private final AtomicInteger keysAsked = new AtomicInteger();
    private final Clock clock;
    private volatile List<RSAKey> published;
    private volatile RSAKey key;
    private volatile String identity = "";
    private volatile String tokenAsked = "";

    LocalIssuer(Path folder, Clock clock) throws Exception {
        this.folder = folder;
        this.clock = clock;
        this.key = newKey("first");
        this.published = List.of(key);
        TlsIdentity tls = TlsIdentity.create(folder, List.of("127.0.0.1", "localhost"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.serverContext()));
        server.createContext("/.well-known/openid-configuration", this::metadata);
        server.createContext("/keys", this::keys);
        server.createContext("/token", this::token);
        server.start();
    }

    static RSAKey newKey(String id) throws JOSEException {
        return new RSAKeyGenerator(2048).keyID(id).generate();
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    RSAKey key() {
        return key;
    }

    int keysAsked() {
        return keysAsked.get();
    }

    /** Signs with another key from now on; both are published. */
    void rotate(String id) throws JOSEException {
        RSAKey next = newKey(id);
        published = List.of(key, next);
        key = next;
    }

    OidcSettings settings(Map<String, String> roles, Duration skew) throws IOException {
        Path secret = folder.resolve("secret");
        if (!Files.exists(secret)) {
            Files.createFile(
                    secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(secret, "of this trial");
        }
        return new OidcSettings(
                url(),
                CLIENT,
                secret,
                Optional.of(folder.resolve("tls.crt")),
                Optional.of("https://console.example"),
                CLIENT,
                Optional.empty(),
                "preferred_username",
                List.of("realm_access.roles", "groups"),
                "federation_id",
                roles,
                skew);
    }

    /** What a good access token says. */
    JWTClaimsSet.Builder access() {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .subject("subject-1")
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("typ", "Bearer")
                .claim("sid", "login-1")
                .claim("preferred_username", "wang")
                .claim("federation_id", "ortho-net")
                .claim("realm_access", Map.of("roles", List.of("offline_access", "ml-engineer")));
    }

    /** What a good logout token says. */
    JWTClaimsSet.Builder logout(String id) {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(120)))
                .jwtID(id)
                .claim("sid", "login-1")
                .subject("subject-1")
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    }

    String sign(JWTClaimsSet.Builder claims) throws JOSEException {
        return sign(claims, key, "JWT");
    }

    static String sign(JWTClaimsSet.Builder claims, RSAKey key, String type) throws JOSEException {
        return sign(claims, key, JWSAlgorithm.RS256, type);
    }

    static String sign(JWTClaimsSet.Builder claims, RSAKey key, JWSAlgorithm algorithm, String type)
            throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(algorithm)
                        .keyID(key.getKeyID())
                        .type(new JOSEObjectType(type))
                        .build(),
                claims.build());
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    private void metadata(HttpExchange exchange) throws IOException {
        answer(
                exchange,
                new String(
                        CanonicalJson.write(Map.of(
                                "issuer", url(),
                                "authorization_endpoint", url() + "/authorize",
                                "token_endpoint", url() + "/token",
                                "jwks_uri", url() + "/keys",
                                "response_types_supported", List.of("code"),
                                "subject_types_supported", List.of("public"),
                                "id_token_signing_alg_values_supported", List.of("RS256"))),
                        StandardCharsets.UTF_8));
    }

    private void keys(HttpExchange exchange) throws IOException {
        keysAsked.incrementAndGet();
        answer(exchange, new JWKSet(List.copyOf(published)).toString(true));
    }

    private void token(HttpExchange exchange) throws IOException {
        tokenAsked = exchange.getRequestHeaders().getFirst("Authorization") + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        answer(
                exchange,
                "{\"access_token\":\"unused\",\"token_type\":\"Bearer\",\"expires_in\":300,\"id_token\":\"" + identity
                        + "\"}");
    }

    /** What was last sent for a code. */
    String tokenAsked() {
        return tokenAsked;
    }

    /** Answers the next code with this ID token. */
    void identify(String token) {
        identity = token;
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
