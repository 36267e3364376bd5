package org.osteon.trials;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Somebody before a console, without a browser: one cookie jar, the forms' own tokens. */
public final class ConsolePerson {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final Pattern ACCESS = Pattern.compile("osteon_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");
    static final String PASSPHRASE = "three owls under the bridge";

    private final URI console;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient client;

    /** A stranger to the console at {@code https://host:port}. */
    public ConsolePerson(String console) {
        this.console = URI.create(console);
        this.client = HttpClient.newBuilder()
                .sslContext(trusting())
                .cookieHandler(cookies)
                .connectTimeout(Duration.ofSeconds(20))
                .build();
    }

    /** Opens an account by a one-time link and is signed in. */
    public static ConsolePerson of(String link) throws IOException, InterruptedException {
        URI uri = URI.create(link);
        ConsolePerson person = new ConsolePerson("https://" + uri.getAuthority());
        HttpResponse<String> opened =
                person.post(uri.getPath(), Map.of("passphrase", PASSPHRASE, "again", PASSPHRASE), uri.getPath());
        if (opened.statusCode() != 302) {
            throw new AssertionError("the link did not open an account: " + opened.statusCode() + " " + opened.body());
        }
        return person;
    }

    /** Reads an address. */
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(console.resolve(path)).GET());
    }

    /** Reads an address, whatever comes; with an access token where it is not empty. */
    public HttpResponse<byte[]> bytes(String path, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(console.resolve(path)).GET().timeout(Duration.ofSeconds(60));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Sends a form with the token of a page that has one. */
    public HttpResponse<String> post(String path, Map<String, String> form, String tokenFrom)
            throws IOException, InterruptedException {
        Matcher token = TOKEN.matcher(get(tokenFrom).body());
        Map<String, String> all = new java.util.HashMap<>(form);
        if (token.find()) {
            all.put("_csrf", token.group(1));
        }
        return postBare(path, all);
    }

    /** Sends a form as it is. */
    HttpResponse<String> postBare(String path, Map<String, String> form) throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(console.resolve(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Asks the REST API; without a token where it is empty. */
    HttpResponse<String> api(String method, String path, String token) throws IOException, InterruptedException {
        return api(method, path, token, Map.of(), "");
    }

    /** Asks the REST API with more headers and a body of JSON, empty for none. */
    public HttpResponse<String> api(String method, String path, String token, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(console.resolve(path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        headers.forEach(request::header);
        return send(request);
    }

    /** Makes an access token on the page for it. */
    public String token() throws IOException, InterruptedException {
        post("/access/token", Map.of("label", "a program", "days", "1"), "/access");
        Matcher token = ACCESS.matcher(get("/access").body());
        if (!token.find()) {
            throw new AssertionError("the page shows no token");
        }
        return token.group();
    }

    /** The session cookie's value, empty where there is none. */
    String session() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().matches("__Host-osteon-[0-9a-f]{8}"))
                .map(java.net.HttpCookie::getValue)
                .findFirst()
                .orElse("");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(
                request.timeout(Duration.ofSeconds(60)).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Trusts every certificate: trials make their own and speak to loopback only. */
    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Extended, so that host names are not compared either. */
    private static final class Trusting extends javax.net.ssl.X509ExtendedTrustManager implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
