package org.osteon.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;

/** The device flow at an issuer on loopback, over TLS, with each answer that RFC 8628 knows. */
class IssuerLoginTest {
    @TempDir
    Path folder;

    private HttpsServer server;
    private volatile int status = 200;
    private volatile String answer = "{}";
    private volatile String asked = "";

    @BeforeEach
    void start() throws IOException {
        TlsIdentity tls = TlsIdentity.create(folder, List.of("127.0.0.1"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.serverContext()));
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> write(
                        exchange,
                        200,
                        new String(
                                CanonicalJson.write(Map.of(
                                        "issuer", url(),
                                        "authorization_endpoint", url() + "/authorize",
                                        "token_endpoint", url() + "/token",
                                        "jwks_uri", url() + "/keys",
                                        "device_authorization_endpoint", url() + "/device")),
                                StandardCharsets.UTF_8)));
        server.createContext("/device", this::answered);
        server.createContext("/token", this::answered);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aLoginBeginsInTheNameOfTheCommandsClient() throws IOException {
        // Given
        answer = "{\"device_code\":\"d-1\",\"verification_uri\":\"https://login.example/device\","
                + "\"verification_uri_complete\":\"https://login.example/device?user_code=AB\",\"expires_in\":99999,\"interval\":0}";

        // When
        LoginService.Device device = login(Optional.of("osteon-cli")).begin();

        // Then
        assertThat(asked).contains("client_id=osteon-cli").contains("scope=openid+profile");
        assertThat(device.page()).endsWith("user_code=AB");
        assertThat(device.seconds()).isEqualTo(1800);
        assertThat(device.interval()).isEqualTo(1);
        assertThat(device.toString()).doesNotContain("d-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization_pending", "slow_down"})
    void aPersonWhoIsNotDoneIsWaitedFor(String error) throws IOException {
        status = 400;
        answer = "{\"error\":\"" + error + "\"}";
        assertThat(login(Optional.of("osteon-cli")).finish("d-1")).isEmpty();
        assertThat(asked).contains("device_code=d-1").contains("grant-type%3Adevice_code");
    }

    @ParameterizedTest
    @CsvSource({"access_denied, was denied", "expired_token, took too long", "invalid_grant, knows of no such sign-in"})
    void aLoginThatIsOverIsRefused(String error, String said) {
        status = 400;
        answer = "{\"error\":\"" + error + "\",\"error_description\":\"secret words\"}";
        CallException refused = catchThrowableOfType(
                CallException.class, () -> login(Optional.of("osteon-cli")).finish("d-1"));
        assertThat(refused.code()).isEqualTo("LOGIN_REFUSED");
        assertThat(refused).hasMessageContaining(said).hasMessageNotContaining("secret words");
    }

    @Test
    void tokensAreHandedOnAndNeverShown() throws IOException {
        answer = "{\"access_token\":\"a-1\",\"refresh_token\":\"r-1\",\"token_type\":\"Bearer\"}";
        LoginService login = login(Optional.of("osteon-cli"));
        LoginService.Tokens tokens = login.finish("d-1").orElseThrow();
        assertThat(List.of(tokens.access(), tokens.refresh())).containsExactly("a-1", "r-1");
        assertThat(tokens.toString()).doesNotContain("a-1").doesNotContain("r-1");
        assertThat(login.refresh("r-0").access()).isEqualTo("a-1");
        assertThat(asked).contains("grant_type=refresh_token").contains("refresh_token=r-0");
        status = 400;
        answer = "{\"error\":\"invalid_grant\"}";
        assertThat(catchThrowableOfType(CallException.class, () -> login.refresh("r-0"))
                        .code())
                .isEqualTo("LOGIN_REFUSED");
    }

    @Test
    void aServiceThatIsAwayIsNoRefusal() {
        status = 503;
        LoginService login = login(Optional.of("osteon-cli"));
        assertThatThrownBy(login::begin).isInstanceOf(IOException.class);
        server.stop(0);
        assertThatThrownBy(() -> login.refresh("r-0")).isInstanceOf(IOException.class);
    }

    @Test
    void withoutAClientForCommandsNobodyBegins() {
        assertThat(catchThrowableOfType(
                                CallException.class,
                                () -> login(Optional.empty()).begin())
                        .code())
                .isEqualTo("LOGIN_NOT_FOR_COMMANDS");
        assertThat(asked).isEmpty();
    }

    @Test
    void aFloodDoesNotReachTheService() throws IOException {
        // Given
        status = 400;
        answer = "{\"error\":\"authorization_pending\"}";
        LoginService login =
                login(Optional.of("osteon-cli"), Clock.fixed(Clock.systemUTC().instant(), ZoneOffset.UTC));
        for (int i = 0; i < 300; i++) {
            login.finish("d-1");
        }
        asked = "";

        // When, Then
        assertThatThrownBy(() -> login.finish("d-1")).isInstanceOf(IOException.class);
        assertThat(asked).isEmpty();
    }

    private LoginService login(Optional<String> client) {
        return login(client, Clock.systemUTC());
    }

    private LoginService login(Optional<String> client, Clock clock) {
        OidcSettings settings = new OidcSettings(
                url(),
                "osteon-hub",
                folder.resolve("secret"),
                Optional.of(folder.resolve("tls.crt")),
                Optional.of("https://console.example"),
                "osteon-hub",
                client,
                "preferred_username",
                List.of("groups"),
                "federation_id",
                Map.of(),
                Duration.ofSeconds(60));
        IssuerDoor door = IssuerDoor.trusting(settings.caFile());
        Issuer issuer = new Issuer(settings, door, () -> "https://console.example", clock);
        return new IssuerLogin(settings, issuer, door, token -> Optional.empty(), clock);
    }

    private String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answered(HttpExchange exchange) throws IOException {
        asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        write(exchange, status, answer);
    }

    private static void write(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
