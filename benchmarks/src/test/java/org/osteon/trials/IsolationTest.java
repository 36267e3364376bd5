package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.ConfirmReceiptRequest;
import org.osteon.protocol.v1.CosignRequest;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PullWorkResponse;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.PushDryRunAnswerRequest;
import org.osteon.protocol.v1.PushLogRequest;
import org.osteon.protocol.v1.StudyRef;

/**
 * Two enrolled sites at a real hub, their keys in the trial's hands: neither reads what was sent to the other nor
 * answers in its name, no captured request counts again, and an update counts only with its sender's own signature.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IsolationTest {
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final int ROUNDS = 6;

    private Path folder;
    private Federation federation;
    private Station east;
    private Station west;

    /** A site as the trial plays it. */
    private record Station(SiteNode node, Node self, SigningKey officer) {
        String name() {
            return node.name();
        }

        ByteString pem() {
            return ByteString.copyFromUtf8(node.key().publicKey().pem());
        }
    }

    /** An instruction as a site got it. */
    private record Asked(Message message, ObjectTree tree, Set<String> ids, SignedDocument<Instruction> instruction) {
        long run() {
            return message.getMetadata().getRunId();
        }

        String id() {
            return message.getMetadata().getMessageId();
        }
    }

    @BeforeAll
    void start(@TempDir Path given) throws IOException {
        folder = given;
        federation = new Federation(Files.createDirectory(given.resolve("federation"))).withHub();
        east = station("east");
        west = station("west");
    }

    @AfterAll
    void close() {
        east.node().close();
        west.node().close();
        federation.close();
    }

    @Test
    @Order(1)
    void oneSiteNeitherReadsNorAnswersForTheOther() throws Exception {
        // Given: a round that asks both
        Study study = publish("isolation");
        Capsule capsule = approve(east, study);
        approve(west, study);
        String run = federation
                .done(
                        "run",
                        "start",
                        study.digest().hex(),
                        "--hub",
                        federation.hub().toString())
                .path("run")
                .asText();
        Asked toEast = pull(east);
        Asked toWest = pull(west);
        assertThat(toEast.instruction().document().site()).isEqualTo("east");

        // Then: no call in the other's name, whatever it is
        Node other = east.self();
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .pullMessages(
                                PullMessagesRequest.newBuilder().setNode(other).build()));
        away("NODE_ID_NOT_ITS_OWN", () -> west.node().fleet().pullMessages(PullMessagesRequest.getDefaultInstance()));
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .sendNodeHeartbeat(SendNodeHeartbeatRequest.newBuilder()
                                .setNode(other)
                                .build()));
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .getRun(GetRunRequest.newBuilder()
                                .setNode(other)
                                .setRunId(toEast.run())
                                .build()));
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .getFab(GetFabRequest.newBuilder()
                                .setNode(other)
                                .setRunId(toEast.run())
                                .build()));
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .deactivateNode(DeactivateNodeRequest.newBuilder()
                                .setNodeId(other.getNodeId())
                                .build()));
        away(
                "NODE_ID_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .unregisterNode(UnregisterNodeFleetRequest.newBuilder()
                                .setNodeId(other.getNodeId())
                                .build()));
        away(
                "NODE_KEY_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .registerNode(RegisterNodeFleetRequest.newBuilder()
                                .setPublicKey(east.pem())
                                .build()));
        away(
                "NODE_KEY_NOT_ITS_OWN",
                () -> west.node()
                        .fleet()
                        .activateNode(ActivateNodeRequest.newBuilder()
                                .setPublicKey(east.pem())
                                .build()));

        // And: none of the objects that were sent to the other only
        Set<String> eastOnly = new HashSet<>(toEast.ids());
        eastOnly.removeAll(toWest.ids());
        assertThat(eastOnly).contains(toEast.id()).hasSizeGreaterThanOrEqualTo(3);
        for (String id : eastOnly) {
            denied(
                    "OBJECT_NOT_ADDRESSED_TO_NODE",
                    () -> west.node().fleet().pullObject(object(west.self(), toEast, id)));
            away("NODE_ID_NOT_ITS_OWN", () -> west.node().fleet().pullObject(object(other, toEast, id)));
        }
        denied(
                "MESSAGE_NOT_ADDRESSED_TO_NODE",
                () -> west.node().fleet().confirmMessageReceived(confirmation(west.self(), toEast)));
        away("NODE_ID_NOT_ITS_OWN", () -> west.node().fleet().confirmMessageReceived(confirmation(other, toEast)));

        // And: no reply in the other's name or to the other's message
        OutgoingMessage reply = update(east, toEast, capsule, study, east.node().key());
        OutgoingMessage own = update(west, toWest, capsule, study, west.node().key());
        away("NODE_ID_NOT_ITS_OWN", () -> west.node().fleet().pushMessages(pushing(other, reply)));
        denied("REPLY_IN_ANOTHER_NAME", () -> west.node().fleet().pushMessages(pushing(west.self(), reply)));
        denied(
                "REPLY_TO_NOTHING_OPEN",
                () -> west.node().fleet().pushMessages(pushing(west.self(), readdressed(own, toEast.id(), 1))));
        denied(
                "REPLY_NOT_TO_HUB",
                () -> west.node()
                        .fleet()
                        .pushMessages(pushing(west.self(), readdressed(own, toWest.id(), other.getNodeId()))));

        // And: nothing is stored among the objects that the hub expects from the other
        PushMessagesResponse expected = east.node().fleet().pushMessages(pushing(other, reply));
        assertThat(expected.getObjectsToPushList()).contains(reply.id());
        for (String id : expected.getObjectsToPushList()) {
            assertThat(west.node()
                            .fleet()
                            .pushObject(pushing(west.self(), toEast, id, reply))
                            .getStored())
                    .isFalse();
            away("NODE_ID_NOT_ITS_OWN", () -> west.node().fleet().pushObject(pushing(other, toEast, id, reply)));
        }
        for (String id : expected.getObjectsToPushList()) {
            if (!toWest.ids().contains(id)) {
                denied(
                        "OBJECT_NOT_ADDRESSED_TO_NODE",
                        () -> west.node().fleet().pullObject(object(west.self(), toEast, id)));
            }
            assertThat(east.node()
                            .fleet()
                            .pushObject(pushing(other, toEast, id, reply))
                            .getStored())
                    .isTrue();
        }

        // When: the other answers by itself; then its reply is the one that counts
        send(west, toWest, own);
        JsonNode first = round(run, 1);
        assertThat(first.path("counted").toString()).contains("east");
        // The capsule west named is east's.
        assertThat(first.path("rejected").toString()).contains("west", "CAPSULE_NOT_IN_FORCE");
        federation.done("run", "stop", run, "--hub", federation.hub().toString());
    }

    @Test
    @Order(2)
    void anUpdateCountsOnlyWithItsSendersOwnSignature() throws Exception {
        Study study = publish("signatures");
        Capsule eastCapsule = approve(east, study);
        Capsule westCapsule = approve(west, study);
        String run = federation
                .done(
                        "run",
                        "start",
                        study.digest().hex(),
                        "--hub",
                        federation.hub().toString())
                .path("run")
                .asText();

        // Round 1: no signed reply at all. Round 2: its own reply under the other's key. Round 3: the other's truly
        // signed reply.
        // Round 4: the same words under its own key. Round 5: its own reply with the other's name in it. Round 6:
        // right.
        for (int round = 1; round <= ROUNDS; round++) {
            Asked toEast = pull(east);
            Asked toWest = pull(west);
            assertThat(toWest.instruction().document().round()).isEqualTo(round);
            Reply right = reply(west, toWest, westCapsule, study);
            OutgoingMessage sent = switch (round) {
                case 1 -> message(toWest, study, new byte[0]);
                case 2 ->
                    message(
                            toWest,
                            study,
                            SignedDocument.sign(right, east.node().key()).bytes());
                case 3 ->
                    message(
                            toWest,
                            study,
                            SignedDocument.sign(
                                            reply(east, toEast, eastCapsule, study),
                                            east.node().key())
                                    .bytes());
                case 4 ->
                    message(
                            toWest,
                            study,
                            SignedDocument.sign(
                                            reply(east, toEast, eastCapsule, study),
                                            west.node().key())
                                    .bytes());
                case 5 ->
                    message(
                            toWest,
                            study,
                            SignedDocument.sign(
                                            inNameOf("east", right), west.node().key())
                                    .bytes());
                default ->
                    message(
                            toWest,
                            study,
                            SignedDocument.sign(right, west.node().key()).bytes());
            };
            send(west, toWest, sent);
            send(
                    east,
                    toEast,
                    update(east, toEast, eastCapsule, study, east.node().key()));
        }
        JsonNode end = federation.follow(run);
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");

        // Then: each was rejected with its reason, the rounds closed with the other alone, and the receipts say so
        List<String> reasons = List.of(
                "REPLY_UNSIGNED",
                "REPLY_UNSIGNED",
                "REPLY_UNSIGNED",
                "REPLY_TO_ANOTHER_INSTRUCTION",
                "REPLY_TO_ANOTHER_INSTRUCTION",
                "");
        Map<Integer, Receipt> receipts = receipts(west, run);
        assertThat(receipts).hasSize(ROUNDS);
        for (int round = 1; round <= ROUNDS; round++) {
            Receipt receipt = Objects.requireNonNull(receipts.get(round));
            String reason = reasons.get(round - 1);
            assertThat(receipt.reason()).as("round " + round).isEqualTo(reason);
            assertThat(receipt.outcome()).isEqualTo(reason.isEmpty() ? "counted" : "rejected");
            JsonNode view = round(run, round);
            assertThat(view.path("counted").toString()).contains("east");
            if (!reason.isEmpty()) {
                assertThat(view.path("counted").toString()).doesNotContain("west");
                assertThat(view.path("rejected").toString()).contains("west", reason);
                Logs.await(reason, () -> Logs.hub(federation), Logs.refused("update-rejected", reason));
            }
        }
        assertThat(receipts(east, run).values())
                .allMatch(receipt ->
                        receipt.site().equals("east") && receipt.outcome().equals("counted"));
    }

    @Test
    @Order(3)
    void oneSiteSpeaksOnTheSiteLinkForItselfOnly() throws Exception {
        Study study = publish("link");
        // A decision, a dry-run answer and log entries in the other's name.
        Capsule capsule = east.node().capsule(study, Digest.of(new byte[] {1}));
        PushDecisionRequest decision = decision(SignedDocument.sign(capsule, east.officer()));
        refused("DECISION_FOR_ANOTHER_SITE", () -> west.node().link().pushDecision(decision));
        PushDecisionRequest foreign =
                decision(SignedDocument.sign(west.node().capsule(study, Digest.of(new byte[] {1})), east.officer()));
        refused("CAPSULE_SIGNER_UNKNOWN", () -> west.node().link().pushDecision(foreign));
        DryRunAnswer answer = new DryRunAnswer(
                DryRunAnswer.SCHEMA,
                study.federation(),
                study.digest(),
                "east",
                "would-accept",
                List.of(),
                Instant.now());
        for (SigningKey key : List.of(west.node().key(), east.node().key())) {
            ByteString envelope =
                    ByteString.copyFrom(SignedDocument.sign(answer, key).bytes());
            refused(
                    "ANSWER_UNSIGNED",
                    () -> west.node()
                            .link()
                            .pushDryRunAnswer(PushDryRunAnswerRequest.newBuilder()
                                    .setId("any")
                                    .setEnvelope(envelope)
                                    .build()));
        }
        PushLogRequest entries = PushLogRequest.newBuilder()
                .addEntries(ByteString.copyFrom(entryOf("east")))
                .build();
        call(
                Status.Code.INVALID_ARGUMENT,
                "ENTRY_MALFORMED",
                () -> west.node().link().pushLog(entries));
        StatusRuntimeException cosigned = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> west.node()
                        .link()
                        .cosign(CosignRequest.newBuilder()
                                .setCheckpoint(ByteString.copyFrom(headOfHub()))
                                .build()));
        assertThat(cosigned.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);

        // A receipt that the other has not confirmed stays with the other.
        String run = runOf("signatures");
        Map<Integer, Receipt> before = receipts(east, run);
        before.values()
                .forEach(receipt -> west.node()
                        .link()
                        .confirmReceipt(ConfirmReceiptRequest.newBuilder()
                                .setReceipt(receipt.digest().hex())
                                .build()));
        assertThat(receipts(east, run)).isEqualTo(before).isNotEmpty();
        assertThat(receipts(west, run).values())
                .allMatch(receipt -> receipt.site().equals("west"));

        // And a node key opens no person's method.
        denied(
                "ROLE_MISSING",
                () -> HubGrpc.newBlockingStub(west.node().link().getChannel())
                        .startRun(StudyRef.newBuilder()
                                .setStudy(study.digest().hex())
                                .build()));
    }

    @Test
    @Order(4)
    void aRequestsSignatureCountsOnceAlsoOverARestart() throws Exception {
        // Given: two requests of Flower's and two of our own that counted
        SendNodeHeartbeatRequest heartbeat = SendNodeHeartbeatRequest.newBuilder()
                .setNode(east.self())
                .setHeartbeatInterval(30)
                .build();
        assertThat(east.node().fleet().sendNodeHeartbeat(heartbeat).getSuccess())
                .isTrue();
        Metadata fleet = east.node().fleetHeaders();
        PullWorkRequest work = PullWorkRequest.newBuilder().setHoldSeconds(0).build();
        east.node().link().pullWork(work);
        Metadata link = east.node().callHeaders();

        for (int start = 0; start < 2; start++) {
            // Then: the same headers with the same body, another body, another method
            call(
                    Status.Code.UNAVAILABLE,
                    "NODE_TIMESTAMP_USED",
                    () -> east.node().fleet(fleet).sendNodeHeartbeat(heartbeat));
            call(
                    Status.Code.UNAVAILABLE,
                    "NODE_TIMESTAMP_USED",
                    () -> east.node()
                            .fleet(fleet)
                            .sendNodeHeartbeat(heartbeat.toBuilder()
                                    .setHeartbeatInterval(60)
                                    .build()));
            call(
                    Status.Code.UNAVAILABLE,
                    "NODE_TIMESTAMP_USED",
                    () -> east.node()
                            .fleet(fleet)
                            .pullMessages(PullMessagesRequest.newBuilder()
                                    .setNode(east.self())
                                    .build()));
            away("CALL_REPLAYED", () -> east.node().link(link).pullWork(work));
            away(
                    "CALL_SIGNATURE_INVALID",
                    () -> east.node()
                            .link(link)
                            .pullWork(work.toBuilder().setHubCheckpointSize(1).build()));
            away(
                    "CALL_SIGNATURE_INVALID",
                    () -> east.node().link(link).confirmReceipt(ConfirmReceiptRequest.getDefaultInstance()));
            if (start == 0) {
                federation.kill("hub");
                federation.startHub();
            }
        }

        // And: a header changed, missing, or of another key is no signature
        Metadata.Key<String> time = Metadata.Key.of(NodeSignature.TIMESTAMP_HEADER, Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<byte[]> key = Metadata.Key.of(NodeSignature.PUBLIC_KEY_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
        Metadata later = copy(fleet);
        later.discardAll(time);
        later.put(time, Instant.now().toString().replace("Z", "+00:00"));
        away("NODE_SIGNATURE_INVALID", () -> east.node().fleet(later).sendNodeHeartbeat(heartbeat));
        west.node()
                .fleet()
                .sendNodeHeartbeat(heartbeat.toBuilder().setNode(west.self()).build());
        Metadata disguised = copy(west.node().fleetHeaders());
        disguised.discardAll(key);
        disguised.put(key, east.pem().toByteArray());
        away("NODE_SIGNATURE_INVALID", () -> west.node().fleet(disguised).sendNodeHeartbeat(heartbeat));
        Metadata.Key<String> nonce = Metadata.Key.of("osteon-nonce", Metadata.ASCII_STRING_MARSHALLER);
        Metadata renumbered = copy(link);
        renumbered.discardAll(nonce);
        renumbered.put(nonce, "0123456789abcdef0123456789abcdef");
        away("CALL_SIGNATURE_INVALID", () -> east.node().link(renumbered).pullWork(work));
        away("NODE_HEADERS_MISSING", () -> east.node().fleet(new Metadata()).sendNodeHeartbeat(heartbeat));
        away("CALL_UNSIGNED", () -> east.node().link(new Metadata()).pullWork(work));
        // A signature made hours ago is out of the window, though it was never used.
        try (SiteNode slow =
                new SiteNode(federation.site("east"), Clock.offset(Clock.systemUTC(), Duration.ofHours(-2)))) {
            call(
                    Status.Code.UNAVAILABLE,
                    "NODE_TIMESTAMP_OUTSIDE_WINDOW",
                    () -> slow.fleet().sendNodeHeartbeat(heartbeat));
            away("CALL_TIME_OUTSIDE_WINDOW", () -> slow.link().pullWork(work));
        }
        // What is signed afresh counts.
        assertThat(east.node().fleet().sendNodeHeartbeat(heartbeat).getSuccess())
                .isTrue();
        east.node().link().pullWork(work);
    }

    @Test
    @Order(5)
    void aRevokedSitesKeyCountsNoMore() {
        federation.done("coordinator", "revoke", federation.hub().toString(), "--site", "west");
        away(
                "NODE_UNKNOWN",
                () -> west.node()
                        .fleet()
                        .pullMessages(PullMessagesRequest.newBuilder()
                                .setNode(west.self())
                                .build()));
        away("CALLER_UNKNOWN", () -> west.node().link().pullWork(PullWorkRequest.getDefaultInstance()));
        assertThat(east.node()
                        .fleet()
                        .sendNodeHeartbeat(SendNodeHeartbeatRequest.newBuilder()
                                .setNode(east.self())
                                .build())
                        .getSuccess())
                .isTrue();
    }

    private Station station(String name) throws IOException {
        SiteNode node = new SiteNode(federation.enrol(name), Clock.systemUTC());
        ByteString pem = ByteString.copyFromUtf8(node.key().publicKey().pem());
        long id = node.fleet()
                .registerNode(
                        RegisterNodeFleetRequest.newBuilder().setPublicKey(pem).build())
                .getNodeId();
        node.fleet()
                .activateNode(ActivateNodeRequest.newBuilder()
                        .setPublicKey(pem)
                        .setHeartbeatInterval(30)
                        .build());
        char[] passphrase = Files.readString(federation.passphrase()).strip().toCharArray();
        return new Station(
                node,
                Node.newBuilder().setNodeId(id).build(),
                KeyFile.readEncrypted(federation.officerKey(name), passphrase));
    }

    /** The sample study for these two without an evaluation; one reply closes a round. */
    private Study publish(String name) throws IOException {
        ObjectNode tree = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(SAMPLES.resolve("studies").resolve("fracture-risk.json")));
        tree.put("name", name);
        ((ObjectNode) tree.path("plan")).put("rounds", ROUNDS);
        ((ObjectNode) tree.path("evaluation")).put("heldOutFraction", 0);
        ((ArrayNode) tree.path("releases")).remove(2);
        ((ObjectNode) tree.path("participation")).put("quorum", 1);
        Study study = CanonicalJson.bind(tree, Study.class);
        Path file = Files.write(folder.resolve(name + ".json"), study.canonical());
        federation.done(
                "study", "publish", file.toString(), "--hub", federation.hub().toString());
        return study;
    }

    private static Capsule approve(Station site, Study study) {
        Capsule capsule = site.node().capsule(study, Digest.of(new byte[] {1}));
        site.node().link().pushDecision(decision(SignedDocument.sign(capsule, site.officer())));
        return capsule;
    }

    private static PushDecisionRequest decision(SignedDocument<Capsule> capsule) {
        return PushDecisionRequest.newBuilder()
                .setEnvelope(ByteString.copyFrom(capsule.bytes()))
                .build();
    }

    /** The next instruction of a site, with all its objects, as an agent gets it. */
    private static Asked pull(Station site) {
        PullMessagesResponse response = site.node()
                .fleet()
                .pullMessages(
                        PullMessagesRequest.newBuilder().setNode(site.self()).build());
        assertThat(response.getMessagesListCount()).isEqualTo(1);
        Message message = response.getMessagesList(0);
        ObjectTree tree = response.getMessageObjectTrees(0);
        Map<String, FlowerObject> objects = new HashMap<>();
        for (String id : IncomingMessage.ids(tree, 1000)) {
            PullObjectRequest request = PullObjectRequest.newBuilder()
                    .setNode(site.self())
                    .setRunId(message.getMetadata().getRunId())
                    .setObjectId(id)
                    .build();
            objects.put(
                    id,
                    FlowerObject.decode(site.node()
                            .fleet()
                            .pullObject(request)
                            .getObjectContent()
                            .toByteArray()));
        }
        IncomingMessage incoming = IncomingMessage.read(
                message.getMetadata().getMessageId(), id -> Objects.requireNonNull(objects.get(id), id));
        SignedDocument<Instruction> instruction = SignedDocument.read(
                incoming.configBytes(Instruction.RECORD, Instruction.RECORD).orElseThrow(), Instruction.class);
        return new Asked(message, tree, objects.keySet(), instruction);
    }

    /** An update of zeros, which every rule of the study allows. */
    private OutgoingMessage update(Station site, Asked to, Capsule capsule, Study study, SigningKey signer)
            throws IOException {
        return message(
                to,
                study,
                SignedDocument.sign(reply(site, to, capsule, study), signer).bytes());
    }

    private static Reply reply(Station site, Asked asked, Capsule capsule, Study study) {
        Instruction to = asked.instruction().document();
        return new Reply(
                Reply.SCHEMA,
                to.federation(),
                to.study(),
                to.run(),
                to.round(),
                to.exchange(),
                site.name(),
                to.node(),
                asked.instruction().digest(),
                to.fence(),
                "update",
                "",
                study.model().shared(),
                Digest.of(zeros(study)),
                "le",
                study.plan().weight(),
                capsule.digest());
    }

    private static Reply inNameOf(String site, Reply reply) {
        ObjectNode tree = (ObjectNode) CanonicalJson.tree(reply);
        tree.put("site", site);
        return CanonicalJson.bind(tree, Reply.class);
    }

    private OutgoingMessage message(Asked to, Study study, byte[] envelope) throws IOException {
        Path file = Files.write(folder.resolve("update"), zeros(study));
        OutgoingMessage.Builder content = new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(study.model().shared(), file))
                .metric("metrics", "num-examples", study.plan().weight());
        return (envelope.length == 0 ? content : content.config(Reply.RECORD, Reply.RECORD, envelope))
                .build(MessageRules.replyMetadata(to.message().getMetadata(), Instant.now()));
    }

    private static byte[] zeros(Study study) {
        return ByteBuffer.allocate((int) study.model().shared().stream()
                        .mapToLong(ArraySpec::bytes)
                        .sum())
                .array();
    }

    /** The same content as a reply to another message or to another node than the hub, under its right identity. */
    private OutgoingMessage readdressed(OutgoingMessage message, String replyTo, long destination) {
        org.osteon.protocol.flower.wire.Metadata metadata = message.message().getMetadata().toBuilder()
                .clearMessageId()
                .setReplyToMessageId(replyTo)
                .setDstNodeId(destination)
                .build();
        return new OutgoingMessage.Builder()
                .metric("metrics", "num-examples", 1)
                .build(metadata);
    }

    private static PushMessagesRequest pushing(Node as, OutgoingMessage message) {
        return PushMessagesRequest.newBuilder()
                .setNode(as)
                .addMessagesList(message.message())
                .addMessageObjectTrees(message.tree())
                .build();
    }

    private static PushObjectRequest pushing(Node as, Asked to, String id, OutgoingMessage message) {
        return PushObjectRequest.newBuilder()
                .setNode(as)
                .setRunId(to.run())
                .setObjectId(id)
                .setObjectContent(ByteString.copyFrom(
                        Objects.requireNonNull(message.object(id)).encoded()))
                .build();
    }

    private static PullObjectRequest object(Node as, Asked of, String id) {
        return PullObjectRequest.newBuilder()
                .setNode(as)
                .setRunId(of.run())
                .setObjectId(id)
                .build();
    }

    private static ConfirmMessageReceivedRequest confirmation(Node as, Asked of) {
        return ConfirmMessageReceivedRequest.newBuilder()
                .setNode(as)
                .setRunId(of.run())
                .setMessageObjectId(of.id())
                .build();
    }

    private static void send(Station site, Asked to, OutgoingMessage message) {
        for (String id :
                site.node().fleet().pushMessages(pushing(site.self(), message)).getObjectsToPushList()) {
            assertThat(site.node()
                            .fleet()
                            .pushObject(pushing(site.self(), to, id, message))
                            .getStored())
                    .isTrue();
        }
    }

    /** The receipts of a run that wait for a site, each under the hub's signature, by round. */
    private Map<Integer, Receipt> receipts(Station site, String run) throws IOException {
        FederationRoot root = CanonicalJson.read(
                Files.readAllBytes(federation.site(site.name()).resolve("federation-root.json")), FederationRoot.class);
        PullWorkResponse work = site.node()
                .link()
                .pullWork(PullWorkRequest.newBuilder().setHoldSeconds(0).build());
        Map<Integer, Receipt> receipts = new HashMap<>();
        for (ByteString envelope : work.getReceiptsList()) {
            SignedDocument<Receipt> receipt = SignedDocument.read(envelope.toByteArray(), Receipt.class);
            assertThat(receipt.signedBy(root.hub())).isTrue();
            if (receipt.document().run().equals(run)) {
                receipts.put(receipt.document().round(), receipt.document());
            }
        }
        return receipts;
    }

    /** A closed round as the hub shows it. */
    private JsonNode round(String run, int number) {
        for (int i = 0; i < 100; i++) {
            for (JsonNode round : federation
                    .done("run", "show", run, "--hub", federation.hub().toString())
                    .path("rounds")) {
                if (round.path("number").asInt() == number
                        && round.path("closed").asBoolean()) {
                    return round;
                }
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("round " + number + " of " + run + " does not close");
    }

    private String runOf(String study) {
        for (JsonNode run : federation
                .done("run", "list", "--hub", federation.hub().toString())
                .path("runs")) {
            if (run.path("study").asText().equals(digestOf(study))) {
                return run.path("run").asText();
            }
        }
        throw new AssertionError("no run of study " + study);
    }

    private String digestOf(String study) {
        try {
            return Study.read(Files.readAllBytes(folder.resolve(study + ".json")))
                    .digest()
                    .hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A log entry as that site's agent would hand it in. */
    private byte[] entryOf(String site) throws IOException {
        FederationRoot root = CanonicalJson.read(
                Files.readAllBytes(federation.site(site).resolve("federation-root.json")), FederationRoot.class);
        return EventDraft.of(EventType.PROCESS_STARTED, site, "site")
                .at(root.federation(), root.siteLogOrigin(site), 0, Instant.now())
                .leaf();
    }

    private byte[] headOfHub() throws IOException {
        return Files.readAllBytes(federation.hub().resolve("log").resolve("checkpoint"));
    }

    private static Metadata copy(Metadata headers) {
        Metadata copy = new Metadata();
        copy.merge(headers);
        return copy;
    }

    private static void away(String reason, ThrowingCallable callable) {
        call(Status.Code.UNAUTHENTICATED, reason, callable);
    }

    private static void denied(String reason, ThrowingCallable callable) {
        call(Status.Code.PERMISSION_DENIED, reason, callable);
    }

    private static void refused(String reason, ThrowingCallable callable) {
        call(Status.Code.FAILED_PRECONDITION, reason, callable);
    }

    private static void call(Status.Code code, String reason, ThrowingCallable callable) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, callable);
        assertThat(refused).as("refused with " + reason).isNotNull();
        assertThat(refused.getStatus().getDescription()).startsWith(reason);
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
    }
}
