package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.JournalRequest;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.protocol.v1.WithdrawPatientRequest;

/**
 * Without a capsule that binds exactly this study, snapshot, hub, site and time nothing leaves, and both logs say so:
 * at a real hub and a real site, whose officer's, node's and hub's keys the trial holds.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefusalsTest {
    private static final String SITE = "north";
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final double EPSILON = 4.4;
    private static final int ROUNDS = 2;

    private Path folder;
    private Federation federation;
    private SiteNode node;
    private SigningKey officer;

    @BeforeAll
    void start(@TempDir Path given) throws IOException {
        folder = given;
        federation = new Federation(Files.createDirectory(given.resolve("federation"))).withHub();
        federation.withSite(SITE, "--epsilon-ceiling", "5", "--epsilon-total", "100", "--delta-ceiling", "1e-5");
        federation.map(SITE, SAMPLES.resolve("hospital-c").resolve("export.csv"));
        node = new SiteNode(federation.site(SITE), Clock.systemUTC());
        officer = KeyFile.readEncrypted(
                federation.officerKey(SITE),
                Files.readString(federation.passphrase()).strip().toCharArray());
    }

    @AfterAll
    void close() {
        node.close();
        federation.close();
    }

    @Test
    @Order(1)
    void decisionsThatDoNotBindExactlyThisAreRefusedAndInBothLogs() throws Exception {
        Study study = publish("decisions");
        Capsule right = node.capsule(study, snapshot(study));
        String yesterday = Instant.now().minus(1, ChronoUnit.DAYS).toString();
        String before = Instant.now().minus(3, ChronoUnit.DAYS).toString();
        SigningKey hub = KeyFile.readPlain(federation.hub().resolve("hub.key"));
        SigningKey other = SigningKey.ed25519();

        // At the site's port; the hub's log has what the site tells of its own.
        refusedAtSite(
                "expired",
                "CAPSULE_EXPIRED",
                right,
                officer,
                tree -> tree.put("notBefore", before).put("notAfter", yesterday));
        refusedAtSite("more ε", "CAPSULE_WIDER_THAN_STUDY", right, officer, tree -> tree.put("epsilon", 4.5));
        refusedAtSite("larger δ", "CAPSULE_WIDER_THAN_STUDY", right, officer, tree -> tree.put("delta", 2e-5));
        refusedAtSite(
                "more rounds", "CAPSULE_WIDER_THAN_STUDY", right, officer, tree -> tree.put("rounds", ROUNDS + 1));
        refusedAtSite(
                "another release",
                "CAPSULE_WIDER_THAN_STUDY",
                right,
                officer,
                tree -> ((ArrayNode) tree.path("releases")).add("gradient"));
        refusedAtSite("the hub's key", "CAPSULE_SIGNER_UNKNOWN", right, hub, tree -> {});
        refusedAtSite("nobody's key", "CAPSULE_SIGNER_UNKNOWN", right, other, tree -> {});
        refusedAtSite(
                "another study",
                "STUDY_UNKNOWN",
                right,
                officer,
                tree -> tree.put("study", Digest.of(new byte[] {1}).hex()));
        refusedAtSite(
                "another snapshot",
                "CAPSULE_FOR_ANOTHER_SNAPSHOT",
                right,
                officer,
                tree -> tree.put("snapshot", Digest.of(new byte[] {2}).hex()));
        refusedAtSite(
                "another hub",
                "CAPSULE_FOR_ANOTHER_HUB",
                right,
                officer,
                tree -> tree.put("trustRoot", Digest.of(new byte[] {3}).hex()));
        refusedAtSite("another site", "DECISION_FOR_ANOTHER_SITE", right, officer, tree -> tree.put("site", "south"));
        refusedAtSite(
                "another agent",
                "CAPSULE_FOR_ANOTHER_AGENT_RELEASE",
                right,
                officer,
                tree -> tree.put("agentRelease", "osteon-site/9"));

        // Past the agent, straight to the hub with the site's node key.
        refusedAtHub(
                "expired",
                "CAPSULE_EXPIRED",
                right,
                officer,
                tree -> tree.put("notBefore", before).put("notAfter", yesterday));
        refusedAtHub("more ε", "CAPSULE_WIDER_THAN_STUDY", right, officer, tree -> tree.put("epsilon", 4.6));
        refusedAtHub("more rounds", "CAPSULE_WIDER_THAN_STUDY", right, officer, tree -> tree.put("rounds", ROUNDS + 2));
        refusedAtHub(
                "another release",
                "CAPSULE_WIDER_THAN_STUDY",
                right,
                officer,
                tree -> ((ArrayNode) tree.path("releases")).add("hessian"));
        refusedAtHub("the hub's key", "CAPSULE_SIGNER_UNKNOWN", right, hub, tree -> tree.put("purpose", "x"));
        refusedAtHub(
                "another study",
                "STUDY_UNKNOWN",
                right,
                officer,
                tree -> tree.put("study", Digest.of(new byte[] {4}).hex()));
        refusedAtHub(
                "another hub",
                "CAPSULE_FOR_ANOTHER_HUB",
                right,
                officer,
                tree -> tree.put("trustRoot", Digest.of(new byte[] {5}).hex()));
        refusedAtHub("another site", "DECISION_FOR_ANOTHER_SITE", right, officer, tree -> tree.put("site", "east"));

        // The officer's own program gets the same answer.
        Federation.Answer wide = federation.approve(SITE, study.digest().hex(), EPSILON + 0.5, ROUNDS);
        assertThat(wide.exit()).isEqualTo(3);
        assertThat(wide.error()).contains("CAPSULE_WIDER_THAN_STUDY");

        // None of it counts anywhere: the study is undecided, and no run starts.
        assertThat(decision(study)).isEqualTo("open");
        Federation.Answer run = federation.run(
                "run", "start", study.digest().hex(), "--hub", federation.hub().toString());
        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.error()).contains("QUORUM_NOT_APPROVED");
        // And the capsule that was changed all the time is a right one.
        assertThat(node.desk()
                        .decide(document(SignedDocument.sign(right, officer)))
                        .getJson())
                .contains("approved");
    }

    @Test
    @Order(2)
    void anInstructionWithoutACapsuleAtTheSiteIsRefused() throws Exception {
        Study study = publish("none");
        // Only the hub ever gets a capsule; the agent has none.
        push(node.capsule(study, snapshot(study)));
        refusedInstruction(study, "CAPSULE_MISSING");
    }

    @Test
    @Order(2)
    void aDryRunTellsNothingThatFollowsFromPatientsRows() throws Exception {
        // Given: two studies that differ in what they ask of the rows alone
        Study any = publish("any-number", tree -> ((ObjectNode) tree.path("cohort")).put("minimumPatients", 1));
        Study many = publish("a-million", tree -> ((ObjectNode) tree.path("cohort")).put("minimumPatients", 1_000_000));

        // Then: the site answers both alike, and lets its officer alone know
        assertThat(dryRun(many)).isEqualTo(dryRun(any));
        JsonNode review = federation.done(
                "officer",
                "review",
                federation.site(SITE).toString(),
                many.digest().hex());
        assertThat(review.path("objections").path(0).path("code").asText()).isEqualTo("COHORT_TOO_SMALL");
        Federation.Answer approval = federation.approve(SITE, many.digest().hex(), EPSILON, ROUNDS);
        assertThat(approval.exit()).isEqualTo(3);
        assertThat(approval.error()).contains("COHORT_TOO_SMALL");
        Logs.await(
                "that a rule of the site's own stopped it",
                () -> Logs.hub(federation),
                Logs.names(many.digest()).and(entry -> entry.toString().contains("SITE_DATA_RULE")));
        assertThat(Logs.hub(federation).toString()).doesNotContain("COHORT_TOO_SMALL");
        assertThat(Logs.site(federation, SITE).toString()).doesNotContain("COHORT_TOO_SMALL");
    }

    @Test
    @Order(2)
    void aChangedCeilingChangesTheAnswer() throws Exception {
        // Given: a study within the hospital's ceiling
        Study study = publish("ceiling");
        assertThat(dryRun(study).path("verdict").asText()).isEqualTo("would-accept");

        // When: the operator lowers it
        ceiling("3.0");

        // Then: the dry-run, and the officer's capsule, meet the same rule
        JsonNode answer = dryRun(study);
        assertThat(answer.path("verdict").asText()).isEqualTo("would-refuse");
        JsonNode reason = answer.path("reasons").path(0);
        assertThat(reason.path("code").asText()).isEqualTo("EPSILON_ABOVE_SITE_CEILING");
        assertThat(reason.path("values").path("ceiling").asText()).isEqualTo("3.0");
        assertThat(reason.path("who").asText()).isEqualTo("operator");
        Federation.Answer approval = federation.approve(SITE, study.digest().hex(), EPSILON, ROUNDS);
        assertThat(approval.exit()).isEqualTo(3);
        assertThat(approval.error()).contains("EPSILON_ABOVE_SITE_CEILING");

        ceiling("5.0");
        assertThat(dryRun(study).path("verdict").asText()).isEqualTo("would-accept");
    }

    /** Sets the hospital's ceiling in its settings and starts its agent again. */
    private void ceiling(String epsilon) throws IOException {
        Path settings = federation.site(SITE).resolve("osteon.toml");
        String text = Files.readString(settings);
        String changed = text.replaceAll("(?m)^epsilonCeiling *=.*$", "epsilonCeiling = " + epsilon);
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(settings, changed);
        federation.end(SITE);
        federation.startSite(SITE);
    }

    private JsonNode dryRun(Study study) {
        JsonNode answer = federation
                .run(
                        "study",
                        "dry-run",
                        study.digest().hex(),
                        "--hub",
                        federation.hub().toString())
                .json()
                .path("answers")
                .path(0);
        assertThat(answer.path("verdict").asText()).isNotEmpty();
        return answer;
    }

    @Test
    @Order(2)
    void plaintextIsRefusedOnLoopbackToo() throws Exception {
        String site = Settings.read(federation.site(SITE)).text("address");
        for (String address : List.of(federation.hubAddress(), site)) {
            // gRPC without TLS
            ManagedChannel plain = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                    .build();
            try {
                StatusRuntimeException refused = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> FleetGrpc.newBlockingStub(plain)
                                .withDeadlineAfter(20, TimeUnit.SECONDS)
                                .pullMessages(PullMessagesRequest.getDefaultInstance()));
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            } finally {
                plain.shutdownNow();
            }
            // HTTP without TLS: whatever comes back before the connection closes, it is no HTTP
            int colon = address.lastIndexOf(':');
            try (Socket socket =
                    new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: hub\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readAllBytes();
                assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
            }
        }
    }

    @Test
    @Order(3)
    void anInstructionForAnotherStudyThanTheApprovedOneIsRefused() throws Exception {
        Study approved = publish("approved");
        Study other = publish("not-approved");
        assertThat(federation
                        .approve(SITE, approved.digest().hex(), EPSILON, ROUNDS)
                        .exit())
                .isZero();
        push(node.capsule(other, snapshot(other)));
        refusedInstruction(other, "CAPSULE_MISSING");
    }

    @Test
    @Order(4)
    void anInstructionAfterTheCapsulesEndIsRefused() throws Exception {
        Study study = publish("expires");
        Instant end = Instant.now().plus(8, ChronoUnit.SECONDS).truncatedTo(ChronoUnit.SECONDS);
        Capsule brief =
                SiteNode.changed(node.capsule(study, snapshot(study)), tree -> tree.put("notAfter", end.toString()));
        node.desk().decide(document(SignedDocument.sign(brief, officer)));
        Logs.await("the brief capsule", () -> Logs.hub(federation), Logs.names(brief.digest()));
        // The hub is given a longer one that the agent does not have, so that it asks.
        push(node.capsule(study, snapshot(study)));
        Thread.sleep(Math.max(0, Duration.between(Instant.now(), end).toMillis() + 200));
        refusedInstruction(study, "CAPSULE_EXPIRED");
    }

    @Test
    @Order(5)
    void anInstructionUnderAWiderCapsuleThanTheSitesIsRefused() throws Exception {
        Study study = publish("narrow");
        assertThat(federation.approve(SITE, study.digest().hex(), EPSILON, 1).exit())
                .isZero();
        Capsule wide = node.capsule(study, snapshot(study));
        Logs.await("the narrow capsule", () -> Logs.hub(federation), typeAbout("capsule-accepted", study));
        push(wide);
        refusedInstruction(study, "CAPSULE_NOT_THE_HUBS");
    }

    @Test
    @Order(6)
    void moreRoundsThanTheCapsuleAllowsAreRefused() throws Exception {
        Study study = publish("one-round");
        assertThat(federation.approve(SITE, study.digest().hex(), EPSILON, 1).exit())
                .isZero();
        Logs.await("the capsule", () -> Logs.hub(federation), typeAbout("capsule-accepted", study));
        JsonNode end = run(study);
        assertThat(end.path("rounds").path(0).path("counted").toString()).contains(SITE);
        assertInBothLogs(study, "CAPSULE_ROUNDS_EXHAUSTED");
        assertThat(updates(study))
                .as("one update left, under the one round allowed")
                .isEqualTo(1);
    }

    @Test
    @Order(7)
    void anInstructionForAnotherSnapshotThanTheApprovedOneIsRefused() throws Exception {
        Study study = publish("other-rows");
        assertThat(federation
                        .approve(SITE, study.digest().hex(), EPSILON, ROUNDS)
                        .exit())
                .isZero();
        Logs.await("the capsule", () -> Logs.hub(federation), typeAbout("capsule-accepted", study));
        federation.map(SITE, SAMPLES.resolve("hospital-b").resolve("export.csv"));
        refusedInstruction(study, "CAPSULE_FOR_ANOTHER_SNAPSHOT");
    }

    @Test
    @Order(8)
    void aCallAtTheSitesPortCountsOnceAlsoOverARestart() throws Exception {
        // Given: a call that counted
        node.desk().status(Empty.getDefaultInstance());
        Metadata captured = node.callHeaders();
        // Then: not once more, not with another body, not for another method
        assertCall(
                () -> node.desk(captured).status(Empty.getDefaultInstance()),
                Status.Code.UNAUTHENTICATED,
                "CALL_REPLAYED");
        assertCall(
                () -> node.desk(captured).stopAll(Empty.getDefaultInstance()),
                Status.Code.UNAUTHENTICATED,
                "CALL_SIGNATURE_INVALID");
        node.desk().journal(JournalRequest.getDefaultInstance());
        Metadata withBody = node.callHeaders();
        assertCall(
                () -> node.desk(withBody)
                        .journal(JournalRequest.newBuilder().setStudy("abcdef").build()),
                Status.Code.UNAUTHENTICATED,
                "CALL_SIGNATURE_INVALID");
        // And: the officer's key opens no operator's method
        assertCall(
                () -> node.desk().addData(org.osteon.protocol.v1.AddDataRequest.getDefaultInstance()),
                Status.Code.PERMISSION_DENIED,
                "ROLE_MISSING");

        federation.kill(SITE);
        federation.startSite(SITE);

        assertCall(
                () -> node.desk(captured).status(Empty.getDefaultInstance()),
                Status.Code.UNAUTHENTICATED,
                "CALL_REPLAYED");
        assertCall(
                () -> node.desk(withBody).journal(JournalRequest.getDefaultInstance()),
                Status.Code.UNAUTHENTICATED,
                "CALL_REPLAYED");
    }

    @Test
    @Order(9)
    void aClockSetBackTwoDaysRevivesNothing() throws Exception {
        Path library = FakeClock.library();
        Study study = publish("clock");
        Capsule right = node.capsule(study, snapshot(study));
        // Given: a capsule that ended yesterday, refused while the clock was right
        Capsule ended = refusedAtSite(
                "ended yesterday",
                "CAPSULE_EXPIRED",
                right,
                officer,
                tree -> tree.put("notBefore", day(-3)).put("notAfter", day(-1)));
        long known = Logs.hub(federation).size();

        // When: the site's clock is set back to when it was in force
        federation.end(SITE);
        federation.startSite(
                SITE, FakeClock.environment(library, Files.writeString(folder.resolve("two-days-back"), "-2d\n")));
        try (SiteNode then =
                new SiteNode(federation.site(SITE), Clock.offset(Clock.systemUTC(), Duration.ofDays(-2)))) {
            // Then: it is not in force again, nor is any other
            assertCall(
                    () -> then.desk().decide(document(SignedDocument.sign(ended, officer))),
                    Status.Code.FAILED_PRECONDITION,
                    "CLOCK_BELOW_MARK");
            assertCall(
                    () -> then.desk().decide(document(SignedDocument.sign(right, officer))),
                    Status.Code.FAILED_PRECONDITION,
                    "CLOCK_BELOW_MARK");
            JsonNode entries = tree(then.desk()
                            .events(EventsRequest.getDefaultInstance())
                            .getJson())
                    .path("entries");
            Logs.await(
                    "the refusal",
                    () -> entries,
                    Logs.refused("decision-refused", "CLOCK_BELOW_MARK").and(Logs.names(ended.digest())));
            JsonNode seen =
                    Logs.await("the clock", () -> entries, Logs.refused("clock-below-mark", "CLOCK_BELOW_MARK"));
            assertThat(seen.path("values").path("skewSeconds").asLong()).isBetween(172_000L, 173_500L);
            assertThat(Instant.parse(seen.path("time").asText()))
                    .isBefore(Instant.now().minus(47, ChronoUnit.HOURS));
            // And: a call signed at the right time is outside this clock's window, so that nobody approves by accident
            assertCall(
                    () -> node.desk().status(Empty.getDefaultInstance()),
                    Status.Code.UNAUTHENTICATED,
                    "CALL_TIME_OUTSIDE_WINDOW");
            // And: the hub cannot be told yet
            assertThat(tree(then.desk().status(Empty.getDefaultInstance()).getJson())
                            .path("state")
                            .asText())
                    .isNotEqualTo("connected");
        }
        for (JsonNode entry : Logs.hub(federation)) {
            assertThat(entry.path("seq").asLong() >= known
                            && entry.path("type").asText().startsWith("clock"))
                    .isFalse();
        }
        federation.end(SITE);

        // When: the clock is mended
        federation.startSite(SITE);

        // Then: the hub's log has it all
        inHubsLog(Logs.await(
                "the clock", () -> Logs.hub(federation), Logs.refused("clock-below-mark", "CLOCK_BELOW_MARK")));
        inHubsLog(Logs.await(
                "the refusal",
                () -> Logs.hub(federation),
                Logs.refused("decision-refused", "CLOCK_BELOW_MARK").and(Logs.names(ended.digest()))));
        Logs.await(
                "the mending",
                () -> Logs.hub(federation),
                entry -> "clock-mended".equals(entry.path("type").asText()));
        Logs.await(
                "the mending",
                () -> Logs.site(federation, SITE),
                entry -> "clock-mended".equals(entry.path("type").asText()));
        // And: what is right counts again
        assertThat(federation
                        .approve(SITE, study.digest().hex(), EPSILON, ROUNDS)
                        .exit())
                .isZero();
    }

    @Test
    @Order(10)
    void aClockSetBackWhileTheAgentRunsSendsNothingUntilItIsMended() throws Exception {
        Path library = FakeClock.library();
        Path clock = Files.writeString(folder.resolve("clock"), "+0\n");
        federation.end(SITE);
        federation.startSite(SITE, FakeClock.environment(library, clock));
        Study study = publish("clock-while-running");
        assertThat(federation
                        .approve(SITE, study.digest().hex(), EPSILON, ROUNDS)
                        .exit())
                .isZero();
        Logs.await("the capsule", () -> Logs.hub(federation), typeAbout("capsule-accepted", study));

        // When: the clock is set back and the hub asks over the connection that stands
        Files.writeString(clock, "-2d\n");
        Thread.sleep(2500);
        String run = federation
                .done(
                        "run",
                        "start",
                        study.digest().hex(),
                        "--hub",
                        federation.hub().toString())
                .path("run")
                .asText();

        // Then: the site refuses and says so in its log, and the refusal reaches the hub's
        try (SiteNode then =
                new SiteNode(federation.site(SITE), Clock.offset(Clock.systemUTC(), Duration.ofDays(-2)))) {
            Logs.await(
                    "the refusal",
                    () -> tree(then.desk()
                                    .events(EventsRequest.getDefaultInstance())
                                    .getJson())
                            .path("entries"),
                    Logs.refused("instruction-refused", "CLOCK_BELOW_MARK").and(Logs.names(study.digest())));
        }
        assertThat(federation.follow(run).path("state").asText()).isEqualTo("stalled");
        Files.writeString(clock, "+0\n");
        Thread.sleep(2500);
        assertInBothLogs(study, "CLOCK_BELOW_MARK");
        assertThat(updates(study)).isZero();

        // And: mended, the same approval is good for another run, without a restart
        Logs.await(
                "the mending",
                () -> Logs.site(federation, SITE),
                entry -> "clock-mended".equals(entry.path("type").asText()));
        JsonNode end = run(study);
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
        assertThat(updates(study)).isEqualTo(ROUNDS);
    }

    @Test
    @Order(11)
    void noticesThatNoWithdrawalOwesAreRefusedAndThePatientStays() throws Exception {
        Study study = publish("notices");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        WithdrawalNotice notice = new WithdrawalNotice(
                WithdrawalNotice.SCHEMA, study.federation(), study.digest(), SITE, List.of(study.digest()), now);
        ByteString signed =
                ByteString.copyFrom(SignedDocument.sign(notice, officer).bytes());
        ByteString unsigned = ByteString.copyFrom(
                SignedDocument.sign(notice, SigningKey.ed25519()).bytes());

        refusedWithdrawal(List.of(signed), Status.Code.FAILED_PRECONDITION, "NOTICE_NOT_OWED");
        refusedWithdrawal(List.of(unsigned), Status.Code.FAILED_PRECONDITION, "STATEMENT_SIGNER_UNKNOWN");
        refusedWithdrawal(Collections.nCopies(64, signed), Status.Code.FAILED_PRECONDITION, "NOTICE_NOT_OWED");
        refusedWithdrawal(Collections.nCopies(65, signed), Status.Code.INVALID_ARGUMENT, "NOTICES_TOO_MANY");

        JsonNode found = tree(node.desk()
                .findPatient(PatientRef.newBuilder().setPatient("nobody-1").build())
                .getJson());
        assertThat(found.path("withdrawn").asText("-")).isEmpty();
        assertThat(tree(node.desk()
                                .withdrawPatient(WithdrawPatientRequest.newBuilder()
                                        .setPatient("nobody-1")
                                        .build())
                                .getJson())
                        .path("fresh")
                        .asBoolean())
                .isTrue();
    }

    private void refusedWithdrawal(List<ByteString> notices, Status.Code status, String code) {
        assertCall(
                () -> node.desk()
                        .withdrawPatient(WithdrawPatientRequest.newBuilder()
                                .setPatient("nobody-1")
                                .addAllNotices(notices)
                                .build()),
                status,
                code);
    }

    private Capsule refusedAtSite(
            String what, String code, Capsule right, SigningKey signer, Consumer<ObjectNode> change) {
        Capsule wrong = SiteNode.changed(right, change);
        Document document = document(SignedDocument.sign(wrong, signer));
        assertCall(() -> node.desk().decide(document), Status.Code.FAILED_PRECONDITION, code);
        Logs.await(
                what,
                () -> Logs.site(federation, SITE),
                Logs.refused("decision-refused", code).and(Logs.names(wrong.digest())));
        JsonNode entry = Logs.await(
                what,
                () -> Logs.hub(federation),
                Logs.refused("decision-refused", code)
                        .and(Logs.names(wrong.digest()))
                        .and(found -> found.path("values").has("entry")));
        assertThat(entry.path("actor").asText()).isEqualTo(SITE);
        inHubsLog(entry);
        return wrong;
    }

    private void refusedAtHub(String what, String code, Capsule right, SigningKey signer, Consumer<ObjectNode> change) {
        Capsule wrong = SiteNode.changed(right, change);
        PushDecisionRequest request = PushDecisionRequest.newBuilder()
                .setEnvelope(
                        ByteString.copyFrom(SignedDocument.sign(wrong, signer).bytes()))
                .build();
        assertCall(() -> node.link().pushDecision(request), Status.Code.FAILED_PRECONDITION, code);
        Logs.await(
                what,
                () -> Logs.hub(federation),
                Logs.refused("decision-refused", code)
                        .and(Logs.names(wrong.digest()))
                        .and(found -> !found.path("values").has("entry")));
    }

    /**
     * A run that the hub starts and the site refuses: both logs, nothing sent, nothing charged, the round below quorum.
     */
    private void refusedInstruction(Study study, String code) {
        JsonNode end = run(study);
        assertThat(end.path("state").asText()).isEqualTo("stalled");
        assertInBothLogs(study, code);
        assertThat(updates(study)).isZero();
    }

    private void assertInBothLogs(Study study, String code) {
        JsonNode atSite = Logs.await(
                code,
                () -> Logs.site(federation, SITE),
                Logs.refused("instruction-refused", code).and(Logs.names(study.digest())));
        String reply = ref(atSite, "reply");
        JsonNode atHub = Logs.await(
                code,
                () -> Logs.hub(federation),
                Logs.refused("update-rejected", code).and(Logs.names(new Digest(reply))));
        assertThat(atHub.path("values").path("site").asText()).isEqualTo(SITE);
        inHubsLog(atHub);
    }

    private JsonNode run(Study study) {
        String run = federation
                .done(
                        "run",
                        "start",
                        study.digest().hex(),
                        "--hub",
                        federation.hub().toString())
                .path("run")
                .asText();
        return federation.follow(run);
    }

    /** The entry is under the log's signed head, not in a table only. */
    private void inHubsLog(JsonNode entry) {
        JsonNode proof = federation.done(
                "audit",
                "prove",
                entry.path("seq").asText(),
                "--hub",
                federation.hub().toString());
        assertThat(proof.path("proof").asText())
                .contains("index " + entry.path("seq").asText() + "\n");
    }

    private long updates(Study study) {
        JsonNode entries = federation
                .done(
                        "site",
                        "journal",
                        federation.site(SITE).toString(),
                        "--study",
                        study.digest().hex())
                .path("entries");
        long updates = 0;
        for (JsonNode entry : entries) {
            updates += "update".equals(entry.path("type").asText()) ? 1 : 0;
        }
        return updates;
    }

    private void push(Capsule capsule) {
        node.link()
                .pushDecision(PushDecisionRequest.newBuilder()
                        .setEnvelope(ByteString.copyFrom(
                                SignedDocument.sign(capsule, officer).bytes()))
                        .build());
    }

    private String decision(Study study) {
        for (JsonNode known : tree(node.desk()
                        .listStudies(Empty.getDefaultInstance())
                        .getJson())
                .path("studies")) {
            if (known.path("study").asText().equals(study.digest().hex())) {
                return known.path("decision").asText();
            }
        }
        throw new AssertionError("the site does not know the study");
    }

    private Digest snapshot(Study study) {
        return new Digest(tree(node.desk()
                        .review(StudyRef.newBuilder()
                                .setStudy(study.digest().hex())
                                .build())
                        .getJson())
                .path("snapshot")
                .asText());
    }

    /**
     * The sample study for one site and without an evaluation, under its own name; the site has it when this returns.
     */
    private Study publish(String name) throws IOException {
        return publish(name, tree -> {});
    }

    private Study publish(String name, Consumer<ObjectNode> change) throws IOException {
        ObjectNode tree = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(SAMPLES.resolve("studies").resolve("fracture-risk.json")));
        tree.put("name", name);
        ((ObjectNode) tree.path("plan")).put("rounds", ROUNDS);
        ((ObjectNode) tree.path("evaluation")).put("heldOutFraction", 0);
        ((ArrayNode) tree.path("releases")).remove(2);
        ((ObjectNode) tree.path("participation")).put("quorum", 1);
        change.accept(tree);
        Study study = CanonicalJson.bind(tree, Study.class);
        Path file = Files.write(folder.resolve(name + ".json"), study.canonical());
        String hub = federation.hub().toString();
        assertThat(federation
                        .done("study", "publish", file.toString(), "--hub", hub)
                        .path("digest")
                        .asText())
                .isEqualTo(study.digest().hex());
        Federation.Answer asked =
                federation.run("study", "dry-run", study.digest().hex(), "--hub", hub);
        assertThat(asked.exit())
                .as(asked.json() + asked.error() + federation.errors(SITE))
                .isZero();
        return study;
    }

    private static java.util.function.Predicate<JsonNode> typeAbout(String type, Study study) {
        return Logs.names(study.digest())
                .and(entry -> type.equals(entry.path("type").asText()));
    }

    private static String ref(JsonNode entry, String role) {
        for (JsonNode ref : entry.path("refs")) {
            if (role.equals(ref.path("role").asText())) {
                return ref.path("sha256").asText();
            }
        }
        throw new AssertionError("the entry names no " + role + ": " + entry);
    }

    private static void assertCall(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code, String reason) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused).as("the call is refused with " + reason).isNotNull();
        assertThat(refused.getStatus().getDescription()).startsWith(reason);
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
    }

    private static Document document(SignedDocument<Capsule> capsule) {
        return Document.newBuilder()
                .setEnvelope(ByteString.copyFrom(capsule.bytes()))
                .build();
    }

    private static String day(int from) {
        return Instant.now()
                .plus(from, ChronoUnit.DAYS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.readTree(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
