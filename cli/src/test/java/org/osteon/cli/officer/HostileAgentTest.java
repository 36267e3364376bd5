package org.osteon.cli.officer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.osteon.cli.officer.PlainBrowser.fields;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.cli.Command;
import org.osteon.cli.officer.PlainBrowser.Seen;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;

/**
 * The agent is the officer's adversary: no capsule arises without the officer's gesture, and none over bytes that the
 * officer's own page did not show.
 */
class HostileAgentTest {
    private static final String PASSPHRASE = "only for this test";

    @TempDir
    Path folder;

    private ImpostorAgent agent;
    private SignedPages pages;
    private PlainBrowser browser;
    private Path key;
    private SigningKey officer;

    @BeforeEach
    void start() throws Exception {
        agent = new ImpostorAgent(Files.createDirectory(folder.resolve("agent")));
        key = folder.resolve("li.key");
        officer = SigningKey.ed25519();
        KeyFile.writeEncrypted(key, officer, PASSPHRASE.toCharArray());
        Path own = Files.createDirectory(folder.resolve("own"));
        pages = new SignedPages(own, agent.folder(), key, own.resolve("waiting"));
        browser = new PlainBrowser(pages.origin(), own);
    }

    @AfterEach
    void close() throws Exception {
        pages.close();
        agent.close();
    }

    @Test
    void whatTheOfficerSignsIsWhatThePageShowed() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");

        // When
        Seen done = sign(confirm, PASSPHRASE);

