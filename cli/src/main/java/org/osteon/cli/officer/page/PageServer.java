package org.osteon.cli.officer.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.call.TlsIdentity;

/**
 * Serves an officer's pages on loopback over TLS, to one browser: the link it prints works once and gives that browser
 * a session. Each call must name this server as its host, each form must come from a page of this origin and carry the
 * session's token. Ends when nobody has called for a while.
 *
 * <p>A browser sends a session's cookie to every port of {@code localhost}; whoever serves another port there can read
 * with it what the officer reads here. It gives no signature: that takes the pass-phrase or the passkey.
 */
final class PageServer implements AutoCloseable {
    private static final String COOKIE = "__Host-osteon";
    private static final int MAX_BODY = 65_536;
    private static final int WORKERS = 2;
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int TOO_LARGE = 413;
    private static final int MISDIRECTED = 421;

    private final List<HttpsServer> servers = new ArrayList<>();
    private final int port;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    private final Pages pages;
    private final Duration idle;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String csrf = secret();
    private String link = secret();
    private String session = "";
    private Locale locale;
    private long lastCall = System.nanoTime();
    private boolean ended;

    /**
     * Starts to serve.
     *
     * @param port fixed, because a passkey belongs to an origin and an origin has a port
     * @throws CliException where the port is taken
     */
    PageServer(int port, TlsIdentity identity, Duration idle, Locale locale, Pages pages) {
        this.pages = pages;
        this.idle = idle;
        this.locale = locale;
        this.port = port;
        try {
            // A browser tries both for localhost; what is left free here, another program could answer on.
            for (String loopback : List.of("127.0.0.1", "::1")) {
                InetAddress address = InetAddress.getByName(loopback);
                if (NetworkInterface.getByInetAddress(address) != null) {
                    HttpsServer server = HttpsServer.create(new InetSocketAddress(address, port), 16);
                    servers.add(server);
                    server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
                    server.setExecutor(workers);
                    server.createContext("/", this::handle);
                }
            }
            servers.forEach(HttpsServer::start);
        } catch (BindException e) {
            close();
            throw new CliException(ExitCode.TRY_AGAIN, "error.page.port", port);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** The origin of its pages. */
    String origin() {
        return origin(port);
    }

    /** The origin that pages at this port have. */
    static String origin(int port) {
        return "https://localhost:" + port;
    }

    /** The link that opens the session, once. */
    String link() {
        lock.lock();
        try {
            return origin() + "/enter?token=" + link;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the pages end it or nobody has called for the idle time. */
    void awaitEnd() throws InterruptedException {
        lock.lock();
        try {
            long left = idle.toNanos();
            while (!ended && left > 0) {
                changed.awaitNanos(left);
                left = idle.toNanos() - (System.nanoTime() - lastCall);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        servers.forEach(server -> server.stop(1));
        workers.shutdown();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers(exchange);
            String path = exchange.getRequestURI().getPath();
            if (!origin().equals("https://" + exchange.getRequestHeaders().getFirst("Host"))) {
                send(exchange, MISDIRECTED, "text/plain", new byte[0]);
            } else if (path.equals("/style.css") || path.equals("/passkey.js")) {
                file(exchange, path.substring(1));
            } else {
                lock.lock();
                try {
                    page(exchange, path);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private void page(HttpExchange exchange, String path) throws IOException {
        byte[] query = Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), "")
                .getBytes(StandardCharsets.US_ASCII);
        boolean post = exchange.getRequestMethod().equals("POST");
        byte[] body = post ? exchange.getRequestBody().readNBytes(MAX_BODY + 1) : query;
        boolean tooLarge = body.length > MAX_BODY;
        try (Form form = Form.read(body)) {
            Visit visit = new Visit(path, form, locale, csrf);
            if (!post && !exchange.getRequestMethod().equals("GET")) {
                send(exchange, pages.failed(NOT_ALLOWED, visit, "page.failed.method"));
            } else if (tooLarge) {
                send(exchange, pages.failed(TOO_LARGE, visit, "page.failed.form"));
            } else if (!post && path.equals("/enter")) {
                enter(exchange, visit);
            } else if (!inSession(exchange)) {
                send(exchange, pages.failed(FORBIDDEN, visit, "page.failed.session"));
            } else if (fromElsewhere(exchange) || post && !ownForm(exchange, form)) {
                send(exchange, pages.failed(FORBIDDEN, visit, "page.failed.origin"));
            } else {
                lastCall = System.nanoTime();
                changed.signalAll();
                if (List.of("en", "zh").contains(form.text("lang"))) {
                    locale = form.text("lang").equals("zh") ? Locale.SIMPLIFIED_CHINESE : Locale.ENGLISH;
                }
                Visit inside = new Visit(path, form, locale, csrf);
                send(exchange, post ? pages.act(inside) : pages.show(inside));
                if (pages.ended()) {
                    ended = true;
                    changed.signalAll();
                }
            }
        }
    }

    private void enter(HttpExchange exchange, Visit visit) throws IOException {
        if (link.isEmpty() || !same(link, visit.form().text("token"))) {
            send(exchange, pages.failed(FORBIDDEN, visit, "page.failed.link"));
            return;
        }
        link = "";
        session = secret();
        exchange.getResponseHeaders()
                .add("Set-Cookie", COOKIE + "=" + session + "; Path=/; Secure; HttpOnly; SameSite=Strict");
        send(exchange, Page.to("/"));
    }

    private boolean inSession(HttpExchange exchange) {
        for (String header : exchange.getRequestHeaders().getOrDefault("Cookie", List.of())) {
            for (String cookie : header.split(";", -1)) {
                if (!session.isEmpty() && same(COOKIE + "=" + session, cookie.strip())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the browser itself says that another page led here. */
    private static boolean fromElsewhere(HttpExchange exchange) {
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    private boolean ownForm(HttpExchange exchange, Form form) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return origin().equals(exchange.getRequestHeaders().getFirst("Origin"))
                && type != null
                && type.startsWith("application/x-www-form-urlencoded")
                && same(csrf, form.text("csrf"));
    }

    private static void headers(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
    }

    private static void file(HttpExchange exchange, String name) throws IOException {
        try (InputStream in = PageServer.class.getResourceAsStream(name)) {
            String type = name.endsWith(".css") ? "text/css" : "text/javascript";
            if (in == null) {
                send(exchange, NOT_FOUND, "text/plain", new byte[0]);
            } else {
                send(exchange, 200, type, in.readAllBytes());
            }
        }
    }

    private static void send(HttpExchange exchange, Page page) throws IOException {
        if (page.elsewhere()) {
            exchange.getResponseHeaders().set("Location", page.body());
            send(exchange, page.status(), "text/plain", new byte[0]);
        } else {
            send(exchange, page.status(), "text/html", page.body().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private String secret() {
        byte[] raw = new byte[32];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
