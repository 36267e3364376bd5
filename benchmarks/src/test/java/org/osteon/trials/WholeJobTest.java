package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.benchmarks.measure.Ports;

/**
 * Each person's whole job at a screen, from the first sign-in at a real Keycloak to the regulator's verdict, with a hub
 * and three hospitals as processes of their own. Officers decide on their own program's pages and nowhere else.
 */
class WholeJobTest {
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final List<String> HOSPITALS = List.of("hospital-a", "hospital-b", "hospital-c");
    private static final Map<String, String> OFFICERS =
            Map.of("hospital-a", "chen", "hospital-b", "he", "hospital-c", "tang");
    private static final Map<String, String> GROUPS = Map.of(
            "hospital-a", "/osteon/officers", "hospital-b", "/osteon/officers-b", "hospital-c", "/osteon/officers-c");
    private static final int PATIENCE = 120_000;

    @TempDir
    Path folder;

    private final Map<String, String> consoles = new HashMap<>();
    private final List<BrowserContext> browsers = new ArrayList<>();
    private KeycloakServer keycloak;
    private Chromium chromium;
    private Federation federation;
    private String hub = "";

    @Test
    void fromARefusalToAVerifiedRelease() throws Exception {
        try (KeycloakServer service = KeycloakServer.in(folder.resolve("keycloak"));
                Chromium browser = Chromium.start();
                Federation made = new Federation(Files.createDirectory(folder.resolve("federation")))) {
            keycloak = service;
            chromium = browser;
            federation = made;
            found();

            // Given: everybody signs in where they belong, and nowhere else
            Page engineer = signIn(console("hub"), "wang");
            Page regulator = signIn(console("hub"), "zhou");
            Page operator = signIn(console("hub"), "sun");
            Map<String, Page> officers = new HashMap<>();
            for (String hospital : HOSPITALS) {
                officers.put(hospital, signIn(console(hospital), OFFICERS.get(hospital)));
            }
            assertThat(signIn(console("hospital-c"), "chen").textContent("[role=alert]"))
                    .as("another hospital's officer")
                    .contains("You have no role at this console");

            // When the engineer publishes and one officer refuses
            String first = publish(engineer, "/studies/new?example=fracture-risk", "2.5");
            engineer.click("form[action$='/dry-run'] button");
            assertThat(engineer.textContent("#dry-run table")).contains("hospital-c", "would refuse");
            Page refusing = officers.get("hospital-c");
            inbox(refusing, first);
            refusing.click("a.button[href='/studies/" + first + "']");
            refusing.waitForLoadState();
            assertThat(refusing.textContent("main"))
                    .contains("osteon officer refuse hospital-c " + first.substring(0, 8));
            decide("hospital-c", first, "refuse", "reason-refuse");
            reloadUntil(engineer, console("hub") + "/studies", "Refused or withdrawn: hospital-c");

            // And the next version asks less, and all approve
            String study = publish(engineer, "/studies/new?from=" + first, "1.0");
            for (String hospital : HOSPITALS) {
                inbox(officers.get(hospital), study);
                decide(hospital, study, "approve", "");
            }
            reloadUntil(engineer, console("hub") + "/studies/" + study, "A run can start");

            // Then it runs, is released, and the regulator traces and verifies it
            String model = run(engineer, study);
            assign(operator, study);
            release(model);
            verify(regulator, model);
            for (String hospital : HOSPITALS) {
                Page officer = officers.get(hospital);
                officer.navigate(console(hospital) + "/journal/recompute");
                assertThat(officer.textContent("[role=status]")).contains("agree with the log and the outbox");
            }
        } finally {
            browsers.forEach(BrowserContext::close);
        }
    }

