package org.osteon.cli.demo;

import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.NodeSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.ConfirmReceiptRequest;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PullWorkResponse;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.SiteLinkGrpc;

/**
 * A site that lies: truly enrolled, with a valid capsule of its own officer and truly signed replies, whose updates are
 * not numbers, of the wrong shape, and beyond the norm bound. It runs as a process of its own and shows what the hub
 * refuses.
 */
public final class RogueSite {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int HOLD = 20;

    /** The folder of receipts below the site's own. */
    static final String RECEIPTS = "receipts";

    private final Path folder;
    private final Settings settings;
    private final SigningKey node;
    private final FleetGrpc.FleetBlockingStub fleet;
    private final SiteLinkGrpc.SiteLinkBlockingStub link;

    private RogueSite(Path folder) {
        this.folder = folder;
        this.settings = Settings.read(folder);
        this.node = KeyFile.readPlain(folder.resolve("node.key"));
        ManagedChannel channel = Grpc.newChannelBuilder(
                        settings.text("hub"), TlsPin.channelCredentials(new Digest(settings.text("hubPin"))))
                .build();
        this.fleet = FleetGrpc.newBlockingStub(ClientInterceptors.intercept(channel, new NodeSigner(node, CLOCK)));
        this.link = SiteLinkGrpc.newBlockingStub(ClientInterceptors.intercept(channel, new CallSigner(node, CLOCK)));
    }

    /**
     * {@code FOLDER STUDY OFFICER_KEY PASSPHRASE_FILE}: hands in its officer's capsule, says ready, and answers until
     * it is ended.
     */
    public static void main(String[] arguments) throws IOException {
        RogueSite rogue = new RogueSite(Path.of(arguments[0]));
        Study study = Study.read(Files.readAllBytes(Path.of(arguments[1])));
        char[] passphrase = Files.readString(Path.of(arguments[3])).strip().toCharArray();
        SignedDocument<Capsule> capsule =
                SignedDocument.sign(rogue.capsule(study), KeyFile.readEncrypted(Path.of(arguments[2]), passphrase));
        rogue.link
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .pushDecision(PushDecisionRequest.newBuilder()
                        .setEnvelope(ByteString.copyFrom(capsule.bytes()))
                        .build());
        Thread receipts = new Thread(rogue::keepReceipts, "receipts");
        receipts.setDaemon(true);
        receipts.start();
        System.out.println("ready " + capsule.digest().hex());
        rogue.answer(study, capsule.digest());
    }

    private Capsule capsule(Study study) throws IOException {
        FederationRoot root =
                CanonicalJson.read(Files.readAllBytes(folder.resolve("federation-root.json")), FederationRoot.class);
        Instant now = CLOCK.instant().truncatedTo(ChronoUnit.SECONDS);
        return new Capsule(
                Capsule.SCHEMA,
                root.federation(),
                root.digest(),
                study.digest(),
                settings.text("site"),
                Digest.of(new byte[] {1}),
                "osteon-site/0.1.0",
                study.privacy().epsilon(),
                study.privacy().delta(),
                study.plan().rounds(),
                study.releases().stream().map(Study.ReleaseItem::name).toList(),
                study.purpose(),
                List.of(),
                now,
                now.plus(1, ChronoUnit.DAYS),
                now);
    }

