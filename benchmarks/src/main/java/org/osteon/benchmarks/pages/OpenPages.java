package org.osteon.benchmarks.pages;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.CookiePolicy;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A process of its own that holds live pages of a run open, as browsers do: each asks again as soon as it is answered.
 * It is told {@code on}, {@code off} and {@code end} on standard input and says when it is so.
 */
public final class OpenPages {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final Pattern STATE = Pattern.compile("data-state=\"([^\"]*)\"");
    private static final String PASSPHRASE = "only-for-this-benchmark";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final URI live;
    private final HttpClient client;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean on;

    private OpenPages(URI live, HttpClient client) {
        this.live = live;
        this.client = client;
    }

    /**
     * Runs until it is told to end.
     *
     * @param arguments a link that opens an account, the hub's certificate, the run, and how many pages
     */
    public static void main(String[] arguments) throws Exception {
        URI link = URI.create(arguments[0]);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(Path.of(arguments[1])))
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .connectTimeout(PATIENCE)
                .build();
        signIn(client, link);
        OpenPages pages =
                new OpenPages(URI.create("https://" + link.getAuthority() + "/runs/" + arguments[2] + "/live"), client);
        pages.obey(Integer.parseInt(arguments[3]));
        System.out.println(
                "answered " + pages.answered.get() + " failed " + pages.failed.get() + " bytes " + pages.bytes.get());
        System.exit(0);
    }

    private static void signIn(HttpClient client, URI link) throws IOException, InterruptedException {
        HttpResponse<String> form = client.send(
                HttpRequest.newBuilder(link).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        Matcher token = TOKEN.matcher(form.body());
        String filled =
                "passphrase=" + PASSPHRASE + "&again=" + PASSPHRASE + (token.find() ? "&_csrf=" + token.group(1) : "");
        HttpResponse<String> opened = client.send(
                HttpRequest.newBuilder(link)
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(filled))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (opened.statusCode() != 302) {
            throw new IllegalStateException("the link opened no account: " + opened.statusCode());
        }
    }

    private void obey(int count) throws IOException {
        System.out.println("ready");
        List<CompletableFuture<Void>> open = new ArrayList<>();
        BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String word = told.readLine(); word != null && !"end".equals(word); word = told.readLine()) {
            if ("on".equals(word)) {
                on = true;
                List<CompletableFuture<Void>> first = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    CompletableFuture<Void> shown = new CompletableFuture<>();
                    first.add(shown);
                    open.add(ask("", shown));
                }
                first.forEach(CompletableFuture::join);
            } else {
                on = false;
                open.forEach(CompletableFuture::join);
                open.clear();
            }
            System.out.println(word);
        }
    }

    /** Asks, and again whenever it is answered; completes when the page is closed. */
    private CompletableFuture<Void> ask(String state, CompletableFuture<Void> shown) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(live + "?unless=" + URLEncoder.encode(state, StandardCharsets.UTF_8)))
                .timeout(PATIENCE)
                .header("X-Live", "1")
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .handle((answer, failure) -> {
                    Matcher found = STATE.matcher(answer == null ? "" : answer.body());
                    boolean good = answer != null && answer.statusCode() == 200 && found.find();
                    (good ? answered : failed).incrementAndGet();
                    bytes.addAndGet(answer == null ? 0 : answer.body().length());
                    shown.complete(null);
                    return good ? found.group(1) : "";
                })
                .thenCompose(next -> on ? ask(next, shown) : CompletableFuture.completedFuture(null));
    }

    private static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream certificate = Files.newInputStream(file)) {
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
