package org.osteon.cli.login;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;

/**
 * The login service that a hub names, with what it says of itself. Both are spoken to over TLS alone: the hub by its
 * pin, the service by the certificates that the hub told over that pinned connection, or by those that this Java
 * trusts.
 */
final class LoginService {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_BYTES = 1024 * 1024;
    private static final String SCHEMA = "osteon.login/1";

    private final JsonNode facts;
    private final JsonNode metadata;
    private final HttpClient client;

    private LoginService(JsonNode facts, JsonNode metadata, HttpClient client) {
        this.facts = facts;
        this.metadata = metadata;
        this.client = client;
    }

    /**
     * What a service answered.
     *
     * @param status its HTTP status
     * @param json its answer, an empty object where that was none
     */
    record Answer(int status, JsonNode json) {
        /** The error code of RFC 6749, section 5.2; empty where there is none. */
        String error() {
            return json.path("error").asText();
        }
    }

    /** The service of the hub whose pages are at an address and whose TLS key has this pin. */
    static LoginService of(String console, Digest pin) {
        HttpClient hub = client(TlsPin.clientContext(pin));
        Answer told = send(hub, HttpRequest.newBuilder(URI.create("https://" + console + "/.well-known/osteon")));
        if (told.status() != 200) {
            throw CliException.wrongCallCoded("LOGIN_SERVICE_NONE", "login.none", console);
        }
        return of(told.json());
    }

    /** The service of facts that a hub told before. */
    static LoginService of(JsonNode facts) {
        if (!SCHEMA.equals(facts.path("schema").asText())) {
            throw CliException.wrongCallCoded(
                    "LOGIN_SERVICE_NONE", "login.schema", facts.path("schema").asText(), SCHEMA);
        }
        HttpClient client = client(trusting(facts.path("certificates").asText()));
        String issuer = facts.path("issuer").asText();
        Answer said = send(
                client,
                HttpRequest.newBuilder(https(issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration")));
        if (said.status() != 200 || !issuer.equals(said.json().path("issuer").asText())) {
            throw new CliException(ExitCode.TRY_AGAIN, "login.away", issuer);
        }
        return new LoginService(facts, said.json(), client);
    }

    /** What the hub told: public values. */
    JsonNode facts() {
        return facts;
    }

    /** Posts a form to the address that the service names so, as the command's client. */
    Answer post(String endpoint, Map<String, String> fields) {
        String address = metadata.path(endpoint).asText();
        if (address.isEmpty()) {
            throw CliException.wrongCallCoded(
                    "LOGIN_NOT_FOR_COMMANDS",
                    "login.endpoint",
                    facts.path("issuer").asText(),
                    endpoint);
        }
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(
                client,
                HttpRequest.newBuilder(https(address))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form + "&client_id="
                                + encoded(facts.path("client").asText()))));
    }

    private static Answer send(HttpClient client, HttpRequest.Builder request) {
        HttpRequest asked =
                request.timeout(PATIENCE).header("Accept", "application/json").build();
        try {
            HttpResponse<InputStream> answer = client.send(asked, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(MOST_BYTES);
                return new Answer(answer.statusCode(), json(bytes));
            }
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.TRY_AGAIN,
                    "error.unreachable",
                    asked.uri().getAuthority() + ", " + String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(
                    ExitCode.TRY_AGAIN, "error.unreachable", asked.uri().getAuthority());
        }
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return CanonicalJson.readTree(bytes);
        } catch (DocumentException e) {
            // An error page is no answer of the protocol; its status says enough.
            return CanonicalJson.tree(Map.of());
        }
    }

    private static URI https(String address) {
        if (!address.startsWith("https://")) {
            throw CliException.wrongCallCoded("LOGIN_SERVICE_NONE", "login.tls", address);
        }
        return URI.create(address);
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder()
                .sslContext(context)
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private static SSLContext trusting(String certificates) {
        try {
            if (certificates.isEmpty()) {
                return SSLContext.getDefault();
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(certificates.getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw CliException.wrongCallCoded("LOGIN_SERVICE_NONE", "login.certificates");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