    /** Keeps what the hub signed about each reply, as every site does. */
    private void keepReceipts() {
        Set<String> studies = new HashSet<>();
        try {
            Path kept = Files.createDirectories(folder.resolve(RECEIPTS));
            FederationRoot root = CanonicalJson.read(
                    Files.readAllBytes(folder.resolve("federation-root.json")), FederationRoot.class);
            while (true) {
                PullWorkResponse work = link.withDeadlineAfter(HOLD + 20, TimeUnit.SECONDS)
                        .pullWork(PullWorkRequest.newBuilder()
                                .addAllKnownStudies(studies)
                                .setHubCheckpointSize(Long.MAX_VALUE)
                                .setHoldSeconds(HOLD)
                                .build());
                work.getStudiesList()
                        .forEach(study -> studies.add(SignedDocument.read(study.toByteArray(), Study.class)
                                .digest()
                                .hex()));
                for (ByteString envelope : work.getReceiptsList()) {
                    SignedDocument<Receipt> receipt = SignedDocument.read(envelope.toByteArray(), Receipt.class);
                    if (receipt.signedBy(root.hub())) {
                        Files.write(kept.resolve(receipt.digest().hex() + ".json"), receipt.bytes());
                        link.withDeadlineAfter(HOLD, TimeUnit.SECONDS)
                                .confirmReceipt(ConfirmReceiptRequest.newBuilder()
                                        .setReceipt(receipt.digest().hex())
                                        .build());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(Study study, Digest capsule) throws IOException {
        ByteString key = ByteString.copyFromUtf8(node.publicKey().pem());
        Node self = Node.newBuilder()
                .setNodeId(fleet.registerNode(RegisterNodeFleetRequest.newBuilder()
                                .setPublicKey(key)
                                .build())
                        .getNodeId())
                .build();
        fleet.activateNode(ActivateNodeRequest.newBuilder()
                .setPublicKey(key)
                .setHeartbeatInterval(30)
                .build());
        while (true) {
            PullMessagesResponse response = fleet.pullMessages(
                    PullMessagesRequest.newBuilder().setNode(self).build());
            for (int i = 0; i < response.getMessagesListCount(); i++) {
                lie(self, response.getMessagesList(i), response.getMessageObjectTrees(i), study, capsule);
            }
        }
    }

    private void lie(Node self, Message message, ObjectTree tree, Study study, Digest capsule) throws IOException {
        Map<String, FlowerObject> objects = new HashMap<>();
        for (String id : IncomingMessage.ids(tree, 100_000)) {
            objects.put(
                    id,
                    FlowerObject.decode(fleet.pullObject(PullObjectRequest.newBuilder()
                                    .setNode(self)
                                    .setRunId(message.getMetadata().getRunId())
                                    .setObjectId(id)
                                    .build())
                            .getObjectContent()
                            .toByteArray()));
        }
        IncomingMessage incoming = IncomingMessage.read(
                message.getMetadata().getMessageId(), id -> java.util.Objects.requireNonNull(objects.get(id), id));
        SignedDocument<Instruction> instruction = SignedDocument.read(
                incoming.configBytes(Instruction.RECORD, Instruction.RECORD).orElseThrow(), Instruction.class);
        push(self, message, reply(instruction, study, capsule));
    }

    private OutgoingMessage.Builder reply(SignedDocument<Instruction> instruction, Study study, Digest capsule)
            throws IOException {
        Instruction to = instruction.document();
        boolean lies = "train".equals(to.exchange()) && to.round() <= 3;
        List<ArraySpec> arrays = !lies
                ? List.of()
                : to.round() == 2
                        ? List.of(ArraySpec.shared("weight", "float32", 3, 3))
                        : study.model().shared();
        float value = to.round() == 1 ? Float.NaN : to.round() == 2 ? 0 : 1000;
        ByteBuffer payload = ByteBuffer.allocate(
                        (int) arrays.stream().mapToLong(ArraySpec::bytes).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        while (payload.hasRemaining()) {
            payload.putFloat(value);
        }
        Path file = Files.write(folder.resolve("lie"), payload.array());
        Reply reply = new Reply(
                Reply.SCHEMA,
                to.federation(),
                to.study(),
                to.run(),
                to.round(),
                to.exchange(),
                to.site(),
                to.node(),
                instruction.digest(),
                to.fence(),
                lies ? "update" : "refused",
                lies ? "" : "NOTHING_TO_SAY",
                arrays,
                lies ? Digest.of(payload.array()) : Reply.NOTHING,
                "le",
                lies ? study.plan().weight() : 0,
                lies ? capsule : Reply.NOTHING);
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(arrays, file))
                .metric("metrics", "num-examples", reply.weight())
                .config(
                        Reply.RECORD,
                        Reply.RECORD,
                        SignedDocument.sign(reply, node).bytes());
    }

    private void push(Node self, Message message, OutgoingMessage.Builder content) {
        OutgoingMessage reply = content.build(MessageRules.replyMetadata(message.getMetadata(), CLOCK.instant()));
        var response = fleet.pushMessages(PushMessagesRequest.newBuilder()
                .setNode(self)
                .addMessagesList(reply.message())
                .addMessageObjectTrees(reply.tree())
                .build());
        for (String id : reply.ids()) {
            FlowerObject object = reply.object(id);
            if (object != null && response.getObjectsToPushList().contains(id)) {
                fleet.pushObject(PushObjectRequest.newBuilder()
                        .setNode(self)
                        .setRunId(message.getMetadata().getRunId())
                        .setObjectId(id)
                        .setObjectContent(ByteString.copyFrom(object.encoded()))
                        .build());
            }
        }
    }
}
