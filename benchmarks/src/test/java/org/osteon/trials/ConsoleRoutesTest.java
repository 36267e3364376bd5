package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.site.console.SiteConsole;

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
            if (route.pattern().equals("/sign-out") || route.pattern().startsWith("/switch/")) {
                continue; // Asked by themselves below: they change what the others see.
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

    /** A page of each role that has a form, for its token. */
    private static final Map<String, String> HOMES = Map.of(
            "", "/sign-in",
            "ml-engineer", "/studies",
            "regulator", "/models",
            "operator", "/health",
            "data-officer", "/inbox");

    @Test
    void whatIsNotInTheTableIsRefusedToEverybody() throws Exception {
        for (String path :
                List.of("/actuator", "/error", "/h2-console", "/studies/../people", "/console", "/api/v1/x")) {
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