    /** A hub and three hospitals that know nobody but by the login service. */
    private void found() throws Exception {
        String hubSecret = KeycloakServer.secret();
        String siteSecret = KeycloakServer.secret();
        consoles.put("hub", "127.0.0.1:" + Ports.free());
        federation.withHub(List.of("--console", console("hub").substring("https://".length())));
        hub = federation.hub().toString();
        List<Path> trusted = new ArrayList<>(List.of(federation.hub().resolve("tls.crt")));
        for (String hospital : HOSPITALS) {
            consoles.put(hospital, "127.0.0.1:" + Ports.free());
            federation.enrol(
                    hospital,
                    "--epsilon-ceiling",
                    "hospital-c".equals(hospital) ? "2" : "5",
                    "--epsilon-total",
                    "12",
                    "--delta-ceiling",
                    "1e-5",
                    "--console",
                    consoles.get(hospital));
            trusted.add(federation.site(hospital).resolve("tls.crt"));
        }
        keycloak.start(
                Map.of(
                        "hub", console("hub"),
                        "site", console("hospital-a"),
                        "site-b", console("hospital-b"),
                        "site-c", console("hospital-c"),
                        "hub-secret", hubSecret,
                        "site-secret", siteSecret),
                trusted);
        federation.end("hub");
        keycloak.settings(federation.hub(), hubSecret, "oidcClient = \"osteon-hub\"\n");
        federation.startHub();
        for (String hospital : HOSPITALS) {
            keycloak.settings(
                    federation.site(hospital),
                    siteSecret,
                    "oidcClient = \"osteon-site\"\noidcRoles = [\"data-officer=" + GROUPS.get(hospital) + "\"]\n");
            federation.startSite(hospital);
            federation.map(hospital, SAMPLES.resolve(hospital).resolve("export.csv"));
        }
    }

    private String console(String place) {
        return "https://" + consoles.get(place);
    }

    private BrowserContext browser() {
        BrowserContext context = chromium.context(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setLocale("en-GB")
                .setViewportSize(1280, 900));
        browsers.add(context);
        return context;
    }

    private Page signIn(String console, String person) {
        Page page = browser().newPage();
        page.navigate(console + "/");
        page.click("main a.button");
        page.fill("#username", person);
        page.fill("#password", keycloak.password());
        page.click("#kc-login");
        page.waitForURL(url -> url.startsWith(console));
        return page;
    }

    /** From an example or a version before, to a study that asks for this ε and every hospital. */
    private String publish(Page engineer, String from, String epsilon) {
        engineer.navigate(console("hub") + from);
        String text = engineer.inputValue("#text")
                .replaceFirst("\"epsilon\" : [0-9.]+", "\"epsilon\" : " + epsilon)
                .replaceFirst("\"noiseMultiplier\" : [0-9.]+", "\"noiseMultiplier\" : 20.0")
                .replaceFirst("\"noiseSigma\" : [0-9.]+", "\"noiseSigma\" : 40.0")
                .replaceFirst("\"rounds\" : [0-9]+", "\"rounds\" : 2")
                .replaceFirst("\"steps\" : [0-9]+", "\"steps\" : 2")
                .replaceFirst(
                        "(?s)\"conformance\" : \\[[^]]*]",
                        "\"conformance\" : [ \"D-01\", \"E-01\", \"E-03\", \"E-04\" ]");
        engineer.fill("#text", text);
        engineer.locator("#check .good").waitFor();
        assertThat(engineer.textContent("#check")).contains(HOSPITALS);
        engineer.click("button[value=publish]");
        engineer.waitForURL(url -> url.matches(".*/studies/[0-9a-f]{64}"));
        return engineer.url().replaceFirst(".*/", "");
    }

    private void inbox(Page officer, String study) {
        String inbox = officer.url().replaceFirst("(https://[^/]+).*", "$1/inbox");
        until("the study in the inbox", () -> {
            officer.navigate(inbox);
            return officer.isVisible("a.button[href='/studies/" + study + "']");
        });
    }

    /** On the pages of the officer's own program, which shows the bytes before it signs them. */
    private void decide(String hospital, String study, String act, String reason) throws Exception {
        try (OfficerProgram program = new OfficerProgram(
                        folder,
                        "sign",
                        federation.site(hospital).toString(),
                        "--key",
                        federation.officerKey(hospital).toString(),
                        "--own",
                        Files.createDirectories(folder.resolve("own-" + hospital))
                                .toString(),
                        "--lang",
                        "en");
                BrowserContext own = browser()) {
            Page page = own.newPage();
            page.navigate(program.link());
            page.click("a[href='/study?s=" + study + "']");
            if (!reason.isEmpty()) {
                page.fill("#" + reason, "It asks for more than our board allows.");
            }
            page.click("form:has(input[value=" + act + "]) button");
            page.waitForSelector("#passphrase");
            assertThat(page.textContent("#bytes")).contains(study);
            page.fill("#passphrase", Files.readString(federation.passphrase()).strip());
            page.click("button.primary");
            page.waitForSelector("p[role=status]");
            assertThat(page.textContent(".lead")).contains("Signed and handed in");
        }
    }

