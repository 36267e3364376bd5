package org.osteon.site.egress;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.learning.LearningException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.MessageRules;
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
import org.osteon.site.journal.Contents;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
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
    private static final int MOST_TRIES = 200;
    private static final int MOST_OBJECTS = 100_000;
    private static final long MOST_BASE = 64L * 1024 * 1024 * 1024;

    private final FleetCalls calls;
    private final OtherCarrier other;
    private final SiteFolder site;
    private final TrainingRuns training;
    private final Outbox outbox;
    private final Journal journal;
    private final RedSwitch redSwitch;
    private final ClockGuard clock;
    private final Inbox inbox;
    private volatile boolean active;
    private volatile long nodeId;

    FleetSession(
            FleetCalls calls,
            OtherCarrier other,
            SiteFolder site,
            TrainingRuns training,
            Outbox outbox,
            Journal journal,
            RedSwitch redSwitch,
            ClockGuard clock) {
        this.calls = calls;
        this.other = other;
        this.site = site;
        this.training = training;
        this.outbox = outbox;
        this.journal = journal;
        this.redSwitch = redSwitch;
        this.clock = clock;
        this.inbox = new Inbox(site.folder().resolve("inbox"));
    }

    /** One turn: waits for a message as long as the hub holds the poll, and answers it. */
    void turn() {
        try {
            if (!active) {
                activate();
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
                handle(response.getMessagesList(i), response.getMessageObjectTrees(i));
            }
            if (response.getMessagesListCount() == 0
                    && System.nanoTime() - asked < Duration.ofSeconds(1).toNanos()) {
                // A server that does not hold polls is asked as often as Flower's own nodes ask.
                pause(POLITE);
            }
        } catch (RuntimeException e) {
            // Whatever was handed out and not answered comes again after the node is active again.
            active = false;
            throw e;
        }
    }

    private void activate() {
        try {
            if (site.settings().fleetRegisters()) {
                register();
            }
            nodeId = calls.call(
                            FleetGrpc.getActivateNodeMethod(),
                            ActivateNodeRequest.newBuilder()
                                    .setPublicKey(ByteString.copyFromUtf8(
                                            site.nodeKey().publicKey().pem()))
                                    .setHeartbeatInterval(HEARTBEAT_INTERVAL)
                                    .build(),
                            CALL)
                    .getNodeId();
        } catch (StatusRuntimeException e) {
            throw site.settings().fleetElsewhere() ? other.explain(e) : e;
        }
        active = true;
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
        if (active) {
            calls.call(
                    FleetGrpc.getSendNodeHeartbeatMethod(),
                    SendNodeHeartbeatRequest.newBuilder()
                            .setNode(node())
                            .setHeartbeatInterval(HEARTBEAT_INTERVAL)
                            .build(),
                    CALL);
        }
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

    private void handle(Message message, ObjectTree tree) {
        Metadata metadata = message.getMetadata();
        try {
            MessageRules.announced(message, tree, clock.now());
            pull(metadata, tree);
            IncomingMessage incoming = IncomingMessage.read(metadata.getMessageId(), inbox::read);
            MessageRules.same(metadata, incoming.metadata());
            calls.call(
                    FleetGrpc.getConfirmMessageReceivedMethod(),
                    ConfirmMessageReceivedRequest.newBuilder()
                            .setNode(node())
                            .setRunId(metadata.getRunId())
                            .setMessageObjectId(metadata.getMessageId())
                            .build(),
                    CALL);
            Optional<byte[]> envelope = incoming.configBytes(Instruction.RECORD, Instruction.RECORD);
            if (envelope.isEmpty()) {
                throw new LearningException("INSTRUCTION_MISSING", "the message carries no signed instruction");
            }
            SignedDocument<Instruction> instruction = SignedDocument.read(envelope.orElseThrow(), Instruction.class);
            Map<String, FlowerObjects.ArrayBody> arrays = incoming.arrays().getOrDefault("arrays", Map.of());
            ReceivedArrays.Payloads base = ReceivedArrays.write(arrays, inbox::file, inbox.draft(), MOST_BASE);
            Outbox.Row reply = training.answer(instruction, metadata, base.file());
            push(outbox.message(reply));
            outbox.sent(reply.instruction());
            inbox.erase();
        } catch (LearningException e) {
            error(metadata, e.code());
        } catch (FlowerException | DocumentException | ReceivedArrays.Malformed e) {
            LOG.atWarn().setCause(e).log("a message of the hub is malformed");
            error(metadata, "MESSAGE_MALFORMED");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with a code and nothing else. */
    private void error(Metadata metadata, String code) {
        inbox.erase();
        if (metadata.getMessageId().matches("[0-9a-f]{64}") && metadata.getSrcNodeId() == MessageRules.HUB_NODE) {
            OutgoingMessage error = error(metadata, clock.now(), code);
            byte[] bytes = error.message().toByteArray();
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

    /** Gets what is not there yet: after a cut link or a crash, the objects that came before it are kept. */
    private void pull(Metadata metadata, ObjectTree tree) throws IOException {
        Set<String> ids = IncomingMessage.ids(tree, MOST_OBJECTS);
        inbox.open(ids);
        for (String id : ids) {
            if (inbox.has(id)) {
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
            inbox.store(id, content);
        }
    }

    private void push(OutgoingMessage message) {
        new ReplyPush(calls, node(), redSwitch::on).send(message);
    }

    /** The id that the server gave at activation; at the hub the one it gave at enrolment. */
    private Node node() {
        return Node.newBuilder().setNodeId(nodeId).build();
    }

    /** The red switch was thrown in the middle. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped");
        }
    }
}
