package org.osteon.cli.officer;

import java.io.IOException;
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
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A browser without script: keeps one cookie, follows nothing by itself, fills in forms. */
final class PlainBrowser {
    private final HttpClient client;
    private final String origin;
    private String cookie = "";

    /** A browser that trusts the certificate in an officer's own folder. */
    PlainBrowser(String origin, Path own) {
        this.origin = origin;
        try (var in = Files.newInputStream(own.resolve("page").resolve("tls.crt"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "page", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            client = HttpClient.newBuilder()
                    .sslContext(context)
                    .connectTimeout(Duration.ofSeconds(20))
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What came back.
     *
     * @param status HTTP status
     * @param body the page
     * @param location where to go on
     * @param policy the content security policy
     */
    record Seen(int status, String body, String location, String policy) {
        /** The value of a hidden field, of the form that posts to an action. */
        String hidden(String action, String name) {
            int form = body.indexOf("action=\"" + action + "\"");
            Matcher field =
                    Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(body);
            return form >= 0 && field.find(form) ? field.group(1) : "";
        }

        /** The text of the element with an id, unescaped. */
        String text(String id) {
            Matcher element = Pattern.compile("id=\"" + id + "\"[^>]*>([^<]*)<").matcher(body);
            if (!element.find()) {
                return "";
            }
            return element.group(1)
                    .replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
        }
    }

    /** Opens the link that the program printed. */
    Seen enter(String link) {
        Seen seen = get(link.substring(origin.length()));
        return seen.status() == 303 ? get(seen.location()) : seen;
    }

    Seen get(String path, String... headers) {
        return send(HttpRequest.newBuilder(URI.create(origin + path)).GET(), headers);
    }

    /** Sends a form as its page would. */
    Seen post(String path, Map<String, String> fields, String... headers) {
        StringBuilder body = new StringBuilder();
        fields.forEach((name, value) -> body.append(body.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (headers.length == 0) {
            request.header("Origin", origin);
        }
        return send(request, headers);
    }

    /** Sends a form and goes on where it leads. */
    Seen follow(String path, Map<String, String> fields) {
        Seen seen = post(path, fields);
        return seen.status() == 303 ? get(seen.location()) : seen;
    }

    /** Forgets its session. */
    void forget() {
        cookie = "";
    }

    String cookie() {
        return cookie;
    }

    private Seen send(HttpRequest.Builder request, String... headers) {
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        for (int i = 0; i + 1 < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer =
                    client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
            answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.split(";", 2)[0]);
            return new Seen(
                    answer.statusCode(),
                    answer.body(),
                    answer.headers().firstValue("Location").orElse(""),
                    answer.headers().firstValue("Content-Security-Policy").orElse(""));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The fields of the form by which a study is approved. */
    static Map<String, String> fields(String... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
