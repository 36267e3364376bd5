package org.osteon.cli.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/** The command before a hub's pages and a login service on loopback that answer what a test wants. */
class LoginVerbTest {
    @TempDir
    Path folder;

    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private TlsIdentity tls;
    private HttpsServer server;
    private String issuer = "";
    private Map<String, String> facts = new LinkedHashMap<>();

    @BeforeEach
    void start() throws Exception {
        tls = TlsIdentity.create(folder, List.of("127.0.0.1"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.serverContext()));
        server.createContext("/", this::answer);
        server.start();
        issuer = "https://" + address() + "/realm";
        facts = new LinkedHashMap<>(Map.of(
                "schema", "osteon.login/1",
                "federation", "ortho-net",
                "issuer", issuer,
                "client", "osteon-cli",
                "certificates", Files.readString(folder.resolve("tls.crt"))));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        switch (path) {
            case "/.well-known/osteon" -> send(exchange, facts.isEmpty() ? 404 : 200, json(facts));
            case "/realm/.well-known/openid-configuration" ->
                send(
                        exchange,
                        200,
                        json(Map.of(
                                "issuer", issuer,
                                "device_authorization_endpoint", issuer + "/device",
                                "token_endpoint", issuer + "/token")));
            case "/realm/device" ->
                send(
                        exchange,
                        200,
                        "{\"device_code\":\"d\",\"user_code\":\"ABCD\",\"verification_uri\":\"" + issuer
                                + "/open\",\"interval\":1,\"expires_in\":60}");
            default -> {
                String answer = answers.isEmpty() ? "{\"error\":\"expired_token\"}" : answers.remove();
                send(exchange, answer.contains("error") ? 400 : 200, answer);
            }
        }
    }

    private static String json(Object value) {
        return new String(CanonicalJson.write(value), StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private LoginService service() {
        return LoginService.of(address(), tls.pin());
    }

    private JsonNode login() throws Exception {
        List<String> shown = new ArrayList<>();
        JsonNode tokens = new DeviceFlow(service(), Clock.systemUTC())
                .run(begun -> shown.add(begun.path("user_code").asText()));
        assertThat(shown).containsExactly("ABCD");
        return tokens;
    }

    @Test
    void asksUntilThePersonIsDone() throws Exception {
        answers.add("{\"error\":\"authorization_pending\"}");
        answers.add("{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_in\":300}");

        assertThat(login().path("access_token").asText()).isEqualTo("a");

        assertThat(asked.stream().filter(line -> line.startsWith("/realm/token")))
                .hasSize(2)
                .allMatch(line -> line.contains("device_code=d") && line.contains("client_id=osteon-cli"));
    }

    @Test
    void endsWhenThePersonRefusesOrTheCodeRunsOut() {
        answers.add("{\"error\":\"access_denied\"}");
        assertThatThrownBy(this::login)
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED));

        answers.add("{\"error\":\"expired_token\"}");
        assertThatThrownBy(this::login)
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.TRY_AGAIN));
    }

    @Test
    void slowsDownWhenItIsToldTo() {
        assertThat(DeviceFlow.next(new LoginService.Answer(400, error("authorization_pending")), 5))
                .isEqualTo(5);
        assertThat(DeviceFlow.next(new LoginService.Answer(400, error("slow_down")), 5))
                .isEqualTo(10);
        assertThat(DeviceFlow.next(new LoginService.Answer(503, error("")), 5)).isEqualTo(10);
    }

    private static JsonNode error(String code) {
        return CanonicalJson.tree(Map.of("error", code));
    }

    @Test
    void trustsTheHubByItsPinAndTheServiceByWhatTheHubNamed() {
        assertThatThrownBy(() -> LoginService.of(address(), Digest.of(new byte[] {1})))
                .as("another hub")
                .isInstanceOf(CliException.class);

        facts.put("certificates", "");
        assertThatThrownBy(this::service)
                .as("a service that nobody vouches for")
                .isInstanceOf(CliException.class);

        facts.put("issuer", issuer.replace("https", "http"));
        assertThatThrownBy(this::service).as("without TLS").isInstanceOf(CliException.class);
    }

    @Test
    void saysWhenAHubHasNoLoginService() {
        facts.clear();

        assertThatThrownBy(this::service)
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.code()).isEqualTo("LOGIN_SERVICE_NONE"));
    }
}
