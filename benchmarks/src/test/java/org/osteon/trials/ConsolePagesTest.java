package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.protocol.document.Digest;
import org.osteon.site.console.SiteConsole;

/**
 * A study's whole life before both consoles in a real browser, by the people of a hub and a site; pictures of every
 * page lie under {@code target/console-pages}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsolePagesTest {
    private static final Path PICTURES = Path.of("target", "console-pages");
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final String PASSPHRASE = "three owls under the bridge";
    private static final int MOST_CLICKS = 3;
    private static final int MOST_TABS = 60;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

    private static final String ENGINEER = "Wang Li";
    private static final String REGULATOR = "Zhou Min";
    private static final String HUB_OPERATOR = "Sun Hao";
    private static final String OFFICER = "Chen Mei";
    private static final String SITE_OPERATOR = "Gao Jun";

    /** Names of this trial, abbreviations, and formats. */
    private static final Set<String> LATIN = Set.of(
            ("Osteon Wang Li Zhou Min Sun Hao Chen Mei Gao Jun Prof ortho-net fracture-risk hub north south hospital-x"
                            + " AUC CSV JSON REST TLS UTC rdp pld safetensors npz SP tlog-proof sample-data studies kB MB GB logistic"
                            + " superlink example someone bones")
                    .split(" "));

    private final Map<String, Page> people = new HashMap<>();
    private final PageForEverybody rules = new PageForEverybody(PICTURES, LATIN);

    private Path folder;
    private Chromium chromium;
    private Federation federation;
    private String hub = "";
    private String study = "";
    private String run = "";
    private String model = "";

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        folder = given;
        Files.createDirectories(PICTURES);
        chromium = Chromium.start();
        federation = new Federation(Files.createDirectory(given.resolve("federation")))
                .withHub(List.of("--console", "127.0.0.1:0"));
        hub = federation.hub().toString();
        federation
                .withSite("north", "--epsilon-ceiling", "5", "--epsilon-total", "12", "--delta-ceiling", "1e-5")
                .withSite(
                        "south",
                        "--epsilon-ceiling",
                        "2",
                        "--epsilon-total",
                        "6",
                        "--delta-ceiling",
                        "1e-5",
                        "--console",
                        "127.0.0.1:0");
        federation.map("north", SAMPLES.resolve("hospital-b").resolve("export.csv"));
    }

    @AfterAll
    void close() {
        System.out.printf("console pages: %d looked at%n", rules.seen());
        if (federation != null) {
            federation.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    @Order(1)
    void eachPersonOpensTheirAccountByALinkThatWorksOnce() throws Exception {
        String link = open("coordinator", "hub", ENGINEER, "ml-engineer");
        open("coordinator", "hub", REGULATOR, "regulator");
        open("coordinator", "hub", HUB_OPERATOR, "operator");
        open("site", "south", OFFICER, "data-officer");
        open("site", "south", SITE_OPERATOR, "operator");

        try (BrowserContext stranger = context()) {
            Page late = stranger.newPage();
            late.navigate(link);
            assertThat(late.textContent("h1")).isEqualTo("This link is over");
            rules.look(late, "welcome-over");
            late.navigate(federation.console("hub"));
            rules.look(late, "sign-in");
            late.fill("#name", ENGINEER);
            late.fill("#passphrase", "not the passphrase");
            late.click("main button");
            assertThat(late.textContent("[role=status]")).contains("do not go together");
        }
    }

    @Test
    @Order(2)
    void beforeAnythingHappenedEachPageSaysWhatWillBeThere() {
        Map<String, List<String>> pages = Map.of(
                ENGINEER, List.of("studies", "runs", "models", "timeline", "sites"),
                REGULATOR, List.of("models", "timeline", "studies"),
                HUB_OPERATOR, List.of("studies", "runs"),
                OFFICER, List.of("inbox", "data"));
        Set<String> filled = Set.of("sites");
        pages.forEach((person, paths) -> paths.forEach(path -> {
            Page page = at(person, "/" + path);
            assertThat(page.isVisible(".empty")).as(person + " " + path).isEqualTo(!filled.contains(path));
            rules.look(page, "empty-" + person.substring(0, person.indexOf(' ')) + "-" + path);
        }));
    }

    @Test
    @Order(3)
    void aWrongAddressAndAForeignPageSayWhatTheyAre() {
        for (String path : List.of("/nowhere", "/studies/abcdef012345", "/runs/none", "/models/abcdef012345")) {
            Page page = people.get(ENGINEER);
            Response answer = page.navigate(address(page) + path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(page.textContent("h1")).isEqualTo("There is nothing here");
        }
        rules.look(people.get(ENGINEER), "error-404");

        Page regulator = people.get(REGULATOR);
        Response refused = regulator.navigate(address(regulator) + "/sites");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(regulator.textContent("main")).contains("ML engineer").contains("operator");
        rules.look(regulator, "error-403");
    }

    @Test
    @Order(4)
    void theSitesOperatorAddsDataOnThePage() {
        Path snapshot = folder.resolve("south-snapshot");
        federation.done(
                "data",
                "map",
                "--input",
                SAMPLES.resolve("hospital-c").toString(),
                "--out",
                snapshot.toString(),
                "--site",
                federation.site("south").toString());
        Page page = at(SITE_OPERATOR, "/data");

        page.fill("#path", snapshot.toString());
        page.click("form[action='/data'] button");

        assertThat(page.textContent("main")).contains("What came in, and what became of it");
        rules.look(page, "site-data");
        rules.look(at(SITE_OPERATOR, "/health"), "site-health");
        rules.look(at(SITE_OPERATOR, "/people"), "site-people");
    }

    @Test
    @Order(5)
    void theEngineerPublishesOnlyWhatIsWellFormed() throws Exception {
        // Given
        Page page = at(ENGINEER, "/studies");
        page.click("a[href='/studies/new']");
        rules.look(page, "editor");

        // When what was typed is broken
        page.fill("#text", "{\"schema\": \"osteon.study/1\", ");
        page.click("button[value=publish]");

        // Then
        assertThat(page.textContent("[role=alert]")).isNotBlank();
        assertThat(page.inputValue("#text")).contains("osteon.study/1");
        rules.lookHere(page, "editor-fault-en");
        assertThat(at(ENGINEER, "/studies").isVisible(".empty")).isTrue();

        // When one types, the page checks without being asked and publishes nothing
        page.click("a[href='/studies/new']");
        page.click("a[href='/studies/new?example=fracture-risk']");
        String example = page.inputValue("#text");
        page.fill("#text", example.replace("\"version\"", "\"verzion\""));
        page.locator("#check .bad").waitFor();
        assertThat(page.textContent("#check")).contains("member \"version\"");
        page.fill("#text", example);
        page.locator("#check .good").waitFor();
        assertThat(page.textContent("#check")).contains("is well-formed").contains("north");
        rules.lookHere(page, "editor-typing-en");
        assertThat(at(ENGINEER, "/studies").isVisible(".empty")).isTrue();

        // When a document is whole
        page.click("a[href='/studies/new']");
        page.fill("#text", Files.readString(studyFile()));
        page.click("button[value=check]");

        // Then checking publishes nothing, and publishing does
        assertThat(page.textContent("main [role=status]")).contains("is well-formed");
        rules.lookHere(page, "editor-valid-en");
        page.click("button[value=publish]");
        assertThat(page.textContent("h1")).isEqualTo("fracture-risk, version 1");
        study = digest(page);
    }

    @Test
    @Order(6)
    void aDryRunTellsWhoWouldRefuseAndTheOfficerRefuses() throws Exception {
        // The engineer asks first
        Page engineer = people.get(ENGINEER);
        engineer.click("form[action$='/dry-run'] button");
        String answers = engineer.textContent("#dry-run table");
        assertThat(answers).contains("would refuse").contains("the data officer and operator of south");
        rules.look(engineer, "dry-run");

        // From the first page, in at most three clicks: how to refuse
        Page officer = at(OFFICER, "/");
        until("the study in the inbox", () -> {
            officer.reload();
            return officer.isVisible("a.button[href='/studies/" + study + "']");
        });
        rules.look(officer, "inbox");
        within(at(OFFICER, "/"), "a.button[href='/studies/" + study + "']");
        assertThat(officer.textContent("main"))
                .contains("What it costs in privacy")
                .contains("Everything that may leave")
                .contains("osteon officer refuse south " + study.substring(0, 8));
        rules.look(officer, "review");

        // And: what a run of a SuperLink asks for, which no hub of ours knows
        Digest foreign = ForeignRun.ask(federation.site("south"), "ortho-net", "south");
        Digest message = ForeignRun.launched(federation.site("south"), foreign);
        Page asked = at(OFFICER, "/hosted/" + foreign.hex());
        assertThat(asked.textContent("main")).contains("someone/bones");
        rules.look(asked, "hosted");
        within(asked, "a[href='/hosted/" + foreign.hex() + "/output/" + message.hex() + "']");
        assertThat(asked.textContent("main pre")).isEqualTo("2 epochs, 41 rows\n");
        rules.look(asked, "output");
        Digest query = ForeignRun.askQuery(federation.site("south"), "ortho-net", "south");
        Page queried = at(OFFICER, "/hosted/" + query.hex());
        assertThat(queried.textContent("main")).contains("query").doesNotContain("train");
        rules.look(queried, "hosted-query");

        // The page has no form that decides; the verb does
        assertThat(officer.locator("main form").count()).isZero();
        federation.done(
                "officer",
                "refuse",
                federation.site("south").toString(),
                study,
                "--reason",
                "The ethics board allows no more than 2.",
                "--key",
                federation.officerKey("south").toString(),
                "--passphrase-file",
                federation.passphrase().toString());

        until("the refusal at the hub", () -> {
            engineer.navigate(address(engineer) + "/studies");
            return engineer.textContent("main").contains("Refused or withdrawn: south");
        });
        rules.look(engineer, "studies");
        rules.look(at(OFFICER, "/inbox"), "inbox-decided");
    }

    @Test
    @Order(7)
    void theNextVersionAsksLessAndIsApproved() {
        Page engineer = at(ENGINEER, "/studies/" + study);
        engineer.click("a[href^='/studies/new?from=']");
        String text = engineer.inputValue("#text");
        assertThat(text).contains("\"version\" : 2").contains(study);
        engineer.fill("#text", text.replaceFirst("\"epsilon\" : [0-9.]+", "\"epsilon\" : 1.0"));
        engineer.click("button[value=publish]");
        assertThat(engineer.textContent("h1")).isEqualTo("fracture-risk, version 2");
        study = digest(engineer);

        Page officer = at(OFFICER, "/inbox");
        until("the next version in the inbox", () -> {
            officer.reload();
            return officer.isVisible("a.button[href='/studies/" + study + "']");
        });
        for (String site : List.of("north", "south")) {
            until(
                    "approval at " + site,
                    () -> federation.approve(site, study, 1.0, 2).exit() == 0);
        }
        until("both approvals at the hub", () -> {
            engineer.navigate(address(engineer) + "/studies/" + study);
            return engineer.isVisible(".note.good");
        });
        assertThat(engineer.textContent(".note.good")).contains("A run can start");
        rules.look(engineer, "study");
        rules.look(at(OFFICER, "/studies/" + study), "review-approved");
    }

    @Test
    @Order(8)
    void theRunPageNamesWhoIsAwaitedAndFollowsByItself() {
        // Given the stop switch of south
        Page officer = at(OFFICER, "/switch");
        rules.look(officer, "switch");
        officer.click("button.stop");
        assertThat(officer.textContent("[role=status]")).contains("nothing leaves this hospital");
        rules.look(officer, "switch-stopped");

        // When the engineer starts the run
        Page engineer = at(ENGINEER, "/studies/" + study);
        engineer.click("form[action$='/run'] button");
        run = engineer.url().replaceFirst(".*/", "");

        // Then within three clicks: why it waits
        within(at(ENGINEER, "/"), "a[href='/studies/" + study + "']", "a[href='/runs/" + run + "']");
        engineer.waitForSelector("[data-live] section:has-text('Why it waits') li:has-text('south')");
        rules.look(engineer, "run-waits");
        rules.look(at(ENGINEER, "/runs"), "runs");

        // When the switch is lifted, the page that stays open tells the end
        at(ENGINEER, "/runs/" + run).evaluate("window.stayed = true");
        officer.click("form[action='/switch/lift'] button");
        engineer.waitForSelector(
                "[data-live][data-over=true] > p > .state.good", new Page.WaitForSelectorOptions().setTimeout(60_000));
        assertThat(engineer.textContent("[data-said]")).contains("completed");
        assertThat(engineer.evaluate("window.stayed")).isEqualTo(true);
        rules.look(engineer, "run-completed");
        model = engineer.getAttribute("[data-live] a[href^='/models/']", "href").replaceFirst(".*/", "");
        rules.look(at(ENGINEER, "/models"), "models");

        // Two versions side by side, from the model's own page
        at(ENGINEER, "/models/" + model);
        rules.look(engineer, "model-unreleased");
        engineer.click("form[action='/models/compare'] button");
        assertThat(engineer.textContent("main")).contains("weight");
        rules.look(engineer, "compare");

        // A token for a program is shown once
        at(ENGINEER, "/access");
        rules.look(engineer, "access");
    }

    @Test
    @Order(9)
    void theHubsOperatorAssignsAndEnrols() {
        Page page = at(HUB_OPERATOR, "/studies/" + study);
        page.selectOption("#person", REGULATOR);
        page.click("form[action$='/assign'] button");
        assertThat(page.textContent("main ul:has-text('" + REGULATOR + "')")).contains(REGULATOR);
        rules.look(page, "study-operator");

        at(HUB_OPERATOR, "/sites");
        page.fill("#site", "hospital-x");
        page.click("form[action='/sites/token'] button");
        assertThat(page.textContent("[role=status] pre")).contains("osteon site init DIR --site hospital-x");
        rules.lookHere(page, "token-en");
        rules.look(page, "sites");
        assertThat(page.isVisible("[role=status] pre")).as("shown once").isFalse();

        at(HUB_OPERATOR, "/people");
        page.fill("#person", "Li Na");
        page.click("form[action='/people/link'] button");
        assertThat(page.textContent("[role=status] a")).contains("/welcome/");
        rules.lookHere(page, "link-en");
        rules.look(page, "people");
        rules.look(at(HUB_OPERATOR, "/health"), "hub-health");
    }

    @Test
    @Order(10)
    void theRegulatorTracesAReleasedModel() throws Exception {
        release();
        Path trust = folder.resolve("trust.json");
        federation.done("trust", "export", "--out", trust.toString(), "--hub", hub);

        // Within three clicks: where a model comes from
        Page page = at(REGULATOR, "/");
        within(page, "a[href='/models/" + model + "']");
        assertThat(page.textContent(".lineage"))
                .contains("fracture-risk, version 2")
                .contains(run)
                .contains("Prof Li");
        assertThat(page.textContent("table:has-text('Requirement')")).contains("D-01");
        rules.look(page, "model");

        // The bundle from the page is verified by the verb
        until("a bundle that is verified", () -> {
            Path bundle = saved(page, "a[href$='/bundle']", "evidence.zip");
            return "VERIFIED"
                    .equals(federation
                            .run("audit", "verify", bundle.toString(), "--trust", trust.toString())
                            .json()
                            .path("verdict")
                            .asText());
        });

        // The timeline, and an event with its proof
        page.click("a[href^='/timeline?study=']");
        rules.look(page, "timeline");
        page.selectOption("#type", "model-released");
        page.click("form[action='/timeline'] button");
        page.click("tbody a[href^='/events/']");
        assertThat(page.textContent("main pre")).startsWith("c2sp.org/tlog-proof@v1");
        rules.look(page, "event");
        verified(page, trust, "en");
        page.navigate(page.url().replaceFirst("\\?.*", "") + "?lang=zh");
        verified(page, trust, "zh");
        page.navigate(page.url().replaceFirst("\\?.*", "") + "?lang=en");
        assertThat(Files.readString(saved(page, "a[href$='/proof']", "event.proof")))
                .startsWith("c2sp.org/tlog-proof@v1");
        rules.look(at(REGULATOR, "/studies"), "studies-regulator");
    }

    @Test
    @Order(11)
    void theOfficerSeesWhatHasLeft() throws Exception {
        Page page = at(OFFICER, "/journal?study=" + study);
        rules.look(page, "journal");
        Path csv = saved(page, "a[href^='/journal.csv']", "left.csv");
        int rows = federation
                .done("site", "journal", federation.site("south").toString())
                .path("entries")
                .size();
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("time,type,digest,bytes,to,capsule,study");
        assertThat(lines.size() - 1).isPositive().isLessThanOrEqualTo(rows);

        page.click("a[href='/journal/recompute']");
        assertThat(page.textContent("[role=status]")).contains("agree with the log and the outbox");
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve("journal-recomputed.png")));
        rules.look(page, "journal-recomputed");
        rules.look(at(OFFICER, "/patients"), "patients");
        rules.look(at(OFFICER, "/studies/" + study + "/preview"), "preview");
        rules.look(at(OFFICER, "/budget"), "budget");
        assertThat(page.textContent("main")).contains("Releases charged");
    }

    @Test
    @Order(12)
    void theKeyboardAloneReachesAStudy() throws Exception {
        try (BrowserContext desk = context()) {
            Page page = desk.newPage();
            page.navigate(federation.console("hub"));
            page.waitForFunction("document.activeElement.id === 'name'");
            page.keyboard().type(ENGINEER);
            page.keyboard().press("Tab");
            page.keyboard().type(PASSPHRASE);
            page.keyboard().press("Enter");
            page.waitForURL("**/studies");
            page.keyboard().press("Tab");
            assertThat(page.evaluate("document.activeElement.className")).isEqualTo("skip");
            tabTo(page, "a[href='/studies/" + study + "']");
            page.keyboard().press("Enter");
            page.waitForURL("**/studies/" + study);
            assertThat(page.textContent("h1")).isEqualTo("fracture-risk, version 2");
            tabTo(page, "form[action='/sign-out'] button");
            page.keyboard().press("Enter");
            assertThat(page.textContent("[role=status]")).contains("signed out");
        }
    }

    @Test
    @Order(13)
    void aBundleThatCannotBeMadeSaysWhyOnTheModelsPage() throws Exception {
        // Given an entry of a site's log that the hub has lost
        try (Connection hubs = DriverManager.getConnection(
                        "jdbc:sqlite:" + federation.hub().resolve("hub.db"));
                Statement statement = hubs.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM site_entry WHERE site = 'north' AND idx = 3"))
                    .isEqualTo(1);
        }

        Page page = people.get(REGULATOR);
        Response refused = page.navigate(address(page) + "/models/" + model + "/bundle");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(page.textContent("#no-bundle"))
                .contains("has not handed in every entry", "SITE_LOG_INCOMPLETE", "nothing was lost", "ask again");
        isInTheLog(page.textContent("#no-bundle .hint code"), federation.hub());
        rules.look(page, "model-no-bundle");
    }

    @Test
    @Order(14)
    void aSessionThatEndedChangedNothing() {
        Page page = at(HUB_OPERATOR, "/sites");
        page.fill("#site", "hospital-y");
        page.context().clearCookies();

        page.click("form[action='/sites/token'] button");

        assertThat(page.textContent("[role=status]")).contains("session had ended", "nothing was changed", "Sign in");
        rules.look(page, "session-ended");
    }

    @Test
    @Order(15)
    void aHubThatIsAwayIsSaidToBeAwayAtTheSite() throws Exception {
        federation.kill("hub");

        Page officer = people.get(OFFICER);
        until("the hub to be missed", () -> {
            at(OFFICER, "/inbox");
            return officer.isVisible("#away");
        });

        assertThat(officer.textContent("#away")).contains("cannot be reached", "Nothing is lost", "keeps trying");
        isInTheLog(officer.textContent("#away .hint code"), federation.site("south"));
        rules.look(officer, "inbox-hub-away");
        rules.look(at(SITE_OPERATOR, "/health"), "site-health-hub-away");
    }

    private static void isInTheLog(String reference, Path place) throws IOException {
        assertThat(reference).matches("[0-9a-f]{8}");
        assertThat(Files.readString(place.resolve("logs").resolve("daemon.log")))
                .contains(reference);
    }

    private void verified(Page page, Path trust, String language) {
        page.setInputFiles("#trust", trust);
        page.waitForSelector("[data-verify-result][data-done]");
        rules.lookHere(page, "event-verified-" + language);
    }

    /** Lines of the tables that give files, or parts of pages, and no page of their own. */
    private static final Set<String> NO_PAGES = Set.of(
            "/",
            "/console.css",
            "/live.js",
            "/editor.js",
            "/verify.js",
            "/favicon.svg",
            "/health/live",
            "/health/ready",
            "/studies/{study}/document",
            "/runs/{run}/live",
            "/data/live",
            "/models/{model}/export",
            "/models/{model}/report",
            "/events/{seq}/proof",
            "/events/{seq}/sites/{site}/{entry}/proof",
            "/journal.csv");

    @Test
    @Order(16)
    void everyPageOfBothTablesWasReadInChinese() throws Exception {
        String site = federation.console("south");
        Set<String> unread = new TreeSet<>();
        int pages = 0;
        for (List<Route> table : List.of(HubConsole.ROUTES, SiteConsole.ROUTES)) {
            boolean sites = table == SiteConsole.ROUTES;
            Routes routes = new Routes(table);
            Set<String> read = new TreeSet<>();
            rules.chinese().stream()
                    .filter(address -> address.startsWith(site) == sites)
                    .forEach(address -> routes.of("GET", address.replaceFirst("https://[^/]+", ""))
                            .ifPresent(route -> read.add(route.pattern())));
            for (Route route : table) {
                if ("GET".equals(route.method())
                        && !NO_PAGES.contains(route.pattern())
                        && !route.pattern().startsWith("/api")) {
                    pages++;
                    if (!read.contains(route.pattern())) {
                        unread.add((sites ? "site " : "hub ") + route.pattern());
                    }
                }
            }
        }
        System.out.printf("pages read in Chinese: %d lines of both tables%n", pages);
        assertThat(unread).isEmpty();
        assertThat(pages).isGreaterThan(20);
    }

    @Test
    @Order(17)
    void everyPageKeptTheRules() {
        assertThat(rules.seen()).isGreaterThan(60);
        assertThat(rules.faults()).isEmpty();
    }

    /** Opens an account in a browser of its own. */
    private String open(String kind, String place, String person, String role) throws IOException {
        federation.console(place);
        String link = federation
                .done(kind, "link", federation.folder().resolve(place).toString(), "--person", person, "--role", role)
                .path("link")
                .asText();
        Page page = context().newPage();
        page.navigate(link);
        if (people.isEmpty()) {
            rules.look(page, "welcome");
            page.fill("#passphrase", PASSPHRASE);
            page.fill("#again", PASSPHRASE + " not");
            page.click("main button");
            assertThat(page.textContent("[role=alert]")).isEqualTo("The two passphrases differ.");
        }
        page.fill("#passphrase", PASSPHRASE);
        page.fill("#again", PASSPHRASE);
        page.click("main button");
        assertThat(page.textContent(".who")).contains(person);
        people.put(person, page);
        return link;
    }

    private Page at(String person, String path) {
        Page page = people.get(person);
        page.navigate(address(page) + path);
        return page;
    }

    private static String address(Page page) {
        return page.url().replaceFirst("(https://[^/]+).*", "$1");
    }

    private static String digest(Page page) {
        return page.url().replaceFirst(".*/studies/([0-9a-f]{64}).*", "$1");
    }

    /** Clicks one link after the other; no more than three. */
    private static void within(Page page, String... links) {
        assertThat(links).hasSizeLessThanOrEqualTo(MOST_CLICKS);
        for (String link : links) {
            page.click(link);
            page.waitForLoadState();
        }
    }

    private static void tabTo(Page page, String selector) {
        for (int i = 0; i < MOST_TABS; i++) {
            if ((Boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("the keyboard does not reach " + selector);
    }

    private Path saved(Page page, String link, String name) {
        Download download = page.waitForDownload(() -> page.click(link));
        Path file = folder.resolve(name);
        download.saveAs(file);
        return file;
    }

    private static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what);
            }
        }
    }

    private BrowserContext context() {
        return chromium.context(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setLocale("en-GB")
                .setViewportSize(1280, 900));
    }

    /** The sample study with two cheap rounds, asking more than south allows. */
    private Path studyFile() throws IOException {
        return TrialStudy.write(folder.resolve("study.json"), "fracture-risk", List.of("north", "south"), tree -> {
            TrialStudy.part(tree, "plan").put("rounds", 2).put("steps", 2).put("noiseMultiplier", 20.0);
            TrialStudy.part(tree, "privacy").put("epsilon", 4.0);
            TrialStudy.part(tree, "evaluation").put("heldOutFraction", 0.3).put("noiseSigma", 40.0);
            tree.putArray("conformance").add("D-01").add("E-01").add("E-03").add("E-04");
        });
    }

    /** Checks the model and releases it as a named person, with their own keys. */
    private void release() throws IOException {
        for (String[] key : new String[][] {{"declaration", "declarer"}, {"releaser", "releaser"}}) {
            Path file = folder.resolve(key[1] + ".key");
            federation.done(withPassphrase("officer", "key", "new", file.toString()));
            federation.done(
                    "coordinator", "add-key", hub, "--role", key[0], "--holder", "Prof Li", "--key", file + ".pub");
        }
        Path limits = Files.writeString(
                folder.resolve("limits.json"),
                "{\"schema\":\"osteon.declaration/1\",\"federation\":\"ortho-net\",\"declaredBy\":\"Prof Li\","
                        + "\"limits\":{\"D-01\":0.01}}");
        Path declaration = folder.resolve("declaration.json");
        federation.done(withPassphrase(
                "conformance",
                "declare",
                limits.toString(),
                "--key",
                folder.resolve("declarer.key").toString(),
                "--out",
                declaration.toString()));
        until(
                "every check to pass",
                () -> federation
                                .run("conformance", "run", model, "--declaration", declaration.toString(), "--hub", hub)
                                .exit()
                        == 0);
        JsonNode released = federation.done(withPassphrase(
                "model",
                "release",
                model,
                "--key",
                folder.resolve("releaser.key").toString(),
                "--by",
                "Prof Li",
                "--hub",
                hub));
        assertThat(released.path("by").asText()).isEqualTo("Prof Li");
    }

    private String[] withPassphrase(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--passphrase-file";
        all[arguments.length + 1] = federation.passphrase().toString();
        return all;
    }
}