    private String run(Page engineer, String study) {
        engineer.navigate(console("hub") + "/studies/" + study);
        engineer.click("form[action$='/run'] button");
        engineer.waitForSelector(
                "[data-live][data-over=true] > p > .state.good",
                new Page.WaitForSelectorOptions().setTimeout(PATIENCE));
        return engineer.getAttribute("[data-live] a[href^='/models/']", "href").replaceFirst(".*/", "");
    }

    private void assign(Page operator, String study) {
        operator.navigate(console("hub") + "/studies/" + study);
        operator.selectOption("#person", "zhou");
        operator.click("form[action$='/assign'] button");
        assertThat(operator.textContent("main ul:has-text('zhou')")).contains("zhou");
    }

    private void release(String model) throws IOException {
        for (String[] key : new String[][] {{"declaration", "declarer"}, {"releaser", "releaser"}}) {
            Path file = folder.resolve(key[1] + ".key");
            federation.done(
                    "officer",
                    "key",
                    "new",
                    file.toString(),
                    "--passphrase-file",
                    federation.passphrase().toString());
            federation.done(
                    "coordinator", "add-key", hub, "--role", key[0], "--holder", "Prof Li", "--key", file + ".pub");
        }
        Path limits = Files.writeString(
                folder.resolve("limits.json"),
                "{\"schema\":\"osteon.declaration/1\",\"federation\":\"ortho-net\",\"declaredBy\":\"Prof Li\","
                        + "\"limits\":{\"D-01\":0.01}}");
        Path declaration = folder.resolve("declaration.json");
        federation.done(
                "conformance",
                "declare",
                limits.toString(),
                "--key",
                folder.resolve("declarer.key").toString(),
                "--passphrase-file",
                federation.passphrase().toString(),
                "--out",
                declaration.toString());
        until(
                "every check to pass",
                () -> federation
                                .run("conformance", "run", model, "--declaration", declaration.toString(), "--hub", hub)
                                .exit()
                        == 0);
        federation.done(
                "model",
                "release",
                model,
                "--key",
                folder.resolve("releaser.key").toString(),
                "--passphrase-file",
                federation.passphrase().toString(),
                "--by",
                "Prof Li",
                "--hub",
                hub);
    }

    private void verify(Page regulator, String model) {
        Path trust = folder.resolve("trust.json");
        federation.done("trust", "export", "--out", trust.toString(), "--hub", hub);
        regulator.navigate(console("hub") + "/");
        regulator.click("a[href='/models/" + model + "']");
        assertThat(regulator.textContent(".lineage")).contains("fracture-risk, version 2", "Prof Li");
        until("a bundle that is verified", () -> {
            Download download = regulator.waitForDownload(() -> regulator.click("a[href$='/bundle']"));
            Path bundle = folder.resolve("evidence.zip");
            download.saveAs(bundle);
            return federation
                            .run("audit", "verify", bundle.toString(), "--trust", trust.toString())
                            .exit()
                    == 0;
        });
        regulator.click("a[href^='/timeline?study=']");
        regulator.selectOption("#type", "model-released");
        regulator.click("form[action='/timeline'] button");
        regulator.click("tbody a[href^='/events/']");
        regulator.setInputFiles("#trust", trust);
        regulator.waitForSelector("[data-verify-result][data-done]");
        assertThat(regulator.locator("[data-verify-result] .state.good").count())
                .isPositive();
        assertThat(regulator.locator("[data-verify-result] .state.bad").count()).isZero();
    }

    private static void reloadUntil(Page page, String address, String text) {
        until(text, () -> {
            page.navigate(address);
            return page.textContent("main").contains(text);
        });
    }

    private static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for " + what).isLessThan(end);
        }
    }
}
