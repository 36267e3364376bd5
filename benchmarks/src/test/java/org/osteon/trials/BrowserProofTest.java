package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitUntilState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.TlogProof;
import org.osteon.protocol.sign.SigningKey;

/**
 * A regulator checks an entry of the log in their own browser, against a trust file from their own disk; and a hub that
 * lies, between the real hub and the browser, is found out at the check that names the lie.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserProofTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);

    private Chromium chromium;
    private Federation federation;
    private Page page;
    private Path trust;
    private Path folder;
    private String event = "";
    private final List<String> sent = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path given) throws Exception {
        folder = given;
        chromium = Chromium.start();
        federation = new Federation(Files.createDirectory(given.resolve("federation")))
                .withHub(List.of("--console", "127.0.0.1:0"));
        federation.withSite("north", "--epsilon-ceiling", "5", "--epsilon-total", "12", "--delta-ceiling", "1e-5");
        federation.map("north", Path.of("..", "sample-data", "hospital-b", "export.csv"));
        String hub = federation.hub().toString();
        Path file = TrialStudy.write(given.resolve("study.json"), "proofs", List.of("north"), tree -> {
            TrialStudy.part(tree, "plan").put("rounds", 1).put("steps", 2).put("noiseMultiplier", 20.0);
        });
        String study = federation
                .done("study", "publish", file.toString(), "--hub", hub)
                .path("digest")
                .asText();
        until("approval", () -> federation.approve("north", study, 1.0, 1).exit() == 0, federation::troubles);
        JsonNode end = federation.follow(
                federation.done("run", "start", study, "--hub", hub).path("run").asText());
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
        for (JsonNode entry : federation.done("audit", "log", "--hub", hub).path("entries")) {
            if ("update-accepted".equals(entry.path("type").asText())) {
                event = entry.path("seq").asText();
            }
        }
        trust = given.resolve("trust.json");
        federation.done("trust", "export", "--out", trust.toString(), "--hub", hub);
        page = chromium.context(new Browser.NewContextOptions()
                        .setIgnoreHTTPSErrors(true)
                        .setLocale("en-GB"))
                .newPage();
        page.onRequest(request -> sent.add(request.method() + " " + request.url() + " " + request.postData()));
        federation.console("hub");
        page.navigate(federation
                .done("coordinator", "link", hub, "--person", "Wang Li", "--role", "ml-engineer")
                .path("link")
                .asText());
        page.fill("#passphrase", ConsolePerson.PASSPHRASE);
        page.fill("#again", ConsolePerson.PASSPHRASE);
        page.click("main button");
        String[] said = {""};
        until(
                "both entries proven",
                () -> {
                    open();
                    said[0] = verified(trust) + page.textContent("main");
                    return said[0].startsWith("yes,yes");
                },
                () -> said[0]);
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

    @Test
    void bothSidesRecordsOfAnUpdateAreVerified() {
        sent.clear();
        open();

        assertThat(verified(trust)).isEqualTo("yes,yes");

        Locator cards = page.locator("[data-verify-result] section");
        assertThat(cards.nth(0).textContent()).contains("The log of north", "update-sent");
        assertThat(cards.nth(1).textContent()).contains("The hub's log, entry " + event, "update-accepted");
        assertThat(page.locator("[data-verify-result] .state.good").count()).isEqualTo(18);
        assertThat(page.locator("#sides").textContent()).contains("north", "update sent");
        String read = read(trust);
        String key = read.substring(read.indexOf("\"spki\":\"") + 8, read.indexOf("\"spki\":\"") + 60);
        assertThat(sent).isNotEmpty().noneMatch(request -> request.contains(key) || request.startsWith("POST"));
    }

    @Test
    void aFlippedByteInTheEntryIsFoundOut() {
        lying(
                "**/events/" + event,
                text -> Pattern.compile("(data-leaf[^>]*>[^<]*sha256&quot;:&quot;)([0-9a-f])")
                        .matcher(text)
                        .replaceAll(digit -> digit.group(1) + ("0".equals(digit.group(2)) ? "1" : "0")));

        assertThat(failed(trust)).isEqualTo("included");
    }

    @Test
    void anEntryOfAnotherPlaceIsFoundOut() {
        lying("**/events/" + event, text -> text.replaceAll("(data-leaf[^>]*>[^<]*&quot;seq&quot;:)([0-9]+)", "$19$2"));

        assertThat(failed(trust)).isEqualTo("place");
    }

    @Test
    void aTrustFileOfAnotherHubIsNotThisLogs() throws Exception {
        Path other = folder.resolve("other");
        Files.createDirectories(other);
        try (Federation foreign = new Federation(other).withHub()) {
            Path theirs = folder.resolve("their-trust.json");
            foreign.done(
                    "trust",
                    "export",
                    "--out",
                    theirs.toString(),
                    "--hub",
                    foreign.hub().toString());

            open();

            assertThat(failed(theirs)).as("the site's log, the hub's").isEqualTo("log,head");
        }
    }

    @Test
    void aChangedTrustFileAndAnyOtherFileAreRefused() throws Exception {
        String text = Files.readString(trust);
        Path changed = Files.writeString(
                folder.resolve("changed.json"), text.replaceFirst("\"quorum\" ?: ?1", "\"quorum\":0"));
        Path nothing = Files.writeString(folder.resolve("nothing.json"), "{\"document\":{}}");
        open();

        assertThat(failed(changed)).isEqualTo("signature");
        assertThat(failed(nothing)).isEqualTo("trust");
    }

    @Test
    void aWrongRootIsNotWhatTheLogSigned() {
        lying("**/proof", text -> {
            TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
            byte[] root = proof.head().root();
            root[0] ^= 1;
            return new String(
                    new TlogProof(
                                    proof.index(),
                                    proof.hashes(),
                                    new Checkpoint(
                                            proof.head().origin(),
                                            proof.head().size(),
                                            root,
                                            proof.head().signatures()))
                            .bytes(),
                    StandardCharsets.UTF_8);
        });

        assertThat(failed(trust)).isEqualTo("head");
    }

    @Test
    void aDroppedCosignatureIsMissed() {
        lying("**/proof", text -> {
            TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
            Checkpoint head = proof.head();
            Checkpoint alone = new Checkpoint(
                    head.origin(), head.size(), head.root(), head.signatures().subList(0, 1));
            return new String(new TlogProof(proof.index(), proof.hashes(), alone).bytes(), StandardCharsets.UTF_8);
        });

        assertThat(failed(trust)).isEqualTo("cosigned");
    }

    @Test
    void aCosignatureOfSomebodyElseIsNone() {
        SigningKey stranger = SigningKey.ed25519();
        lying("**/proof", text -> {
            TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
            Checkpoint head = proof.head();
            Checkpoint forged = new Checkpoint(
                            head.origin(),
                            head.size(),
                            head.root(),
                            head.signatures().subList(0, 1))
                    .with(head.cosignature("north", stranger, Instant.now()));
            return new String(new TlogProof(proof.index(), proof.hashes(), forged).bytes(), StandardCharsets.UTF_8);
        });

        assertThat(failed(trust)).isEqualTo("cosigned");
    }

    @Test
    void aChangedPathLeadsNowhere() {
        lying("**/proof", text -> {
            TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
            List<byte[]> hashes = new ArrayList<>(proof.hashes());
            byte[] first = hashes.get(0).clone();
            first[5] ^= 4;
            hashes.set(0, first);
            return new String(new TlogProof(proof.index(), hashes, proof.head()).bytes(), StandardCharsets.UTF_8);
        });

        assertThat(failed(trust)).isEqualTo("included");
    }

    @Test
    void whatIsNoProofIsSaidToBeNone() {
        lying("**/proof", text -> "nothing of the kind");

        assertThat(failed(trust)).isEqualTo("proof");
    }

    @Test
    void aFileThatIsChosenBeforeThePageIsReadyIsChecked() throws IOException {
        // Given: the script is slow to come
        page.unrouteAll();
        List<Route> held = new ArrayList<>();
        page.route("**/verify.js", held::add);

        // When
        page.navigate(
                federation.console("hub") + "/events/" + event,
                new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
        page.setInputFiles("#trust", trust);
        page.waitForCondition(() -> !held.isEmpty());
        held.get(0).resume();

        // Then
        page.waitForSelector("[data-verify-result] [data-verified]");
        page.unrouteAll();
    }

    @Test
    void aBrowserWithoutTheSchemeSaysSo() {
        try (BrowserContext old = chromium.context(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setStorageState(page.context().storageState()))) {
            Page without = old.newPage();
            without.addInitScript("const real = crypto.subtle.importKey.bind(crypto.subtle);"
                    + "crypto.subtle.importKey = (form, key, scheme, ...more) => scheme.name === 'Ed25519'"
                    + " ? Promise.reject(new DOMException('not here', 'NotSupportedError'))"
                    + " : real(form, key, scheme, ...more);");
            without.navigate(federation.console("hub") + "/events/" + event);
            without.setInputFiles("#trust", trust);
            without.waitForSelector("[data-unsupported]");
            assertThat(without.textContent("[data-verify-result]")).contains("no Ed25519");
            assertThat(without.locator("[data-verify-result] .good").count()).isZero();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void open() {
        page.unrouteAll();
        try {
            page.navigate(federation.console("hub") + "/events/" + event);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Opens the page with a hub that changes what it says under some addresses. */
    private void lying(String addresses, UnaryOperator<String> lie) {
        page.unrouteAll();
        boolean[] told = {false};
        page.route(Pattern.compile(addresses.replace("**", ".*") + "$"), route -> {
            APIResponse real = route.fetch(new Route.FetchOptions());
            String changed = lie.apply(real.text());
            told[0] |= !changed.equals(real.text());
            route.fulfill(new Route.FulfillOptions().setResponse(real).setBody(changed));
        });
        try {
            page.navigate(federation.console("hub") + "/events/" + event);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        verified(trust);
        assertThat(told[0]).as("the hub lied").isTrue();
        // Chosen again below: the input takes the same file anew.
    }

    /** Chooses a trust file and waits for what the page says of each entry. */
    private String verified(Path file) {
        page.evaluate("() => { document.querySelector('[data-verify-result]').dataset.done = ''; }");
        page.setInputFiles("#trust", new Path[0]);
        page.setInputFiles("#trust", file);
        page.waitForSelector("[data-verify-result]:not([data-done=''])");
        return String.valueOf(page.evaluate(
                "() => [...document.querySelectorAll('[data-verified]')].map((card) => card.dataset.verified).join()"));
    }

    /** The checks that failed, in the order of the entries; nothing is said to be good. */
    private String failed(Path file) {
        assertThat(verified(file)).contains("no");
        @SuppressWarnings("unchecked")
        List<String> steps = (List<String>)
                page.evaluate(
                        "() => [...new Set([...document.querySelectorAll('[data-outcome=failed]')].map((step) => step.dataset.step))]");
        assertThat(page.locator("[data-verified=no] .good").count())
                .as("no success colour")
                .isZero();
        assertThat(page.locator("[data-verified=no] .note.bad").first().textContent())
                .contains("Not verified");
        return String.join(",", steps);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(String what, Condition condition, Supplier<String> state) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what + ": " + state.get());
            }
        }
    }
}
