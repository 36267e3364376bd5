package org.osteon.console.oidc;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;

/**
 * The one way out of a console: to the login service, over TLS. What leaves is a client's id and secret, a code that
 * the service itself gave and the verifier of it; nothing of a study or a patient comes near.
 */
final class IssuerDoor {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 1024 * 1024;

    private final HttpClient client;

    private IssuerDoor(HttpClient client) {
        this.client = client;
    }

    /** A door that trusts the certificates of a file, or those that this Java trusts. */
    static IssuerDoor trusting(Optional<Path> caFile) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER);
        caFile.map(IssuerDoor::context).ifPresent(builder::sslContext);
        return new IssuerDoor(builder.build());
    }

    /**
     * The text of a document of the service.
     *
     * @throws IOException when it cannot be had, is no answer 200 or too large
     */
    String read(URI where) throws IOException {
        Answer answer = ask(where, HttpRequest.newBuilder(where));
        if (answer.status() != 200) {
            throw new IOException(where + " answered " + answer.status());
        }
        return answer.body();
    }

    /**
     * What the service answered.
     *
     * @param status its HTTP status
     * @param body its text, never to be logged
     */
    record Answer(int status, String body) {
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    /**
     * Posts a form to the service.
     *
     * @throws IOException when it cannot be reached or answers too much
     */
    Answer post(URI where, Map<String, String> fields) throws IOException {
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return ask(
                where,
                HttpRequest.newBuilder(where)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    private Answer ask(URI where, HttpRequest.Builder request) throws IOException {
        requireTls(where);
        try {
            HttpResponse<InputStream> answer = client.send(
                    request.timeout(PATIENCE)
                            .header("Accept", "application/json")
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw new IOException(where + " answered more than " + MOST_BYTES + " bytes");
                }
                return new Answer(answer.statusCode(), new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking " + where, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Requests for a library that makes its own, through this door. */
    ClientHttpRequestFactory requests() {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(client);
        factory.setReadTimeout(PATIENCE);
        return (where, method) -> {
            requireTls(where);
            return factory.createRequest(where, method);
        };
    }

    private static void requireTls(URI where) throws IOException {
        if (!"https".equals(where.getScheme())) {
            throw new IOException("the login service is spoken to over TLS alone, not at " + where);
        }
    }

    private static SSLContext context(Path caFile) {
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("oidcCaFile holds no certificates that can be used: " + caFile, e);
        }
    }
}
