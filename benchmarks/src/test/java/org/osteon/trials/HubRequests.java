package org.osteon.trials;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.AnswerQuestionRequest;
import org.osteon.protocol.v1.ConfirmAnswerRequest;
import org.osteon.protocol.v1.ConfirmReceiptRequest;
import org.osteon.protocol.v1.ConfirmSiteRequest;
import org.osteon.protocol.v1.CosignRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EnrolRequest;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.IssueTokenRequest;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.ProveRequest;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PushCosignatureRequest;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.PushDryRunAnswerRequest;
import org.osteon.protocol.v1.PushLogRequest;
import org.osteon.protocol.v1.PushStatementRequest;
import org.osteon.protocol.v1.RegisterFlowerNodeRequest;
import org.osteon.protocol.v1.ReplayRoundRequest;
import org.osteon.protocol.v1.RevokeSiteRequest;
import org.osteon.protocol.v1.RunConformanceRequest;
import org.osteon.protocol.v1.RunRef;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.protocol.v1.UngovernedRunRequest;
import org.osteon.trials.hostile.Request;

/** A valid request of every method at the hub's port, several where there are several kinds. */
final class HubRequests {
    private static final int NEW_SITES = 12;

    private final HostileFederation trial;
    private final SigningKey engineer;
    private final SigningKey operator;
    private final SigningKey south;
    private final List<Request> requests = new ArrayList<>();

    HubRequests(HostileFederation trial) {
        this.trial = trial;
        this.engineer = trial.client("engineer");
        this.operator = trial.client("operator");
        this.south = trial.south().node();
    }

    List<Request> all() throws IOException {
        Study open = trial.publish("open", "south");
        Digest capsule = trial.south().approve(open, trial.officer("south"));
        Study undecided = trial.publish("undecided", "north");
        Study halting = trial.publish("halting", "south");
        trial.south().approve(halting, trial.officer("south"));
        WireReplies replies = new WireReplies(trial.south(), open, capsule);
        trial.start(open);
        WireReplies.Asked asked = replies.next();
        fleet(replies.self(), asked, replies.reply(asked));
        link(undecided);
        people(undecided, trial.start(halting));
        models();
        newSites();
        ungoverned();
        return requests;
    }

    /** Ends what the hub holds for the site that the trial plays. */
    List<Request> last() {
        return List.of(
                new Request(
                        "flwr.proto.Fleet/DeactivateNode",
                        DeactivateNodeRequest.newBuilder()
                                .setNodeId(trial.south().self().getNodeId())
                                .build(),
                        new Request.Caller.Node(south),
                        null),
                new Request(
                        "osteon.v1.SiteLink/PullWork",
                        PullWorkRequest.getDefaultInstance(),
                        new Request.Caller.Signed(south),
                        null));
    }

    private void fleet(Node self, WireReplies.Asked asked, OutgoingMessage reply) {
        ByteString key = ByteString.copyFromUtf8(south.publicKey().pem());
        long flowerRun = asked.message().getMetadata().getRunId();
        node(
                "RegisterNode",
                RegisterNodeFleetRequest.newBuilder().setPublicKey(key).build());
        node(
                "ActivateNode",
                ActivateNodeRequest.newBuilder()
                        .setPublicKey(key)
                        .setHeartbeatInterval(30)
                        .build());
        node(
                "DeactivateNode",
                DeactivateNodeRequest.newBuilder().setNodeId(self.getNodeId()).build());
        node(
                "UnregisterNode",
                UnregisterNodeFleetRequest.newBuilder()
                        .setNodeId(self.getNodeId())
                        .build());
        node(
                "SendNodeHeartbeat",
                SendNodeHeartbeatRequest.newBuilder()
                        .setNode(self)
                        .setHeartbeatInterval(30)
                        .build());
        node("PullMessages", PullMessagesRequest.newBuilder().setNode(self).build());
        node(
                "GetRun",
                GetRunRequest.newBuilder().setNode(self).setRunId(flowerRun).build());
        node(
                "GetFab",
                GetFabRequest.newBuilder()
                        .setNode(self)
                        .setRunId(flowerRun)
                        .setHashStr("")
                        .build());
        node(
                "PullObject",
                PullObjectRequest.newBuilder()
                        .setNode(self)
                        .setRunId(flowerRun)
                        .setObjectId(asked.tree().getChildren(0).getObjectId())
                        .build());
        node(
                "ConfirmMessageReceived",
                ConfirmMessageReceivedRequest.newBuilder()
                        .setNode(self)
                        .setRunId(flowerRun)
                        .setMessageObjectId(asked.message().getMetadata().getMessageId())
                        .build());
        node(
                "PushMessages",
                PushMessagesRequest.newBuilder()
                        .setNode(self)
                        .addMessagesList(reply.message())
                        .addMessageObjectTrees(reply.tree())
                        .addClientappRuntimeList(1.5)
                        .build());
        for (String id : reply.ids()) {
            if (!id.equals(reply.id())) {
                // The root stays away, so that the instruction stays open.
                node(
                        "PushObject",
                        PushObjectRequest.newBuilder()
                                .setNode(self)
                                .setRunId(flowerRun)
                                .setObjectId(id)
                                .setObjectContent(ByteString.copyFrom(
                                        Objects.requireNonNull(reply.object(id)).encoded()))
                                .build());
            }
        }
    }

