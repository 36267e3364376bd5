package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.account.AccessTokens;
import org.osteon.console.account.Person;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.coordinator.console.api.HubApi;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.site.console.SiteConsole;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Every line of both consoles' tables, asked by every role and by strangers, of the running daemons. */
class ConsoleRoutesTest {
    @TempDir
    static Path folder;

    private static Federation federation;
    private static final Map<String, ConsolePerson> HUB_PEOPLE = new LinkedHashMap<>();
    private static final Map<String, ConsolePerson> SITE_PEOPLE = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        federation = new Federation(folder)
                .withHub(List.of("--console", "127.0.0.1:0"))
                .withSite("hospital-a", "--console", "127.0.0.1:0");
        for (String role : HubConsole.ROLES) {
            HUB_PEOPLE.put(role, ConsolePerson.of(link("coordinator", "hub", role)));
        }
        for (String role : SiteConsole.ROLES) {
            SITE_PEOPLE.put(role, ConsolePerson.of(link("site", "hospital-a", role)));
        }
        HUB_PEOPLE.put("", new ConsolePerson(federation.console("hub")));
        SITE_PEOPLE.put("", new ConsolePerson(federation.console("hospital-a")));
    }

    @AfterAll
    static void stop() {
        federation.close();
    }

    private static String link(String kind, String place, String role) throws Exception {
        federation.console(place);
        return federation
                .done(kind, "link", folder.resolve(place).toString(), "--person", "Person " + role, "--role", role)
                .path("link")
                .asText();
    }

    @Test
    void everyLineOfTheHubsTableOpensToItsRolesAlone() throws Exception {
        walk(new Routes(HubConsole.ROUTES), HUB_PEOPLE);
    }

    @Test
    void everyLineOfTheSitesTableOpensToItsRolesAlone() throws Exception {
        walk(new Routes(SiteConsole.ROUTES), SITE_PEOPLE);
    }

    private static void walk(Routes routes, Map<String, ConsolePerson> people) throws Exception {
        SoftAssertions all = new SoftAssertions();
        int asked = 0;
        for (Route route : routes.all()) {
            if (route.pattern().equals("/sign-out")
                    || route.pattern().startsWith("/switch/")
                    || route.pattern().startsWith("/api/")) {
                continue; // Asked by themselves below: they change what the others see, or ask for tokens.
            }
            String path = route.pattern().replaceAll("\\{[a-z]+}", "000000");
            for (Map.Entry<String, ConsolePerson> one : people.entrySet()) {
                String role = one.getKey();
                HttpResponse<String> answer = "GET".equals(route.method())
                        ? one.getValue().get(path)
                        : one.getValue().post(path, Map.of(), HOMES.getOrDefault(role, "/"));
                String to = answer.headers().firstValue("Location").orElse("");
                boolean signIn = answer.statusCode() == 302 && to.contains("/sign-in") && !path.equals("/sign-in");
                boolean refused = answer.statusCode() == 403 || signIn;
                boolean may = route.open() || route.roles().contains(role);
                all.assertThat(refused)
                        .as(
                                "%s %s as %s: %d %s",
                                route.method(), path, role.isEmpty() ? "a stranger" : role, answer.statusCode(), to)
                        .isEqualTo(!may);
                all.assertThat(answer.statusCode())
                        .as(route.method() + " " + path + " as " + role)
                        .isNotEqualTo(500);
                asked++;
            }
        }
        all.assertAll();
        System.out.printf(
                "console routes: %d lines, %d requests%n", routes.all().size(), asked);
    }

    @Test
    void everyLineOfTheApiOpensToTheTokensOfItsRolesAlone() throws Exception {
        // Given a token of each role, here and of another federation
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, String> foreign = new LinkedHashMap<>();
        for (String role : HubConsole.ROLES) {
            own.put(role, HUB_PEOPLE.get(role).token());
            foreign.put(role, foreignToken(role));
        }
        ConsolePerson program = new ConsolePerson(federation.console("hub"));
        SoftAssertions all = new SoftAssertions();
        int asked = 0;
        for (Route route : HubApi.ROUTES) {
            String path = route.pattern().replaceAll("\\{[a-z]+}", "0");
            String line = route.method() + " " + path;
            HttpResponse<String> bare = program.api(route.method(), path, "");
            all.assertThat(bare.statusCode()).as(line + " without a token").isEqualTo(route.open() ? 200 : 401);
            all.assertThat(bare.headers().firstValue("WWW-Authenticate").isPresent())
                    .as(line + " WWW-Authenticate")
                    .isEqualTo(!route.open());
            for (String role : HubConsole.ROLES) {
                boolean may = route.open() || route.roles().contains(role);
                int status = program.api(route.method(), path, own.get(role)).statusCode();
                all.assertThat(status == 403)
                        .as(line + " as " + role + ": " + status)
                        .isEqualTo(!may);
                all.assertThat(status).as(line + " as " + role).isNotIn(401, 405, 406, 500);
                all.assertThat(program.api(route.method(), path, foreign.get(role))
                                .statusCode())
                        .as(line + " as a foreign " + role)
                        .isEqualTo(route.open() ? 200 : 403);
                all.assertThat(HUB_PEOPLE
                                .get(role)
                                .api(route.method(), path, "")
                                .statusCode())
                        .as(line + " with the session of " + role + " alone")
                        .isEqualTo(route.open() ? 200 : 401);
                asked += 3;
            }
        }
        all.assertAll();
        System.out.printf("API routes: %d lines, %d requests%n", HubApi.ROUTES.size(), asked + HubApi.ROUTES.size());
    }

    private static String daemonLog() throws IOException {
        return Files.readString(federation.hub().resolve("logs").resolve("daemon.log"));
    }

    private static String foreignToken(String role) {
        Path hub = federation.hub();
        Person person = new Person("Foreign " + role, role, "elsewhere");
        SingleConnectionDataSource source =
                new SingleConnectionDataSource("jdbc:sqlite:" + hub.resolve("console.db") + "?busy_timeout=5000", true);
        JdbcClient.create(source)
                .sql("INSERT INTO account(name, role, federation, passphrase, failures, locked_until, made)"
                        + " VALUES (?, ?, 'elsewhere', '', 0, 0, 1)")
                .params(person.name(), role)
                .update();
        source.destroy();
        try (AccessTokens tokens = AccessTokens.open(hub, true, Clock.systemUTC())) {
            return tokens.make(person, "a program", 1).token();
        }
    }

    @Test
    void theApiKnowsNoOtherSpellingOfItsPathsAndNoSession() throws Exception {
        ConsolePerson engineer = HUB_PEOPLE.get("ml-engineer");
        String token = engineer.token();

        for (String path : List.of("/%61pi/v1/me", "/api/v1/%6de", "/api/%76" + "1/me")) {
            assertThat(engineer.get(path).statusCode()).as(path).isIn(400, 401, 404);
        }
        ConsolePerson program = new ConsolePerson(federation.console("hub"));
        assertThat(program.api("GET", "/api/v1/me", token).statusCode()).isEqualTo(200);
        assertThat(program.session()).isEmpty();
        assertThat(program.api("GET", "/api/v1/x", token).statusCode()).isEqualTo(404);
        assertThat(program.api("GET", "/studies", token).statusCode())
                .as("a token opens no page")
                .isEqualTo(302);
        assertThat(program.api("GET", "/api/v1/me?access_token=" + token, "").statusCode())
                .isEqualTo(401);
    }

    @Test
    void whatTheApiRefusesItRefusesAsAProblem() throws Exception {
        ConsolePerson program = new ConsolePerson(federation.console("hub"));
        String token = HUB_PEOPLE.get("ml-engineer").token();
        Map<String, String> key = Map.of("Idempotency-Key", "a-key-of-this-test");
        Map<String, HttpResponse<String>> answers = new LinkedHashMap<>();
        answers.put("401 TOKEN_MISSING", program.api("GET", "/api/v1/me", ""));
        answers.put("401 TOKEN_INVALID", program.api("GET", "/api/v1/me", "osteon_nothing"));
        answers.put(
                "403 ROLE_MISSING",
                program.api("GET", "/api/v1/models", HUB_PEOPLE.get("operator").token()));
        answers.put("404 PATH_UNKNOWN", program.api("GET", "/api/v1/nothing", token));
        answers.put("404 STUDY_UNKNOWN", program.api("GET", "/api/v1/studies/" + "0".repeat(64), token));
        answers.put("405 METHOD_NOT_ALLOWED", program.api("DELETE", "/api/v1/studies", token));
        answers.put(
                "406 NOT_ACCEPTABLE", program.api("GET", "/api/v1/studies", token, Map.of("Accept", "text/html"), ""));
        answers.put("400 VALUE_MALFORMED", program.api("GET", "/api/v1/studies?limit=many", token));
        answers.put("400 BAD_JSON", program.api("POST", "/api/v1/studies", token, key, "{\"a\":"));
        answers.put("415 CONTENT_TYPE_OTHER", program.api("POST", "/api/v1/studies", token, key, ""));
        answers.put("422 STUDY_INVALID", program.api("POST", "/api/v1/studies", token, key, "{\"a\":1}"));
        answers.put(
                "413 BODY_TOO_LARGE",
                program.api("POST", "/api/v1/studies", token, key, "[" + " ".repeat(2_500_000) + "]"));
        String log = daemonLog();
        SoftAssertions all = new SoftAssertions();
        answers.forEach((expected, answer) -> {
            JsonNode problem = CanonicalJson.readTree(answer.body().getBytes(StandardCharsets.UTF_8));
            all.assertThat(answer.statusCode() + " " + problem.path("code").asText())
                    .isEqualTo(expected);
            all.assertThat(answer.headers().firstValue("Content-Type"))
                    .as(expected)
                    .hasValue("application/problem+json");
            all.assertThat(problem.path("status").asInt()).as(expected).isEqualTo(answer.statusCode());
            all.assertThat(log)
                    .as("the log's line of " + expected)
                    .contains(problem.path("reference").asText("no reference"));
        });
        all.assertThat(log).as("a token in the log").doesNotContain(token);
        all.assertAll();
        // What the web server itself refuses before any filter
        HttpResponse<String> slash = program.api("GET", "/api/v1/studies/%2f", token);
        assertThat(slash.statusCode()
                        + slash.headers().firstValue("Content-Type").orElse(""))
                .isEqualTo("400application/problem+json");
        assertThat(program.api("GET", "/api/v1/me", "", Map.of("Accept-Language", "zh-CN,en;q=0.5"), "")
                        .body())
                .contains("缺少访问令牌");
    }

    /** A page of each role that has a form, for its token. */
    private static final Map<String, String> HOMES = Map.of(
            "", "/sign-in",
            "ml-engineer", "/studies",
            "regulator", "/models",
            "operator", "/health",
            "data-officer", "/inbox");

    @Test
    void whatIsNotInTheTableIsRefusedToEverybody() throws Exception {
        for (String path : List.of("/actuator", "/error", "/h2-console", "/studies/../people", "/console")) {
            assertThat(HUB_PEOPLE.get("ml-engineer").get(path).statusCode())
                    .as(path)
                    .isIn(400, 403, 404);
        }
    }

    @Test
    void aFormWithoutItsTokenIsRefused() throws Exception {
        ConsolePerson operator = HUB_PEOPLE.get("operator");

        HttpResponse<String> answer = operator.postBare("/sites/token", Map.of("site", "hospital-x"));

        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void signingInChangesTheSessionAndSigningOutEndsIt() throws Exception {
        ConsolePerson person = new ConsolePerson(federation.console("hub"));
        person.get("/sign-in");
        String before = person.session();

        person.post("/sign-in", Map.of("name", "Person regulator", "passphrase", ConsolePerson.PASSPHRASE), "/sign-in");

        assertThat(person.session()).isNotEmpty().isNotEqualTo(before);
        assertThat(person.get("/models").statusCode()).isEqualTo(200);
        assertThat(person.post("/sign-out", Map.of(), "/models").statusCode()).isEqualTo(302);
        assertThat(person.get("/models").statusCode()).isEqualTo(302);
    }

    @Test
    void everyPageCarriesItsHeaders() throws Exception {
        HttpResponse<String> page = HUB_PEOPLE.get("ml-engineer").get("/studies");

        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(page.headers().firstValue("Strict-Transport-Security").orElse(""))
                .contains("max-age");
        assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(page.body())
                .doesNotContain("style=\"")
                .doesNotContain("onclick")
                .doesNotContain("<script>");
    }

    @Test
    void wrongPassphrasesAreThrottled() throws Exception {
        ConsolePerson guesser = new ConsolePerson(federation.console("hub"));
        Map<String, String> guess = Map.of("name", "Person ml-engineer", "passphrase", "a guess that is wrong");

        for (int i = 0; i < 5; i++) {
            assertThat(guesser.post("/sign-in", guess, "/sign-in")
                            .headers()
                            .firstValue("Location")
                            .orElse(""))
                    .endsWith("SIGN_IN_WRONG");
        }

        assertThat(guesser.post("/sign-in", guess, "/sign-in")
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .endsWith("ACCOUNT_RESTS");
    }

    @Test
    void theRedSwitchStopsAndIsLifted() throws Exception {
        ConsolePerson officer = SITE_PEOPLE.get("data-officer");

        assertThat(officer.post("/switch/stop", Map.of(), "/switch").statusCode())
                .isEqualTo(302);
        assertThat(federation
                        .done("site", "status", federation.site("hospital-a").toString())
                        .path("state")
                        .asText())
                .isEqualTo("stopped");
        officer.post("/switch/lift", Map.of(), "/switch");
        assertThat(federation
                        .done("site", "status", federation.site("hospital-a").toString())
                        .path("state")
                        .asText())
                .isNotEqualTo("stopped");
    }
}
