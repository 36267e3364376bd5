package org.osteon.console;

import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.AccountException;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.LoginService;
import org.osteon.console.oidc.OidcConfiguration;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.TlsIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A daemon's pages: a web server of their own below the daemon's context, started after the daemon's own port, so that
 * nobody at that port waits for it; and the accounts of the people who sign in there.
 */
public final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    private final @Nullable ConsoleSettings settings;
    private final @Nullable Accounts accounts;
    private volatile @Nullable ConfigurableApplicationContext context;
    private volatile String address = "";

    private Console(@Nullable ConsoleSettings settings, @Nullable Accounts accounts) {
        this.settings = settings;
        this.accounts = accounts;
    }

    /** The console of these settings, or one that stays shut. */
    public static Console of(Optional<ConsoleSettings> settings, Clock clock) {
        return settings.map(
                        open -> new Console(open, Accounts.open(open.folder(), open.federation(), open.roles(), clock)))
                .orElseGet(() -> new Console(null, null));
    }

    /**
     * Starts the pages; where they cannot be, the daemon goes on without them.
     *
     * @param parent the daemon's context
     * @param pages the daemon's own configuration: its controllers, routes, navigation and access log
     * @return where they are, as {@code https://host:port}; empty when they are shut
     */
    public Optional<String> start(ConfigurableApplicationContext parent, Class<?> pages) {
        ConsoleSettings open = settings;
        if (open == null) {
            return Optional.empty();
        }
        try {
            ServletWebServerApplicationContext started =
                    (ServletWebServerApplicationContext) new SpringApplicationBuilder(ConsoleConfiguration.class, pages)
                            .parent(parent)
                            .web(WebApplicationType.SERVLET)
                            .bannerMode(Banner.Mode.OFF)
                            .logStartupInfo(false)
                            .registerShutdownHook(false)
                            .properties(properties(open))
                            .run();
            context = started;
            address = "https://" + open.host() + ":"
                    + Objects.requireNonNull(started.getWebServer()).getPort();
            return Optional.of(address);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("address", open.address()).log("the pages cannot be opened");
            return Optional.empty();
        }
    }

    /** Where the pages are, as {@code https://host:port}; empty until they are open. */
    public String address() {
        return address;
    }

    /** The login service of pages that are open; absent where people have local accounts. */
    public Optional<LoginService> loginService() {
        ConfigurableApplicationContext started = context;
        return started == null
                ? Optional.empty()
                : started.getBeanProvider(LoginService.class).stream().findFirst();
    }

    /** Whether the pages should be open. */
    public boolean wanted() {
        return settings != null;
    }

    /** The settings of a console that is open. */
    ConsoleSettings settings() {
        return Objects.requireNonNull(settings, "the console is shut");
    }

    /** The accounts of a console that is open. */
    Accounts accounts() {
        return Objects.requireNonNull(accounts, "the console is shut");
    }

    /**
     * A link that works once, with which a person makes their account or gives it a new passphrase.
     *
     * @throws CallException when the pages are shut or name or role will not do
     */
    public Map<String, String> link(String person, String role) {
        Accounts people = accounts;
        if (people == null) {
            throw CallException.refused(
                    "CONSOLE_OFF", "the pages are shut; the operator opens them with console = \"HOST:PORT\"");
        }
        if (settings().oidc().isPresent()) {
            throw CallException.refused(
                    "ACCOUNTS_ELSEWHERE",
                    "people sign in at " + settings().oidc().orElseThrow().issuer()
                            + "; who runs it makes accounts and gives roles there");
        }
        if (address.isEmpty()) {
            throw CallException.refused("CONSOLE_NOT_OPEN", "the pages are not open yet; try again in a few seconds");
        }
        try {
            Map<String, String> link = new LinkedHashMap<>();
            link.put("person", person);
            link.put("role", role);
            link.put("link", address + "/welcome/" + people.link(person, role));
            link.put("hours", String.valueOf(Accounts.LINK_LIFE.toHours()));
            return link;
        } catch (AccountException e) {
            throw CallException.wrong(
                    e.code(),
                    "ROLE_NOT_HERE".equals(e.code())
                            ? "a role here is one of " + settings().roles() + ", was \"" + role + "\""
                            : "a person's name is 1 to 64 letters, digits, spaces and . _ @ -");
        }
    }

    /** Everybody who has an account, or came from the login service; nobody while the pages are shut. */
    public List<Person> people() {
        if (accounts == null) {
            return List.of();
        }
        return settings().oidc().isPresent() ? accounts.known().all() : accounts.all();
    }

    @Override
    public void close() {
        ConfigurableApplicationContext started = context;
        if (started != null) {
            started.close();
        }
        if (accounts != null) {
            accounts.close();
        }
    }

    private static Map<String, Object> properties(ConsoleSettings settings) {
        Map<String, Object> values = new HashMap<>();
        TlsIdentity tls = TlsIdentity.open(settings.folder());
        values.put(OidcConfiguration.SWITCH, settings.oidc().isPresent());
        values.put("server.address", settings.host());
        values.put("server.port", settings.port());
        values.put(
                "spring.ssl.bundle.pem.console.keystore.certificate",
                tls.certificateFile().toUri().toString());
        values.put(
                "spring.ssl.bundle.pem.console.keystore.private-key",
                tls.keyFile().toUri().toString());
        values.put("server.ssl.bundle", "console");
        values.put("server.ssl.enabled-protocols", "TLSv1.3,TLSv1.2");
        values.put("server.shutdown", "immediate");
        values.put("server.servlet.session.timeout", "15m");
        // Cookies know hosts, not ports: consoles on one host must not take each other's.
        values.put(
                "server.servlet.session.cookie.name",
                "__Host-osteon-" + tls.pin().hex().substring(0, 8));
        values.put("server.servlet.session.cookie.path", "/");
        values.put("server.servlet.session.cookie.http-only", "true");
        values.put("server.servlet.session.cookie.secure", "true");
        values.put("server.servlet.session.cookie.same-site", "lax");
        values.put("server.servlet.session.tracking-modes", "cookie");
        values.put("server.max-http-request-header-size", "16KB");
        values.put("server.tomcat.threads.max", "32");
        values.put("server.tomcat.threads.min-spare", "2");
        values.put("server.tomcat.max-connections", "1024");
        values.put("server.tomcat.connection-timeout", "20s");
        values.put("server.tomcat.max-http-form-post-size", "512KB");
        values.put("server.tomcat.max-swallow-size", "4MB");
        values.put("spring.servlet.multipart.max-file-size", "1MB");
        values.put("spring.servlet.multipart.max-request-size", "2MB");
        values.put("spring.web.error.include-message", "never");
        values.put("spring.web.error.whitelabel.enabled", "false");
        values.put("spring.mvc.async.request-timeout", "40s");
        values.put("spring.web.resources.cache.cachecontrol.max-age", "1h");
        values.put("spring.thymeleaf.encoding", "UTF-8");
        return values;
    }
}
