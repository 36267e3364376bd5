package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.ServiceTokens;
import org.osteon.coordinator.console.HubConsole;

/** Both consoles and a real Keycloak, before a real browser; pictures lie under {@code target/login-service}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LoginServiceTest {
    private static final Path PICTURES = Path.of("target", "login-service");

    private final PageForEverybody rules = new PageForEverybody(
            PICTURES,
            Set.of("Osteon ortho-net hospital-a https realms osteon sun wang zhou chen stranger with-two without-role"
                    .split(" ")));

    private Path folder;
    private KeycloakServer keycloak;
    private Chromium chromium;
    private Federation federation;
    private String hub = "";
    private String site = "";
    private final String hubSecret = KeycloakServer.secret();
    private final String siteSecret = KeycloakServer.secret();

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        folder = given;
        keycloak = KeycloakServer.in(given.resolve("keycloak"));
        chromium = Chromium.start();
        Files.createDirectories(PICTURES);
        String hubConsole = "127.0.0.1:" + Ports.free();
        String siteConsole = "127.0.0.1:" + Ports.free();
        hub = "https://" + hubConsole;
        site = "https://" + siteConsole;
        federation = new Federation(Files.createDirectory(given.resolve("federation")))
                .withHub(List.of("--console", hubConsole));
        federation.enrol("hospital-a", "--console", siteConsole);
        federation.end("hub");
        keycloak.settings(federation.hub(), hubSecret, """
                oidcClient = "osteon-hub"
                oidcCommandClient = "osteon-cli"
                """);
        keycloak.settings(federation.site("hospital-a"), siteSecret, """
                oidcClient = "osteon-site"
                oidcRoles = ["data-officer=/osteon/officers", "operator=operator"]
                """);
        federation.startHub();
        federation.startSite("hospital-a");
    }

    @AfterAll
    void close() {
        if (federation != null) {
            federation.close();
        }
        if (keycloak != null) {
            keycloak.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private BrowserContext browser(String locale, int width) {
        return chromium.context(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setLocale(locale)
                .setViewportSize(width, 900));
    }

    /** Signs in at a console by way of Keycloak's page. */
    private Page signIn(BrowserContext browser, String console, String person) {
        Page page = browser.newPage();
        page.navigate(console + "/");
        page.click("main a.button");
        page.fill("#username", person);
        page.fill("#password", keycloak.password());
        page.click("#kc-login");
        page.waitForURL(url -> url.startsWith(console));
        return page;
    }

    @Test
    @Order(1)
    void withoutTheServiceTheDaemonsWorkAndThePageSaysWhyNobodyComesIn() throws Exception {
        assertThat(federation
                        .done("coordinator", "status", federation.hub().toString())
                        .path("federation")
                        .asText())
                .isEqualTo("ortho-net");
        federation.console("hub");

        try (BrowserContext stranger = browser("en-GB", 1280)) {
            Page page = stranger.newPage();
            page.navigate(hub + "/");

            assertThat(page.textContent("[role=alert]")).contains("The login service cannot be reached");
            assertThat(page.locator("form").count()).isZero();
            String reference = page.textContent("[role=alert] code");
            assertThat(reference).matches("[0-9a-f]{8}");
            assertThat(Files.readString(federation.hub().resolve("logs").resolve("daemon.log")))
                    .contains(reference);
            rules.look(page, "away");
        }
    }

    @Test
    @Order(2)
    void noLinkIsMadeWhereAccountsAreElsewhere() throws Exception {
        federation.console("hospital-a");
        for (String[] place :
                new String[][] {{"coordinator", "hub", "regulator"}, {"site", "hospital-a", "operator"}}) {
            Federation.Answer answer = federation.run(
                    place[0],
                    "link",
                    federation.folder().resolve(place[1]).toString(),
                    "--person",
                    "Ada Wu",
                    "--role",
                    place[2]);

            assertThat(answer.exit()).isEqualTo(3);
            assertThat(answer.json().path("code").asText()).isEqualTo("ACCOUNTS_ELSEWHERE");
            assertThat(answer.error()).contains(keycloak.issuer());
        }
    }

    @Test
    @Order(3)
    void anEngineerSignsInAtTheHubAndAnOfficerAtTheSite() throws Exception {
        keycloak.start(
                Map.of(
                        "hub", hub,
                        "site", site,
                        "site-b", site,
                        "site-c", site,
                        "hub-secret", hubSecret,
                        "site-secret", siteSecret),
                List.of(
                        federation.hub().resolve("tls.crt"),
                        federation.site("hospital-a").resolve("tls.crt")));

        try (BrowserContext engineer = browser("en-GB", 1280);
                BrowserContext officer = browser("zh-CN", 390)) {
            Page before = engineer.newPage();
            before.navigate(hub + "/studies");
            untilGone(before, "[role=alert]");
            rules.look(before, "sign-in");
            String session = cookies(engineer);

            Page page = signIn(engineer, hub, "wang");
            assertThat(page.url()).isEqualTo(hub + "/studies");
            assertThat(page.textContent(".who")).contains("wang").contains("ML engineer");
            assertThat(cookies(engineer)).isNotEqualTo(session);

            Page inbox = signIn(officer, site, "chen");
            assertThat(inbox.url()).isEqualTo(site + "/inbox");
            assertThat(inbox.textContent(".who")).contains("chen").contains("数据专员");

            inbox.click(".me button");
            assertThat(inbox.textContent("[role=status]")).contains("您已退出");
            rules.look(inbox, "signed-out");
            inbox.navigate(site + "/inbox");
            assertThat(inbox.url()).contains("/sign-in");
        }
        assertThat(Files.readString(federation.hub().resolve("logs").resolve("daemon.log")))
                .doesNotContain(hubSecret)
                .doesNotContain("eyJ");
    }

    /** The page asks the service again after a rest. */
    private static void untilGone(Page page, String selector) {
        for (int i = 0; i < 100 && page.locator(selector).count() > 0; i++) {
            page.waitForTimeout(200);
            page.reload();
        }
    }

    private static String cookies(BrowserContext browser) {
        return browser.cookies().stream()
                .filter(cookie -> cookie.name.matches("__Host-osteon-[0-9a-f]{8}"))
                .map(cookie -> cookie.value)
                .findFirst()
                .orElse("");
    }

    @Test
    @Order(4)
    void whoHasNoOneRoleOfThisFederationIsTurnedAwayAndToldWhy() {
        Map<String, String> refused = Map.of(
                "without-role", "You have no role at this console",
                "with-two", "more than one role",
                "stranger", "belongs to another federation");
        refused.forEach((person, why) -> {
            try (BrowserContext browser = browser("en-GB", 1280)) {
                Page page = signIn(browser, hub, person);

                assertThat(page.textContent("[role=alert]"))
                        .as(person)
                        .contains(why)
                        .contains("login service");
                rules.look(page, "refused-" + person);
                page.navigate(hub + "/studies");
                assertThat(page.url()).as(person).contains("/sign-in");
            }
        });
        try (BrowserContext engineer = browser("en-GB", 1280)) {
            assertThat(signIn(engineer, site, "wang").textContent("[role=alert]"))
                    .as("a role of the hub, at a site")
                    .contains("You have no role at this console");
        }
    }

    @Test
    @Order(5)
    void whoIsSignedOutAtTheServiceIsOutHereToo() throws Exception {
        try (BrowserContext browser = browser("en-GB", 1280)) {
            Page page = signIn(browser, hub, "zhou");
            assertThat(page.url()).isEqualTo(hub + "/models");

            keycloak.signOut("zhou");

            page.navigate(hub + "/models");
            assertThat(page.url()).contains("/sign-in");
        }
        assertThat(federation
                        .done("audit", "log", "--hub", federation.hub().toString(), "--as", "operator")
                        .toString())
                .contains("person-signed-in")
                .contains("person-signed-out");
    }

    @Test
    @Order(6)
    void aNewKeyOfTheServiceSignsPeopleInAtOnce() throws Exception {
        keycloak.rotateKeys();

        try (BrowserContext browser = browser("en-GB", 1280)) {
            Page page = signIn(browser, hub, "sun");
            assertThat(page.url()).isEqualTo(hub + "/health");
            page.navigate(hub + "/people");
            assertThat(page.textContent("main")).contains("zhou").contains(keycloak.issuer());
            rules.look(page, "people");
        }
    }

    @Test
    @Order(7)
    void aCallbackThatNobodyBeganLeadsBackToTheDoor() {
        try (BrowserContext browser = browser("en-GB", 1280)) {
            Page page = browser.newPage();

            page.navigate(hub + "/sign-in/back?code=stolen&state=guessed");

            assertThat(page.textContent("[role=alert]")).contains("Begin again");
        }
    }

    @Test
    @Order(8)
    void accessTokensOfTheServiceAreTheirPersonsAlsoAfterItsKeyChanged() throws Exception {
        try (Accounts accounts = Accounts.open(
                Files.createDirectory(folder.resolve("known")), "ortho-net", HubConsole.ROLES, Clock.systemUTC())) {
            BearerTokens tokens = ServiceTokens.of(federation.hub(), "ortho-net", HubConsole.ROLES, accounts);

            assertThat(tokens.holder(access("for-trials", "wang")))
                    .hasValue(new Person("wang", "ml-engineer", "ortho-net"));
            keycloak.rotateKeys();
            assertThat(tokens.holder(access("for-trials", "wang")))
                    .as("by a new key")
                    .isPresent();
            assertThat(tokens.holder(access("another", "wang")))
                    .as("for another audience")
                    .isEmpty();
            assertThat(tokens.holder(access("for-trials", "stranger")))
                    .as("of another federation")
                    .isEmpty();
            assertThat(tokens.holder(access("for-trials", "without-role")))
                    .as("without a role")
                    .isEmpty();
            assertThat(tokens.holder(keycloak.tokens("for-trials", "wang")
                            .path("id_token")
                            .asText()))
                    .as("an ID token")
                    .isEmpty();
            assertThat(tokens.holder(keycloak.tokens("for-trials", "wang")
                            .path("refresh_token")
                            .asText()))
                    .as("a refresh token")
                    .isEmpty();
        }
    }

    private String access(String client, String person) throws IOException {
        return keycloak.tokens(client, person).path("access_token").asText();
    }

    @Test
    @Order(9)
    void theCommandSignsInByACodeRenewsItsTokenAndSignsOut() throws Exception {
        // Given
        Path tokens = folder.resolve("config").resolve("osteon").resolve("login-ortho-net.json");
        Process login = command("login", "--json");

        // When
        try (BrowserContext browser = browser("en-GB", 1280)) {
            Page page = browser.newPage();
            page.navigate(shown(login, "or open "));
            page.fill("#username", "wang");
            page.fill("#password", keycloak.password());
            page.click("#kc-login");
            page.click("[name=accept]");
            page.waitForLoadState();
        }

        // Then
        assertThat(login.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(login.exitValue()).as(federation.errors("login")).isZero();
        assertThat(Files.getPosixFilePermissions(tokens)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(out()).contains("\"ok\":true").contains(keycloak.issuer()).doesNotContain("eyJ");

        String first = token();
        assertThat(token()).isEqualTo(first);
        Files.writeString(
                tokens,
                Files.readString(tokens)
                        .replaceFirst("\"expires\":\"[^\"]+\"", "\"expires\":\"2026-01-01T00:00:00Z\""));
        String second = token();
        assertThat(second).isNotEqualTo(first);
        try (Accounts accounts = Accounts.open(
                Files.createDirectory(folder.resolve("known-2")), "ortho-net", HubConsole.ROLES, Clock.systemUTC())) {
            assertThat(ServiceTokens.of(federation.hub(), "ortho-net", HubConsole.ROLES, accounts)
                            .holder(second))
                    .hasValue(new Person("wang", "ml-engineer", "ortho-net"));
        }

        Process end = command("login", "--end", "--json");
        assertThat(end.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(out()).contains("\"revoked\":true");
        assertThat(tokens).doesNotExist();
        Process after = command("login", "--token");
        assertThat(after.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(after.exitValue()).isEqualTo(3);
    }

    @Test
    @Order(10)
    void everyPageKeepsTheRulesOfEveryPage() {
        assertThat(rules.seen()).isGreaterThan(12);
        assertThat(rules.faults()).isEmpty();
    }

    private Process command(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--hub", federation.hub().toString(), "--lang", "en"));
        return federation.launch(
                "login",
                List.of(),
                List.of(),
                "org.osteon.cli.Osteon",
                all,
                Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()));
    }

    private String token() throws Exception {
        Process process = command("login", "--token");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(federation.errors("login")).isZero();
        assertThat(out().strip()).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
        return out().strip();
    }

    private String out() throws IOException {
        return Files.readString(federation.folder().resolve("logs").resolve("login.out"));
    }

    /** What the command shows a person after some words, once it does. */
    private String shown(Process process, String words) throws Exception {
        for (int i = 0; i < 600 && process.isAlive(); i++) {
            for (String line : federation.errors("login").split("\n")) {
                if (line.startsWith(words)) {
                    return line.substring(words.length());
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the command showed no address: " + federation.errors("login"));
    }
}
