package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.Passkey;
import org.osteon.protocol.sign.PasskeyAssertion;
import org.osteon.protocol.sign.Signature;

/** The officer's own pages in a real browser against a live federation; pictures of them lie under {@code target}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SigningPagesTest {
    private static final String SITE = "north";
    private static final Path PICTURES = Path.of("target", "signing-pages");
    private static final int MOST_TABS = 80;

    /** Names of this trial and of what it uses. */
    private static final Set<String> NAMES = Set.of(
            "Osteon",
            "fracture-risk",
            "fracture-risk-wide",
            "ortho-net",
            "someone",
            "bones",
            "superlink",
            "example",
            SITE,
            "RDP",
            "key",
            "Asia",
            "Shanghai",
            "UTC");

    private Path folder;
    private Path own;
    private Chromium chromium;
    private BrowserContext desk;
    private Page page;
    private Federation federation;
    private int port;

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        folder = given;
        own = Files.createDirectory(given.resolve("own"));
        port = Ports.free();
        Files.createDirectories(PICTURES);
        chromium = Chromium.start();
        desk = context(1280, ColorScheme.LIGHT);
        page = desk.newPage();
        CDPSession devtools = desk.newCDPSession(page);
        devtools.send("WebAuthn.enable");
        devtools.send("WebAuthn.addVirtualAuthenticator", authenticator());

        makePasskey();
        federation = new Federation(Files.createDirectory(given.resolve("federation"))).withHub();
        federation.withSite(
                SITE,
                "--epsilon-ceiling",
                "5",
                "--epsilon-total",
                "12",
                "--delta-ceiling",
                "1e-5",
                "--officer",
                folder.resolve("chen.passkey.pub").toString());
        federation.map(SITE, Path.of("..", "sample-data", "hospital-c", "export.csv"));
    }

    @AfterAll
    void close() {
        if (federation != null) {
            federation.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private void makePasskey() throws Exception {
        try (OfficerProgram program = new OfficerProgram(
                folder,
                "passkey",
                "new",
                folder.resolve("chen.passkey").toString(),
                "--port",
                Integer.toString(port),
                "--own",
                own.toString(),
                "--lang",
                "en")) {
            page.navigate(program.link());
            look("passkey-new");
            page.click("button.primary");
            page.waitForSelector("p[role=status]");
            look("passkey-made");
            page.click("form[action='/end'] button");
            assertThat(program.ended()).contains("chen.passkey.pub");
        }
        assertThat(Files.readString(folder.resolve("chen.passkey.pub"))).startsWith("-----BEGIN PASSKEY-----");
    }

    @Test
    @Order(1)
    void anEmptyInboxSaysWhatWillBeThere() throws Exception {
        try (OfficerProgram program = sign("en", federation.officerKey(SITE))) {
            page.navigate(program.link());
            assertThat(page.title()).isEqualTo("What waits for you · Osteon");
            assertThat(page.textContent(".lead")).contains("No study waits for you");
            look("list-empty");
            page.click("form[action='/end'] button");
            program.ended();
        }
    }

    @Test
    @Order(2)
    void aForeignRunIsReadHereAndItsVerbsAreShown() throws Exception {
        String run = ForeignRun.ask(federation.site(SITE), "ortho-net", SITE).hex();
        for (String language : new String[] {"en", "zh"}) {
            try (BrowserContext phone = context(390, ColorScheme.LIGHT);
                    OfficerProgram program = sign(language, federation.officerKey(SITE))) {
                Page small = phone.newPage();
                small.navigate(program.link());
                look(small, "list-run-" + language + "-390");
                small.click("a[href='/run?s=" + run + "']");
                look(small, "run-" + language + "-390");
                assertThat(small.textContent("#main"))
                        .contains("osteon officer approve " + federation.site(SITE) + " " + run, "evaluate/");
                assertThat((Boolean) small.evaluate("document.documentElement.scrollWidth <= 390"))
                        .isTrue();
                small.setViewportSize(1280, 900);
                look(small, "run-" + language);
                small.navigate(small.url().replaceAll("/run.*", "/"));
                small.click("form[action='/end'] button");
                program.ended();
            }
        }
    }

    @Test
    @Order(3)
    void approvesByPassphraseWithTheKeyboardAlone() throws Exception {
        String study = publish("fracture-risk", 1.0);
        try (OfficerProgram program = sign("en", federation.officerKey(SITE))) {
            // Given
            page.navigate(program.link());
            look("list-en");
            tabTo("a[href='/study?s=" + study + "']");
            page.keyboard().press("Enter");
            page.waitForSelector("#decide");
            look("review-en");
            String before = decision(study);

            // When
            tabTo("#epsilon");
            page.keyboard().press("Control+A");
            page.keyboard().type("0.8");
            tabTo("form:has(input[value=approve]) button");
            page.keyboard().press("Enter");
            page.waitForSelector(".consequence");
            look("confirm-en");
            String bytes = page.textContent("#bytes");
            String digest = page.textContent("code.whole");
            tabTo("#passphrase");
            page.keyboard().type(Files.readString(federation.passphrase()).strip());
            page.keyboard().press("Enter");
            page.waitForSelector("p[role=status]");
            look("done-en");

            // Then
            assertThat(before).isEmpty();
            assertThat(page.textContent(".lead")).contains("Signed and handed in");
            assertThat(bytes).contains("\"epsilon\":0.8").contains(study);
            assertThat(org.osteon.protocol.document.Digest.of(bytes.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .hex())
                    .isEqualTo(digest);
            assertThat(decision(study)).isEqualTo("capsule");
        }
    }

    @Test
    @Order(4)
    void refusesInChineseOnANarrowScreen() throws Exception {
        String study = publish("fracture-risk-wide", 4.0);
        try (BrowserContext phone = context(390, ColorScheme.DARK);
                OfficerProgram program = sign("zh", federation.officerKey(SITE))) {
            Page small = phone.newPage();
            small.navigate(program.link());
            look(small, "list-zh-390");
            small.click("a[href='/study?s=" + study + "']");
            look(small, "review-zh-390");
            small.fill("#reason-refuse", "所需隐私预算超出本院伦理委员会允许的范围。");
            small.click("form:has(input[value=refuse]) button");
            small.waitForSelector("blockquote");
            look(small, "confirm-zh-390");
            assertThat(small.getAttribute("html", "lang")).isEqualTo("zh-CN");
            assertThat(small.isVisible("#bytes")).isTrue();
            assertThat(decision(study)).isEmpty();

            // A wrong pass-phrase is no signature
            small.fill("#passphrase", "not the pass-phrase");
            small.click("button.primary");
            small.waitForSelector(".notice.bad");
            look(small, "wrong-zh-390");
            assertThat(decision(study)).isEmpty();

            // When
            small.fill("#passphrase", Files.readString(federation.passphrase()).strip());
            small.click("button.primary");
            small.waitForSelector("p[role=status]");

            // Then
            assertThat(decision(study)).isEqualTo("refusal");
            assertThat((Boolean) small.evaluate("document.documentElement.scrollWidth <= 390"))
                    .isTrue();
        }
    }

    @Test
    @Order(5)
    void approvesAndRevokesWithAPasskey() throws Exception {
        String study = publish("fracture-risk-passkey", 0.9);
        try (OfficerProgram program = sign("en", folder.resolve("chen.passkey"))) {
            page.navigate(program.link());
            page.click("a[href='/study?s=" + study + "']");
            page.click("form:has(input[value=approve]) button");
            page.waitForSelector("button.primary");
            look("confirm-passkey");

            // When
            page.click("button.primary");
            page.waitForSelector("p[role=status]");

            // Then
            assertThat(decision(study)).isEqualTo("capsule");

            // When
            page.navigate("https://localhost:" + port + "/study?s=" + study);
            look("review-approved");
            page.fill("#reason-revoke", "Board decision of 3 December.");
            page.click("form:has(input[value=revoke]) button");
            page.click("button.primary");
            page.waitForSelector("p[role=status]");
            look("done-revoked");

            // Then
            assertThat(decision(study)).isEqualTo("revocation");
            page.click("a[href='/'] >> nth=0");
            look("list-decided");
        }
    }

    @Test
    @Order(6)
    void everythingButThePasskeyWorksWithoutScript() throws Exception {
        String study = publish("fracture-risk-plain", 0.7);
        Browser.NewContextOptions options = new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setJavaScriptEnabled(false)
                .setViewportSize(1280, 900);
        try (BrowserContext plain = chromium.context(options)) {
            Page quiet = plain.newPage();
            try (OfficerProgram program = sign("en", folder.resolve("chen.passkey"))) {
                quiet.navigate(program.link());
                quiet.click("a[href='/study?s=" + study + "']");
                quiet.click("form:has(input[value=approve]) button");
                assertThat(quiet.textContent("noscript")).contains("A passkey needs JavaScript");
                quiet.click("button.primary");
                assertThat(quiet.textContent(".notice.bad")).contains("PASSKEY_SILENT");
                assertThat(decision(study)).isEmpty();
            }
            try (OfficerProgram program = sign("en", federation.officerKey(SITE))) {
                quiet.navigate(program.link());
                quiet.click("a[href='/study?s=" + study + "']");
                quiet.click("form:has(input[value=approve]) button");
                quiet.fill(
                        "#passphrase", Files.readString(federation.passphrase()).strip());
                quiet.click("button.primary");
                quiet.waitForSelector("p[role=status]");
                assertThat(decision(study)).isEqualTo("capsule");
            }
        }
    }

    @Test
    @Order(7)
    void aPasskeyAskedByAPageOfAnotherOriginSignsNothing() throws Exception {
        // Given a decision, and a page of another port of this machine that has the officer's gesture
        String study = publish("fracture-risk-elsewhere", 0.6);
        Path file = prepared(study, "elsewhere.json");
        SignedDocument<Capsule> unsigned = SignedDocument.read(Files.readAllBytes(file), Capsule.class);
        Passkey passkey = Passkey.read(folder.resolve("chen.passkey"));
        String elsewhere = "https://localhost:" + Ports.free() + "/";
        page.route(
                elsewhere,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody("<!DOCTYPE html><title>console</title>")));
        page.navigate(elsewhere);

        // When it asks the passkey for a signature over that decision
        @SuppressWarnings("unchecked")
        List<String> answer = (List<String>) page.evaluate(
                """
                async ([challenge, credential]) => {
                  const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
                  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)));
                  const made = await navigator.credentials.get({publicKey: {
                    challenge: bytes(challenge), rpId: 'localhost', userVerification: 'required',
                    allowCredentials: [{type: 'public-key', id: bytes(credential)}]}});
                  const r = made.response;
                  return [text(r.authenticatorData), text(r.clientDataJSON), text(r.signature)];
                }""", List.of(PasskeyAssertion.challenge(unsigned.document().canonical()), passkey.credentialId()));
        Base64.Decoder decoder = Base64.getDecoder();
        Signature signature = PasskeyAssertion.signature(
                passkey.key(),
                decoder.decode(answer.get(0)),
                decoder.decode(answer.get(1)),
                decoder.decode(answer.get(2)));
        Files.write(file, unsigned.with(signature).bytes());
        Federation.Answer handedIn =
                federation.run("officer", "send", federation.site(SITE).toString(), file.toString());

        // Then neither this nor any other party counts it
        assertThat(PasskeyAssertion.objection(passkey.key(), unsigned.document().canonical(), signature))
                .contains("PASSKEY_ORIGIN");
        assertThat(handedIn.exit()).isEqualTo(3);
        assertThat(handedIn.json().path("code").asText()).isEqualTo("CAPSULE_SIGNER_UNKNOWN");
        assertThat(decision(study)).isEmpty();
    }

    @Test
    @Order(8)
    void aDecisionTravelsInAFileAndSeveralOfficersSign() throws Exception {
        // Given a site that wants two officers from now on
        Path settings = federation.site(SITE).resolve("osteon.toml");
        String text = Files.readString(settings);
        Files.writeString(settings, text.replace("officersNeeded = 1", "officersNeeded = 2"));
        federation.end(SITE);
        federation.startSite(SITE);
        String study = publish("fracture-risk-two", 0.5);

        // When one has signed in a file
        Path file = prepared(study, "two.json");
        JsonNode signed = federation.done(withKey("sign-file", file.toString()));
        Federation.Answer alone =
                federation.run("officer", "send", federation.site(SITE).toString(), file.toString());

        // Then it does not count
        assertThat(Files.readString(settings)).isNotEqualTo(text);
        assertThat(signed.path("signers").asInt()).isEqualTo(1);
        assertThat(alone.exit()).isEqualTo(3);
        assertThat(alone.json().path("code").asText()).isEqualTo("CAPSULE_SIGNERS_TOO_FEW");
        assertThat(decision(study)).isEmpty();

        // When the other signs the same bytes on the pages
        Path waiting = Files.createDirectories(own.resolve("waiting"));
        Files.copy(file, waiting.resolve(signed.path("digest").asText() + ".capsule.json"));
        try (OfficerProgram program = sign("en", folder.resolve("chen.passkey"))) {
            page.navigate(program.link());
            page.click(".notice a");
            look("review-cosign");
            page.click("form:has(input[value=cosign]) button");
            page.waitForSelector("button.primary");
            look("confirm-cosign");
            page.click("button.primary");
            page.waitForSelector("p[role=status]");
        }

        // Then it does
        assertThat(decision(study)).isEqualTo("capsule");
        assertThat(waiting).isEmptyDirectory();

        // When one officer alone withdraws it by way of a file
        Path withdrawal = folder.resolve("withdrawal.json");
        federation.done(
                "officer",
                "prepare",
                federation.site(SITE).toString(),
                study,
                "--out",
                withdrawal.toString(),
                "--revoke",
                "Board decision.",
                "--own",
                own.toString());
        federation.done(withKey("sign-file", withdrawal.toString()));
        federation.done("officer", "send", federation.site(SITE).toString(), withdrawal.toString());

        // Then nothing leaves under it any more
        assertThat(decision(study)).isEqualTo("revocation");
    }

    @Test
    @Order(9)
    void aFileWhoseStudyIsAnotherIsNotSigned() throws Exception {
        // Given
        Path file = prepared(publish("fracture-risk-file", 0.4), "file.json");
        Path other = prepared(publish("fracture-risk-other", 0.4), "other.json");
        Files.copy(
                Path.of(other + ".study"), Path.of(file + ".study"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        // When
        Federation.Answer refused = federation.run(withKey("sign-file", file.toString()));

        // Then
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(SignedDocument.read(Files.readAllBytes(file), Capsule.class).signatures())
                .isEmpty();
    }

    private Path prepared(String study, String name) {
        Path file = folder.resolve(name);
        federation.done(
                "officer",
                "prepare",
                federation.site(SITE).toString(),
                study,
                "--out",
                file.toString(),
                "--epsilon",
                "0.3",
                "--rounds",
                "2",
                "--until",
                "2125-01-01T00:00:00Z",
                "--own",
                own.toString());
        return file;
    }

    private String[] withKey(String verb, String file) {
        return new String[] {
            "officer",
            verb,
            file,
            "--key",
            federation.officerKey(SITE).toString(),
            "--passphrase-file",
            federation.passphrase().toString()
        };
    }

    private OfficerProgram sign(String language, Path key) throws IOException {
        return new OfficerProgram(
                folder,
                "sign",
                federation.site(SITE).toString(),
                "--key",
                key.toString(),
                "--port",
                Integer.toString(port),
                "--own",
                own.toString(),
                "--lang",
                language);
    }

    private BrowserContext context(int width, ColorScheme scheme) {
        return chromium.context(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setColorScheme(scheme)
                .setViewportSize(width, 900));
    }

    private static JsonObject authenticator() {
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject parameters = new JsonObject();
        parameters.add("options", options);
        return parameters;
    }

    private String publish(String name, double epsilon) throws IOException {
        Path file = TrialStudy.write(folder.resolve(name + ".json"), name, List.of(SITE), study -> {
            TrialStudy.part(study, "plan").put("rounds", 2).put("steps", 2).put("noiseMultiplier", 20.0);
            TrialStudy.part(study, "privacy").put("epsilon", epsilon);
        });
        String digest = federation
                .done(
                        "study",
                        "publish",
                        file.toString(),
                        "--hub",
                        federation.hub().toString())
                .path("digest")
                .asText();
        long until = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(60);
        while (federation
                        .run("officer", "review", federation.site(SITE).toString(), digest, "--own", own.toString())
                        .exit()
                != 0) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the study did not reach the site");
            }
        }
        return digest;
    }

    /** What the hub knows of the site's decision, empty for none. */
    private String decision(String study) {
        JsonNode list =
                federation.done("study", "list", "--hub", federation.hub().toString());
        for (JsonNode entry : list.path("studies")) {
            if (entry.path("study").asText().equals(study)) {
                return entry.path("decisions").path(SITE).asText();
            }
        }
        return "";
    }

    private void tabTo(String selector) {
        for (int i = 0; i < MOST_TABS; i++) {
            page.keyboard().press("Tab");
            if ((Boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector)) {
                return;
            }
        }
        throw new AssertionError("the keyboard does not reach " + selector);
    }

    private void look(String name) {
        look(page, name);
    }

    /** Takes a picture and holds the page against the rules for everybody. */
    private static void look(Page shown, String name) {
        shown.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve(name + ".png")));
        assertThat(new AxeBuilder(shown)
                        .analyze().getViolations().stream()
                                .map(violation -> violation.getId() + ": " + violation.getNodes())
                                .toList())
                .as(name)
                .isEmpty();
        if ("zh-CN".equals(shown.getAttribute("html", "lang"))) {
            assertThat(PageForEverybody.foreign(shown)).as(name).isSubsetOf(NAMES);
        }
    }
}
