package org.osteon.site.egress;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.learning.LearningException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.journal.Contents;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Outbox;
import org.osteon.site.training.TrainingRuns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flower's side of the connection: pull an instruction, have it answered, push the reply until the hub has it. */
final class FleetSession {
    private static final Logger LOG = LoggerFactory.getLogger(FleetSession.class);
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofSeconds(40);
    private static final Duration POLITE = Duration.ofSeconds(3);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final double HEARTBEAT_INTERVAL = 30;
    // A SuperLink takes a node for gone after twice the interval, and answers in its place: time enough for a restart.
    private static final double PATIENT_INTERVAL = 120;
    private static final int MOST_TRIES = 200;
    private static final int MOST_OBJECTS = 100_000;
    private static final long MOST_BASE = 64L * 1024 * 1024 * 1024;
    private static final String NODE = "fleet.node";
    private static final String MALFORMED = "MESSAGE_MALFORMED";
    private static final Set<String> EXCHANGES = Set.of("train", "evaluate");
    private static final Set<Status.Code> TRANSIENT =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);

    private final FleetCalls calls;
    private final OtherCarrier other;
    private final SiteFolder site;
    private final TrainingRuns training;
    private final ForeignMessages foreign;
    private final Outbox outbox;
    private final Journal journal;
    private final RedSwitch redSwitch;
    private final ClockGuard clock;
    private final SiteStore store;
    private final SiteEvents events;
    private final Inbox inbox;
    private final boolean elsewhere;
    private volatile boolean active;
    private volatile long nodeId;

    FleetSession(
            FleetCalls calls,
            OtherCarrier other,
            SiteFolder site,
            TrainingRuns training,
            ForeignMessages foreign,
            Outbox outbox,
            Journal journal,
            RedSwitch redSwitch,
            SiteStore store,
            SiteEvents events,
            ClockGuard clock) {
        this.calls = calls;
        this.other = other;
        this.site = site;
        this.training = training;
        this.foreign = foreign;
        this.outbox = outbox;
        this.journal = journal;
        this.redSwitch = redSwitch;
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.inbox = new Inbox(site.folder().resolve("inbox"));
        this.elsewhere = site.settings().fleetElsewhere();
    }

    /** One turn: waits for a message as long as the hub holds the poll, and answers it. */
    void turn() {
        try {
            if (!active) {
                activate();
            }
            if (elsewhere) {
                answerTaken();
            }
            long asked = System.nanoTime();
            PullMessagesResponse response = calls.call(
                    FleetGrpc.getPullMessagesMethod(),
                    PullMessagesRequest.newBuilder().setNode(node()).build(),
                    POLL);
            for (int i = 0; i < response.getMessagesListCount(); i++) {
                if (redSwitch.on()) {
                    throw new Stopped();
                }
                arrived(response.getMessagesList(i), response.getMessageObjectTrees(i));
            }
            if (response.getMessagesListCount() == 0
                    && System.nanoTime() - asked < Duration.ofSeconds(1).toNanos()) {
                // A server that does not hold polls is asked as often as Flower's own nodes ask.
                pause(POLITE);
            }
        } catch (RuntimeException | Error e) {
            // The hub hands out again what was not answered after the node is active again. A SuperLink never does, and
            // sends a node away that wants to be active while it is: there the node stays what it is over a lost line.
            active = elsewhere && active && passes(e);
            throw e;
        }
    }

    /**
     * Whether a failure lies in the connection, or in a switch that was thrown, and not in who we are to the server.
     */
    static boolean passes(Throwable e) {
        return e instanceof Stopped
                || e instanceof StatusRuntimeException status
                        && TRANSIENT.contains(status.getStatus().getCode());
    }

    private void activate() {
        try {
            if (site.settings().fleetRegisters()) {
                register();
            }
            nodeId = activated();
        } catch (StatusRuntimeException e) {
            throw elsewhere ? other.explain(e) : e;
        }
        if (elsewhere && !remembered().equals(Optional.of(nodeId))) {
            String known = site.settings().fleet() + " " + Long.toUnsignedString(nodeId);
            store.write(sql -> {
                SiteStore.putState(sql, NODE, known);
                return known;
            });
        }
        active = true;
    }

    /**
     * The node id of a node that is active now. One that the server takes for active since before a crash stays so if
     * it can: while it is away, even for a moment, a SuperLink answers in its place.
     */
    private long activated() {
        ActivateNodeRequest request = ActivateNodeRequest.newBuilder()
                .setPublicKey(ByteString.copyFromUtf8(site.nodeKey().publicKey().pem()))
                .setHeartbeatInterval(elsewhere ? PATIENT_INTERVAL : HEARTBEAT_INTERVAL)
                .build();
        try {
            return calls.call(FleetGrpc.getActivateNodeMethod(), request, CALL).getNodeId();
        } catch (StatusRuntimeException e) {
            Optional<Long> before = elsewhere ? remembered() : Optional.empty();
            if (before.isEmpty() || e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
                throw e;
            }
            if (beats(before.orElseThrow())) {
                return before.orElseThrow();
            }
            calls.call(
                    FleetGrpc.getDeactivateNodeMethod(),
                    DeactivateNodeRequest.newBuilder()
                            .setNodeId(before.orElseThrow())
                            .build(),
                    CALL);
            return calls.call(FleetGrpc.getActivateNodeMethod(), request, CALL).getNodeId();
        }
    }

    /** The node id that this server gave last. */
    private Optional<Long> remembered() {
        return store.state(NODE)
                .map(known -> known.split(" "))
                .filter(known -> known[0].equals(site.settings().fleet()))
                .map(known -> Long.parseUnsignedLong(known[1]));
    }

    /** Makes the node key known to a server that takes any; one that knows it already says so, and that is as good. */
    private void register() {
        try {
            calls.call(
                    FleetGrpc.getRegisterNodeMethod(),
                    RegisterNodeFleetRequest.newBuilder()
                            .setPublicKey(ByteString.copyFromUtf8(
                                    site.nodeKey().publicKey().pem()))
                            .build(),
                    CALL);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
                throw e;
            }
            LOG.atInfo().log(
                    "the server did not register this node: {}", e.getStatus().getDescription());
        }
    }

    /** Tells a server that counts silence as absence that this node is there; also in a long computation. */
    void heartbeat() {
        pause(HEARTBEAT);
        if (active && !beats(nodeId)) {
            active = false;
        }
    }

    private boolean beats(long node) {
        return calls.call(
                        FleetGrpc.getSendNodeHeartbeatMethod(),
                        SendNodeHeartbeatRequest.newBuilder()
                                .setNode(Node.newBuilder().setNodeId(node))
                                .setHeartbeatInterval(PATIENT_INTERVAL)
                                .build(),
                        CALL)
                .getSuccess();
    }

    /** Says goodbye, so that the same key can come back at once; a server that does not hear it finds out by itself. */
    void leave() {
        if (active) {
            try {
                calls.call(
                        FleetGrpc.getDeactivateNodeMethod(),
                        DeactivateNodeRequest.newBuilder().setNodeId(nodeId).build(),
                        POLITE);
                if (site.settings().fleetRegisters()) {
                    calls.call(
                            FleetGrpc.getUnregisterNodeMethod(),
                            UnregisterNodeFleetRequest.newBuilder()
                                    .setNodeId(nodeId)
                                    .build(),
                            POLITE);
                }
            } catch (StatusRuntimeException e) {
                LOG.atInfo().addKeyValue("status", e.getStatus().getCode()).log("could not say goodbye");
            }
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A message as it comes. The hub hands out again what was not answered; what a SuperLink hands out is kept first.
     */
    private void arrived(Message message, ObjectTree tree) {
        try {
            MessageRules.announced(message, tree, clock.now());
        } catch (FlowerException e) {
            LOG.atWarn().setCause(e).log("a message of the hub is malformed");
            error(message.getMetadata(), MALFORMED);
            return;
        }
        if (!elsewhere) {
            inbox.clearAllBut(message.getMetadata().getMessageId());
        }
        Inbox.Taken taken = inbox.take(message, tree, elsewhere);
        if (elsewhere) {
            answerOrKeep(taken);
        } else {
            // When the line is cut, what came of the message stays for the next time that it is handed out.
            handle(taken);
            inbox.done(taken);
        }
    }

    /** What was taken before a crash, a lost line or a thrown switch, and not answered: nobody hands it out again. */
    private void answerTaken() {
        for (Inbox.Taken taken : inbox.unanswered()) {
            if (redSwitch.on()) {
                throw new Stopped();
            }
            Metadata metadata = taken.message().getMetadata();
            if (metadata.getDstNodeId() != nodeId || expired(metadata)) {
                LOG.atWarn()
                        .addKeyValue("message", metadata.getMessageId())
                        .log("a message is too old to be answered, or the server forgot to whom it went");
                inbox.done(taken);
            } else {
                answerOrKeep(taken);
            }
        }
    }

    private boolean expired(Metadata metadata) {
        return metadata.getCreatedAt() + metadata.getTtl() <= clock.now().getEpochSecond();
    }

    private void answerOrKeep(Inbox.Taken taken) {
        try {
            handle(taken);
        } catch (StatusRuntimeException e) {
            if (passes(e) || e.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("message", taken.message().getMetadata().getMessageId())
                    .addKeyValue("status", e.getStatus().getCode())
                    .log(
                            "the server wants no answer to a message any more: {}",
                            e.getStatus().getDescription());
        }
        inbox.done(taken);
    }

    private void handle(Inbox.Taken taken) {
        Metadata metadata = taken.message().getMetadata();
        Path folder = taken.folder();
        try {
            pull(metadata, taken.tree(), folder);
            IncomingMessage incoming = IncomingMessage.read(metadata.getMessageId(), id -> read(folder, id));
            MessageRules.same(metadata, incoming.metadata());
            if (!inbox.confirmed(taken)) {
                inbox.sync(taken, elsewhere);
                calls.call(
                        FleetGrpc.getConfirmMessageReceivedMethod(),
                        ConfirmMessageReceivedRequest.newBuilder()
                                .setNode(node())
                                .setRunId(metadata.getRunId())
                                .setMessageObjectId(metadata.getMessageId())
                                .build(),
                        CALL);
                inbox.confirm(taken);
            }
            Optional<byte[]> envelope = incoming.configBytes(Instruction.RECORD, Instruction.RECORD);
            if (envelope.isEmpty() && elsewhere) {
                foreign(metadata, incoming, folder);
                return;
            }
            if (!EXCHANGES.contains(metadata.getMessageType())) {
                throw new LearningException("MESSAGE_TYPE_UNKNOWN", "a study has no exchange of this name");
            }
            if (envelope.isEmpty()) {
                throw new LearningException("INSTRUCTION_MISSING", "the message carries no signed instruction");
            }
            SignedDocument<Instruction> instruction = SignedDocument.read(envelope.orElseThrow(), Instruction.class);
            Map<String, FlowerObjects.ArrayBody> arrays = incoming.arrays().getOrDefault("arrays", Map.of());
            Path file = folder.resolve("base");
            Files.deleteIfExists(file);
            ReceivedArrays.Payloads base =
                    ReceivedArrays.write(arrays, id -> folder.resolve(id), Files.createFile(file), MOST_BASE);
            Outbox.Row reply = training.answer(instruction, metadata, base.file());
            push(outbox.message(
                    reply.metadata().getReplyToMessageId().equals(metadata.getMessageId())
                            ? reply
                            : reply.to(MessageRules.replyMetadata(metadata, clock.now()))));
            outbox.sent(reply.instruction());
        } catch (LearningException e) {
            error(metadata, e.code());
        } catch (FlowerException | DocumentException | ReceivedArrays.Malformed e) {
            LOG.atWarn().setCause(e).log("a message of the hub is malformed");
            error(metadata, MALFORMED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers a message of a run that knows nothing of Osteon. */
    private void foreign(Metadata metadata, IncomingMessage incoming, Path folder) throws IOException {
        if (HostedRun.asked(metadata.getMessageType()).isEmpty()) {
            throw new LearningException("MESSAGE_TYPE_UNKNOWN", "no app is asked this type of message");
        }
        push(foreign.answer(node(), metadata, specs(incoming, folder), folder));
        foreign.sent(metadata);
    }

    /** The arrays that a message brings, as they are declared. */
    private static List<ArraySpec> specs(IncomingMessage incoming, Path folder) throws IOException {
        Path file = folder.resolve("base");
        Files.deleteIfExists(file);
        return ReceivedArrays.write(
                        incoming.arrays().getOrDefault(HostedRun.ARRAY_RECORD, Map.of()),
                        id -> folder.resolve(id),
                        Files.createFile(file),
                        MOST_BASE)
                .specs();
    }

    /** Answers with a code and nothing else. */
    private void error(Metadata metadata, String code) {
        if (metadata.getMessageId().matches("[0-9a-f]{64}") && metadata.getSrcNodeId() == MessageRules.HUB_NODE) {
            OutgoingMessage error = error(metadata, clock.now(), code);
            byte[] bytes = error.message().toByteArray();
            events.record(
                    EventDraft.of(EventType.INSTRUCTION_REFUSED, site.settings().site(), "site")
                            .refused(code));
            journal.record(new Journal.Entry(
                    clock.now(),
                    "error",
                    Digest.of(bytes),
                    bytes.length,
                    site.settings().fleet(),
                    "",
                    "",
                    Contents.of(error)));
            push(error);
        }
    }

    /** The answer to a message that cannot be followed: a code. */
    static OutgoingMessage error(Metadata metadata, Instant now, String code) {
        return OutgoingMessage.error(MessageRules.replyMetadata(metadata, now), 0, code);
    }

    private void pull(Metadata metadata, ObjectTree tree, Path folder) throws IOException {
        for (String id : IncomingMessage.ids(tree, MOST_OBJECTS)) {
            if (Inbox.has(folder, id)) {
                continue;
            }
            PullObjectRequest request = PullObjectRequest.newBuilder()
                    .setNode(node())
                    .setRunId(metadata.getRunId())
                    .setObjectId(id)
                    .build();
            PullObjectResponse response = calls.call(FleetGrpc.getPullObjectMethod(), request, CALL);
            for (int tries = 1;
                    response.getObjectFound() && !response.getObjectAvailable() && tries < MOST_TRIES;
                    tries++) {
                // Known and still on its way to the server.
                pause(Duration.ofMillis(Math.min(2000, 100L * tries)));
                response = calls.call(FleetGrpc.getPullObjectMethod(), request, CALL);
            }
            byte[] content = response.getObjectContent().toByteArray();
            if (!response.getObjectFound() || !Digest.of(content).hex().equals(id)) {
                throw new FlowerException("OBJECT_MALFORMED", "an object is missing or is not its id's");
            }
            Files.write(folder.resolve(id), content);
        }
    }

    private void push(OutgoingMessage message) {
        new ReplyPush(calls, node(), redSwitch::on).send(message);
    }

    /** The id that the server gave at activation; at the hub the one it gave at enrolment. */
    private Node node() {
        return Node.newBuilder().setNodeId(nodeId).build();
    }

    private static FlowerObject read(Path folder, String id) {
        try {
            return FlowerObject.decode(Files.readAllBytes(folder.resolve(id)));
        } catch (IOException e) {
            throw new FlowerException("OBJECT_MALFORMED", "an object of the message is not there");
        }
    }

    /** The red switch was thrown in the middle. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped");
        }
    }
}