    private void link(Study undecided) throws IOException {
        WireSite site = trial.south();
        Study asked = trial.publish("asked", "south");
        String hub = trial.federation().hub().toString();
        trial.federation().run("study", "dry-run", asked.digest().hex(), "--hub", hub);
        String question = site.link()
                .pullWork(PullWorkRequest.getDefaultInstance())
                .getDryRuns(0)
                .getId();
        SigningKey officer = trial.officer("south");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        FederationRoot root = site.root();
        Capsule capsule = site.capsule(asked);
        link(
                "PullWork",
                PullWorkRequest.newBuilder()
                        .addKnownStudies(undecided.digest().hex())
                        .addKnownDryRuns(question)
                        .setHubCheckpointSize(3)
                        .setHoldSeconds(1)
                        .build(),
                null);
        link("PushDecision", decision(SignedDocument.sign(capsule, officer).bytes()), officer);
        link(
                "PushDecision",
                decision(SignedDocument.sign(
                                new Refusal(Refusal.SCHEMA, root.federation(), asked.digest(), "south", "no", now),
                                officer)
                        .bytes()),
                officer);
        link(
                "PushDecision",
                decision(SignedDocument.sign(
                                new Revocation(
                                        Revocation.SCHEMA,
                                        root.federation(),
                                        asked.digest(),
                                        "south",
                                        capsule.digest(),
                                        "no",
                                        now),
                                officer)
                        .bytes()),
                officer);
        DryRunAnswer answer = new DryRunAnswer(
                DryRunAnswer.SCHEMA,
                root.federation(),
                asked.digest(),
                "south",
                "would-refuse",
                List.of(new DryRunAnswer.Reason("SMALL_CELL", Map.of("k", "10"), "data-officer")),
                now);
        link(
                "PushDryRunAnswer",
                PushDryRunAnswerRequest.newBuilder()
                        .setId(question)
                        .setEnvelope(ByteString.copyFrom(
                                SignedDocument.sign(answer, south).bytes()))
                        .build(),
                south);
        link(
                "PushStatement",
                statement(SignedDocument.sign(
                                new Question(Question.SCHEMA, root.federation(), asked.digest(), "south", "why?", now),
                                officer)
                        .bytes()),
                officer);
        link(
                "PushStatement",
                statement(SignedDocument.sign(
                                new WithdrawalNotice(
                                        WithdrawalNotice.SCHEMA,
                                        root.federation(),
                                        asked.digest(),
                                        "south",
                                        List.of(asked.digest()),
                                        now),
                                officer)
                        .bytes()),
                officer);
        link(
                "ConfirmAnswer",
                ConfirmAnswerRequest.newBuilder()
                        .setAnswer(asked.digest().hex())
                        .build(),
                null);
        log(site, asked, now);
        link(
                "ConfirmReceipt",
                ConfirmReceiptRequest.newBuilder()
                        .setReceipt(asked.digest().hex())
                        .build(),
                null);
    }