        // Then
        assertThat(done.status()).isEqualTo(200);
        assertThat(agent.handedIn()).hasSize(1);
        SignedDocument<Capsule> capsule = SignedDocument.read(agent.handedIn().get(0), Capsule.class);
        assertThat(capsule.signedBy(officer.publicKey())).isTrue();
        assertThat(confirm.text("bytes"))
                .isEqualTo(new String(capsule.document().canonical(), StandardCharsets.UTF_8));
        assertThat(capsule.document().study()).isEqualTo(study.digest());
        assertThat(capsule.document().epsilon()).isEqualTo(2.5);
        assertThat(capsule.document().rounds()).isEqualTo(4);
        assertThat(confirm.body()).contains("ε 2.5 for each of its 412 patients; ε 6.5 is left");
    }

    @Test
    void aWrongPassphraseGivesNoSignatureAndFewTries() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");

        // When
        Seen wrong = sign(confirm, "not the pass-phrase");
        for (int i = 0; i < 4; i++) {
            sign(confirm, "not the pass-phrase");
        }
        Seen late = sign(confirm, PASSPHRASE);

        // Then
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.body()).contains("PASSPHRASE_WRONG").doesNotContain("not the pass-phrase");
        assertThat(late.status()).isEqualTo(400);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void aStudyThatTheHubDidNotSignIsNotShownForADecision() throws Exception {
        // Given
        Study study = ImpostorAgent.sample("fracture");
        agent.shows(study, SigningKey.ed25519(), study.digest());

        // When
        Seen list = browser.enter(pages.link());
        Seen review = browser.get("/study?s=" + study.digest().hex());
        Seen prepared = browser.follow("/prepare", approval(list, study, "1", "1"));

        // Then
        assertThat(list.body()).contains("without the signature of its hub").doesNotContain(study.purpose());
        assertThat(review.status()).isEqualTo(409);
        assertThat(prepared.status()).isEqualTo(409);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void anotherStudyUnderADigestThatPeopleKnowIsRefused() throws Exception {
        // Given
        Study known = ImpostorAgent.sample("harmless");
        agent.shows(ImpostorAgent.sample("harmful"), agent.hub(), known.digest());

        // When
        Seen list = browser.enter(pages.link());
        Seen review = browser.get("/study?s=" + known.digest().hex());

        // Then
        assertThat(list.body()).contains("the agent showed study").doesNotContain("harmless, version");
        assertThat(review.status()).isEqualTo(409);
    }

    @Test
    void aStudyChangedBetweenThePageAndTheSignatureStopsIt() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");
        Study other = ImpostorAgent.sample("another");
        agent.shows(other, agent.hub(), study.digest());

        // When
        Seen refused = sign(confirm, PASSPHRASE);

        // Then
        assertThat(refused.status()).isEqualTo(409);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void otherWordsOfTheAgentBetweenThePageAndTheSignatureStopIt() throws Exception {
        Map<String, UnaryOperator<ObjectNode>> changes = new TreeMap<>();
        changes.put(
                "snapshot",
                facts -> facts.put("snapshot", Digest.of(new byte[] {2}).hex()));
        changes.put("patients", facts -> facts.put("patients", 99_999));
        changes.put("remaining", facts -> facts.put("remaining", 1.0));
        changes.put("release", facts -> facts.put("agentRelease", "osteon-site/6.6.6"));
        changes.put("site", facts -> facts.put("site", "south"));
        changes.put(
                "hub", facts -> facts.put("trustRoot", Digest.of(new byte[] {3}).hex()));
        browser.enter(pages.link());
        for (Map.Entry<String, UnaryOperator<ObjectNode>> change : changes.entrySet()) {
            // Given
            Study study = agent.honest("fracture-" + change.getKey());
            Seen confirm = prepareApproval(study, "2.5", "4");
            agent.lies(change.getValue());

            // When
            Seen refused = sign(confirm, PASSPHRASE);
            Seen again = sign(confirm, PASSPHRASE);

            // Then
            assertThat(refused.status()).as(change.getKey()).isEqualTo(409);
            assertThat(again.status()).as(change.getKey()).isIn(400, 409);
        }
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void anAgentOfAnotherSiteOrHubIsNotShown() throws Exception {
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        for (String member : new String[] {"site", "trustRoot", "study"}) {
            // Given
            agent.lies(facts -> facts.put(member, Digest.of(new byte[] {4}).hex()));

            // When
            Seen review = browser.get("/study?s=" + study.digest().hex());

            // Then
            assertThat(review.status()).as(member).isEqualTo(409);
            assertThat(review.body()).contains("the agent says " + member);
        }
    }

    @Test
    void theFormNamesTheBytesThatWereShown() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen first = prepareApproval(study, "1", "1");
        Seen second = prepareApproval(study, "4", "5");
        Map<String, String> crossed = signing(first, PASSPHRASE);
        crossed.put("d", second.hidden("/sign", "d"));

        // When
        Seen refused = browser.follow("/sign", crossed);

        // Then
        assertThat(refused.status()).isEqualTo(400);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void aDecisionIsSignedOnce() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");

        // When
        sign(confirm, PASSPHRASE);
        Seen again = sign(confirm, PASSPHRASE);

        // Then
        assertThat(again.status()).isEqualTo(400);
        assertThat(agent.handedIn()).hasSize(1);
    }

    @Test
    void theAgentAloneCannotAskForASignature() throws Exception {
        // Given a confirming page that the officer has open
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");
        Map<String, String> form = signing(confirm, PASSPHRASE);
        String session = browser.cookie();

        // When another program calls without the session, without the token, or as a page of another origin
        browser.forget();
        Seen withoutSession = browser.post("/sign", form);
        Seen usedLink = browser.enter(pages.link());
        Seen guessed = browser.get("/", "Cookie", "__Host-osteon=" + "A".repeat(43));
        Map<String, String> withoutToken = new TreeMap<>(form);
        withoutToken.put("csrf", "guess");
        Seen csrf = browser.post("/sign", withoutToken, "Cookie", session, "Origin", pages.origin());
        Seen otherOrigin = browser.post("/sign", form, "Cookie", session, "Origin", "https://localhost:9543");
        Seen noOrigin = browser.post("/sign", form, "Cookie", session);
        Seen led = browser.get("/", "Cookie", session, "Sec-Fetch-Site", "same-site");
        Seen byAddress = browser.get("/sign", "Cookie", session);

        // Then
        for (Seen seen : new Seen[] {withoutSession, usedLink, guessed, csrf, otherOrigin, noOrigin, led}) {
            assertThat(seen.status()).isEqualTo(403);
        }
        assertThat(byAddress.status()).isEqualTo(404);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void evenWithTheSessionThereIsNoSignatureWithoutTheGesture() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        browser.enter(pages.link());
        Seen confirm = prepareApproval(study, "2.5", "4");
        Map<String, String> form = signing(confirm, "");

        // When
        Seen empty = browser.follow("/sign", form);
        form.remove("passphrase");
        Seen none = browser.follow("/sign", form);

        // Then
        assertThat(empty.status()).isEqualTo(422);
        assertThat(none.status()).isEqualTo(422);
        assertThat(agent.handedIn()).isEmpty();
    }

    @Test
    void textsOfTheStudyAndTheAgentAreTextOnThePage() throws Exception {
        // Given
        agent.honest("fracture");
        ObjectNode tree =
                (ObjectNode) org.osteon.protocol.document.CanonicalJson.tree(ImpostorAgent.sample("fracture"));
        tree.put("purpose", "<script>alert(1)</script><form action=//evil.example>");
        Study study = org.osteon.protocol.document.CanonicalJson.bind(tree, Study.class);
        agent.shows(study, agent.hub(), study.digest());
        agent.lies(facts -> facts.put("agentRelease", "\"><img src=x onerror=alert(1)>"));

        // When
        Seen list = browser.enter(pages.link());
        Seen review = browser.get("/study?s=" + study.digest().hex());

        // Then
        for (Seen seen : new Seen[] {list, review}) {
            assertThat(seen.body())
                    .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                    .doesNotContain("<script>alert")
                    .doesNotContain("<img")
                    .doesNotContain("<form action=//");
            assertThat(seen.policy()).startsWith("default-src 'none'; script-src 'self'; style-src 'self'");
        }
    }

    private static HostedRun foreign() {
        return new HostedRun(
                HostedRun.SCHEMA,
                "ortho-net",
                ImpostorAgent.SITE,
                "superlink.example:9092",
                "someone/bones",
                "1.0.0",
                Digest.of(new byte[] {7}),
                List.of(new HostedRun.Setting("note", "text", "<script>alert(1)</script>")),
                HostedRun.MESSAGE_TYPES,
                3,
                List.of(ArraySpec.shared("weight", "float32", 2)),
                List.of("num-examples"));
    }

    @Test
    void aForeignRunIsReadHereAndDecidedAboutByTheVerbs() throws Exception {
        // Given
        HostedRun run = foreign();
        agent.shows(run, run.digest());

        // When
        Seen list = browser.enter(pages.link());
        Seen page = browser.get("/run?s=" + run.digest().hex());

        // Then
        assertThat(list.body()).contains("/run?s=" + run.digest().hex(), "someone/bones");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains(
                        run.fab().hex(),
                        "superlink.example:9092",
                        "arrays/weight",
                        "osteon officer approve",
                        run.digest().hex() + " --key KEY --epsilon 0 --rounds 3",
                        "--types train,evaluate",
                        "osteon officer refuse",
                        "&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert", "<form", "officer revoke");
    }

    @Test
    void anotherForeignRunUnderADigestThatPeopleKnowIsRefused() throws Exception {
        HostedRun run = foreign();
        Digest known = Digest.of(new byte[] {9});
        agent.shows(run, known);

        Seen list = browser.enter(pages.link());
        Seen page = browser.get("/run?s=" + known.hex());

        assertThat(list.body()).contains("role=\"alert\"").doesNotContain("/run?s=");
        assertThat(page.status()).isEqualTo(409);
        assertThat(page.body()).doesNotContain("someone/bones", "officer approve");
    }

    @Test
    void aReasonLeavesAsItWasShownAndNotBefore() throws Exception {
        // Given
        Study study = agent.honest("fracture");
        Seen list = browser.enter(pages.link());
        String reason = "More than our board allows.\n\"See <minutes> of 3 March & after\"";

        // When
        Seen confirm = browser.follow(
                "/prepare",
                fields(
                        "csrf", list.hidden("/end", "csrf"),
                        "s", study.digest().hex(),
                        "kind", "refuse",
                        "reason", reason.replace("\n", "\r\n")));
        int before = agent.handedIn().size();
        sign(confirm, PASSPHRASE);

        // Then
        assertThat(before).isZero();
        assertThat(confirm.body()).contains("<details open>");
        SignedDocument<Refusal> refusal = SignedDocument.read(agent.handedIn().get(0), Refusal.class);
        assertThat(refusal.document().reason()).isEqualTo(reason);
        assertThat(refusal.signedBy(officer.publicKey())).isTrue();
        assertThat(confirm.text("bytes"))
                .isEqualTo(new String(refusal.document().canonical(), StandardCharsets.UTF_8));
    }

    @Test
    void limitsBeyondTheStudyAreRefused() throws Exception {
        Study study = agent.honest("fracture");
        Seen list = browser.enter(pages.link());
        for (String[] limits :
                new String[][] {{"4.5", "1"}, {"1", "6"}, {"NaN", "1"}, {"-1", "1"}, {"x", "1"}, {"1", "0"}}) {
            assertThat(browser.follow("/prepare", approval(list, study, limits[0], limits[1]))
                            .status())
                    .as(String.join(" ", limits))
                    .isEqualTo(400);
        }
        Map<String, String> past = approval(list, study, "1", "1");
        past.put("until", LocalDate.now().minusDays(2).toString());
        assertThat(browser.follow("/prepare", past).status()).isEqualTo(400);
    }

    @Test
    void severalOfficersSignTheSameBytes() throws Exception {
        // Given a site that wants two, and the second officer's own program
        Study study = agent.honest("fracture");
        agent.lies(facts -> {
            ((ObjectNode) facts.path("policy")).put("officersNeeded", 2);
            return facts;
        });
        SigningKey chen = SigningKey.ed25519();
        Path second = folder.resolve("chen.key");
        KeyFile.writeEncrypted(second, chen, PASSPHRASE.toCharArray());
        Path own = Files.createDirectory(folder.resolve("own-of-chen"));
        browser.enter(pages.link());

        // When the first has signed
        Seen first = sign(prepareApproval(study, "2.5", "4"), PASSPHRASE);

        // Then
        assertThat(first.body()).contains("Signed by 1 of 2 officers");
        assertThat(agent.handedIn()).isEmpty();

        // When the second signs what waits
        try (SignedPages of = new SignedPages(
                own, agent.folder(), second, folder.resolve("own").resolve("waiting"))) {
            PlainBrowser chens = new PlainBrowser(of.origin(), own);
            Seen list = chens.enter(of.link());
            Seen review = chens.get("/study?s=" + study.digest().hex());
            Seen confirm = chens.follow(
                    "/prepare",
                    fields(
                            "csrf", list.hidden("/end", "csrf"),
                            "s", study.digest().hex(),
                            "kind", "cosign",
                            "capsule", review.hidden("/prepare", "capsule")));
            Map<String, String> form = signing(confirm, PASSPHRASE);
            Seen done = chens.follow("/sign", form);
            assertThat(list.body()).contains("waits for another officer");
            assertThat(done.body()).contains("Signed and handed in");
        }

        // Then
        SignedDocument<Capsule> capsule = SignedDocument.read(agent.handedIn().get(0), Capsule.class);
        assertThat(capsule.signers(java.util.List.of(officer.publicKey(), chen.publicKey())))
                .isEqualTo(2);
        assertThat(folder.resolve("own").resolve("waiting")).isEmptyDirectory();
    }

    @Test
    void anotherHubInTheAgentsFolderIsNotBelieved() throws Exception {
        // Given the hub that the officer's program has seen before
        agent.honest("fracture");
        pages.close();
        FederationRoot other = new FederationRoot(
                FederationRoot.SCHEMA,
                "ortho-net",
                SigningKey.ed25519().publicKey(),
                "osteon/ortho-net/hub",
                SigningKey.ed25519().publicKey(),
                java.time.Instant.parse("2026-11-24T08:00:00Z"));
        Files.write(agent.folder().resolve("federation-root.json"), other.canonical());

        // When
        Command refused = Command.run(
                "officer",
                "sign",
                agent.folder().toString(),
                "--key",
                key.toString(),
                "--own",
                folder.resolve("own").toString(),
                "--json");

        // Then
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("nothing was signed");
    }

    private Seen prepareApproval(Study study, String epsilon, String rounds) {
        Seen review = browser.get("/study?s=" + study.digest().hex());
        assertThat(review.status()).as(review.body()).isEqualTo(200);
        Seen confirm = browser.follow("/prepare", approval(review, study, epsilon, rounds));
        assertThat(confirm.status()).as(confirm.body()).isEqualTo(200);
        return confirm;
    }

    private static Map<String, String> approval(Seen page, Study study, String epsilon, String rounds) {
        String csrf = page.hidden("/prepare", "csrf");
        return fields(
                "csrf",
                csrf.isEmpty() ? page.hidden("/end", "csrf") : csrf,
                "s",
                study.digest().hex(),
                "kind",
                "approve",
                "epsilon",
                epsilon,
                "rounds",
                rounds,
                "until",
                LocalDate.now().plusDays(30).toString());
    }

    private static Map<String, String> signing(Seen confirm, String passphrase) {
        return fields(
                "csrf", confirm.hidden("/sign", "csrf"),
                "d", confirm.hidden("/sign", "d"),
                "digest", confirm.hidden("/sign", "digest"),
                "passphrase", passphrase);
    }

    private Seen sign(Seen confirm, String passphrase) {
        return browser.follow("/sign", signing(confirm, passphrase));
    }
}
