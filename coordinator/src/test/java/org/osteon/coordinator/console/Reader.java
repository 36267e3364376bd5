package org.osteon.coordinator.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.osteon.console.Console;
import org.osteon.coordinator.RunningHub;

/** Somebody signed in at a hub's console, without a browser. */
final class Reader {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final String PASSPHRASE = "three+owls+under+the+bridge";

    private final URI console;
    private final HttpClient client;

    /** Opens an account of this role. */
    Reader(RunningHub hub, String role) throws IOException, InterruptedException, GeneralSecurityException {
        URI link = URI.create(hub.part(Console.class).link("A " + role, role).get("link"));
        console = URI.create("https://" + link.getAuthority());
        client = HttpClient.newBuilder()
                .sslContext(trusting(hub))
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .connectTimeout(Duration.ofSeconds(20))
                .build();
        Matcher token = TOKEN.matcher(get(link.getPath()));
        String form =
                "passphrase=" + PASSPHRASE + "&again=" + PASSPHRASE + (token.find() ? "&_csrf=" + token.group(1) : "");
        HttpResponse<String> opened = send(HttpRequest.newBuilder(link)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
        if (opened.statusCode() != 302) {
            throw new AssertionError("the link opened no account: " + opened.statusCode());
        }
    }

    /** The page at a path; anything but a page is a failure. */
    String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> page =
                send(HttpRequest.newBuilder(console.resolve(path)).GET());
        if (page.statusCode() != 200) {
            throw new AssertionError(path + " is answered with " + page.statusCode() + ": " + page.body());
        }
        return page.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(
                request.timeout(Duration.ofSeconds(60))
                        .header("Accept-Language", "en")
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static SSLContext trusting(RunningHub hub) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream certificate = Files.newInputStream(hub.folder().tls().certificateFile())) {
            store.setCertificateEntry(
                    "hub", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