    /** A log of three entries, which the hub has and cosigned. */
    private void log(WireSite site, Study about, Instant now) {
        String origin = site.root().siteLogOrigin("south");
        PushLogRequest.Builder entries = PushLogRequest.newBuilder();
        List<byte[]> leaves = new ArrayList<>();
        for (EventType type :
                List.of(EventType.PROCESS_STARTED, EventType.DECISION_REFUSED, EventType.CLOCK_BELOW_MARK)) {
            leaves.add(EventDraft.of(type, "south", "site")
                    .about("south")
                    .refused("CAPSULE_EXPIRED")
                    .ref("study", about.digest())
                    .at(site.root().federation(), origin, leaves.size(), now)
                    .leaf());
            entries.addEntries(ByteString.copyFrom(leaves.get(leaves.size() - 1)));
        }
        site.link().pushLog(entries.build());
        link("PushLog", entries.build(), null);
        Checkpoint head = Checkpoint.sign(
                origin,
                leaves.size(),
                Merkle.root(leaves),
                KeyFile.readPlain(site.folder().resolve("log.key")));
        CosignRequest cosign = CosignRequest.newBuilder()
                .setCheckpoint(ByteString.copyFrom(head.bytes()))
                .build();
        site.link().cosign(cosign);
        link("Cosign", cosign, null);
        link(
                "Cosign",
                cosign.toBuilder()
                        .setOldSize(leaves.size())
                        .addConsistency(ByteString.copyFrom(new byte[32]))
                        .build(),
                null);
        link(
                "PushCosignature",
                PushCosignatureRequest.newBuilder()
                        .setSize(leaves.size())
                        .setCosignature(ByteString.copyFromUtf8(head.cosignature(
                                "south", KeyFile.readPlain(site.folder().resolve("cosigner.key")), now)))
                        .build(),
                null);
    }

    private void people(Study undecided, String halting) {
        for (String method : List.of("Status", "Trust", "ListStudies", "ListRuns", "ListModels")) {
            engineer(method, Empty.getDefaultInstance(), null);
        }
        operator(
                "IssueLink",
                IssueLinkRequest.newBuilder()
                        .setPerson("Prof Wu")
                        .setRole("engineer")
                        .build());
        operator("IssueToken", IssueTokenRequest.newBuilder().setSite("later").build());
        operator("RevokeSite", RevokeSiteRequest.newBuilder().setSite("new-0").build());
        for (String role : List.of("releaser", "declaration", "officer")) {
            operator(
                    "AddKey",
                    AddKeyRequest.newBuilder()
                            .setRole(role)
                            .setHolder("Prof " + role)
                            .setKeyPem(SigningKey.ed25519().publicKey().pem())
                            .build());
        }
        engineer(
                "PublishStudy",
                Document.newBuilder()
                        .setEnvelope(ByteString.copyFrom(
                                SignedDocument.sign(undecided, engineer).bytes()))
                        .build(),
                engineer);
        StudyRef study =
                StudyRef.newBuilder().setStudy(undecided.digest().hex()).build();
        for (String method : List.of("ShowStudy", "StudyQuestions", "DryRun", "StartRun")) {
            engineer(method, study, null);
        }
        engineer(
                "AnswerQuestion",
                AnswerQuestionRequest.newBuilder()
                        .setStudy(undecided.digest().hex())
                        .setSite("south")
                        .setText("because")
                        .setQuestion("1a2b3c")
                        .build(),
                null);
        engineer(
                "ShowRun",
                ShowRunRequest.newBuilder()
                        .setRun(trial.run())
                        .setUnlessState("completed/1/train/1")
                        .setHoldSeconds(1)
                        .build(),
                null);
        RunRef run = RunRef.newBuilder().setRun(halting).build();
        engineer("PauseRun", run, null);
        engineer("StopRun", run, null);
        engineer("ResumeRun", run, null);
        engineer("Events", EventsRequest.newBuilder().setFrom(2).setLimit(20).build(), null);
        engineer("Prove", ProveRequest.newBuilder().setEvent(2).build(), null);
    }

    private void models() {
        engineer(
                "ReplayRound",
                ReplayRoundRequest.newBuilder().setRun(trial.run()).setRound(1).build(),
                null);
        ModelRef model = ModelRef.newBuilder()
                .setModel(trial.model())
                .setFormat("safetensors")
                .build();
        for (String method : List.of("ShowModel", "ModelFlags", "ExportModel", "ConformanceReport", "Bundle")) {
            engineer(method, model, null);
        }
        engineer("ExportModel", model.toBuilder().setFormat("npz").build(), null);
        engineer(
                "RunConformance",
                RunConformanceRequest.newBuilder()
                        .setModel(trial.model())
                        .setDeclaration(trial.declaration())
                        .build(),
                null);
        engineer(
                "ReleaseModel",
                Document.newBuilder()
                        .setEnvelope(ByteString.copyFrom(trial.signedRelease().bytes()))
                        .build(),
                trial.releaser());
    }

    private void newSites() {
        for (int i = 0; i < NEW_SITES; i++) {
            String name = "new-" + i;
            String token = trial.federation()
                    .done("coordinator", "enrol", trial.federation().hub().toString(), "--site", name)
                    .path("token")
                    .asText();
            SigningKey node = SigningKey.ecdsaP384();
            requests.add(new Request(
                    "osteon.v1.Enrolment/Enrol",
                    EnrolRequest.newBuilder()
                            .setToken(token)
                            .setSite(name)
                            .setNodeKeyPem(node.publicKey().pem())
                            .setNodeKeyProof(ByteString.copyFrom(node.signRaw(token.getBytes(StandardCharsets.UTF_8))))
                            .setCosignerKeyPem(SigningKey.ed25519().publicKey().pem())
                            .setLogKeyPem(SigningKey.ed25519().publicKey().pem())
                            .addOfficerKeyPem(SigningKey.ed25519().publicKey().pem())
                            .build(),
                    new Request.Caller.Anonymous(),
                    null));
            operator(
                    "ConfirmSite",
                    ConfirmSiteRequest.newBuilder()
                            .setSite(name)
                            .setFingerprint(node.publicKey().fingerprint())
                            .build());
        }
    }

    private void ungoverned() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("pyproject.toml"));
            zip.write("[project]\nname = \"a\"\nversion = \"1\"\n[tool.flwr.app]\npublisher = \"p\"\n"
                    .getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        engineer(
                "StartUngovernedRun",
                UngovernedRunRequest.newBuilder()
                        .setRounds(1)
                        .setNodes(1)
                        .addArrays(NamedArray.newBuilder()
                                .setName("weight")
                                .setDtype("float32")
                                .addShape(1)
                                .addShape(2)
                                .setData(ByteString.copyFrom(new byte[8])))
                        .setFab(ByteString.copyFrom(bytes.toByteArray()))
                        .build(),
                null);
        operator(
                "RegisterFlowerNode",
                RegisterFlowerNodeRequest.newBuilder()
                        .setNodeKeyPem(SigningKey.ecdsaP384().publicKey().pem())
                        .build());
    }

    private static PushDecisionRequest decision(byte[] envelope) {
        return PushDecisionRequest.newBuilder()
                .setEnvelope(ByteString.copyFrom(envelope))
                .build();
    }

    private static PushStatementRequest statement(byte[] envelope) {
        return PushStatementRequest.newBuilder()
                .setEnvelope(ByteString.copyFrom(envelope))
                .build();
    }

    private void node(String method, Message valid) {
        requests.add(new Request("flwr.proto.Fleet/" + method, valid, new Request.Caller.Node(south), null));
    }

    private void link(String method, Message valid, @Nullable SigningKey signer) {
        requests.add(new Request("osteon.v1.SiteLink/" + method, valid, new Request.Caller.Signed(south), signer));
    }

    private void engineer(String method, Message valid, @Nullable SigningKey signer) {
        requests.add(new Request("osteon.v1.Hub/" + method, valid, new Request.Caller.Signed(engineer), signer));
    }

    private void operator(String method, Message valid) {
        requests.add(new Request("osteon.v1.Hub/" + method, valid, new Request.Caller.Signed(operator), null));
    }
}
