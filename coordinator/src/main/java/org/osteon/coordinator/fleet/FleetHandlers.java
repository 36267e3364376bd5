package org.osteon.coordinator.fleet;

import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.EncodedObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeResponse;
import org.osteon.protocol.flower.wire.Fab;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetFabResponse;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetResponse;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetResponse;

/**
 * Flower's twelve Fleet calls. Every call comes with the authenticated node; source, destination, reader and replier
 * are bound to it. Knows messages and outcomes, no carrier; holds no thread while a node waits.
 */
public final class FleetHandlers {
    /** How long a poll is held; an HTTP client of Flower gives up at 30 s. */
    static final Duration HOLD = Duration.ofSeconds(25);

    private static final int MOST_OBJECTS = 100_000;
    private static final long HUB = 1;

    private final Spool spool;
    private final ReplySink sink;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Map<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final Map<String, PendingReply> pending = new ConcurrentHashMap<>();
    /**
     * The objects of each node's newest reply that was taken: a node whose answer got lost pushes the last ones again.
     */
    private final Map<String, Set<String>> takenOver = new ConcurrentHashMap<>();

    private final Map<String, Long> lastContact = new ConcurrentHashMap<>();
    private final Meter meter = new Meter();

    /** Handlers over a spool and whoever takes replies. */
    public FleetHandlers(Spool spool, ReplySink sink, ScheduledExecutorService timer, Clock clock) {
        this.spool = spool;
        this.sink = sink;
        this.timer = timer;
        this.clock = clock;
    }

    /** A reply that is being pushed: its message and the objects still missing. */
    private record PendingReply(
            SiteRecord node, Message message, Set<String> ids, Set<String> missing, CompletableFuture<Void> taken) {}

    /** Puts a message into a node's mailbox. */
    public void send(String nodeId, OutgoingMessage message) {
        meter.begin(nodeId, message.id(), true);
        mailbox(nodeId).put(message);
    }

    /** Puts a message into a node's mailbox that lay in it before the hub started. */
    public void sendAgain(String nodeId, OutgoingMessage message) {
        meter.begin(nodeId, message.id(), false);
        mailbox(nodeId).put(message);
    }

    /** Puts a message into a node's mailbox that the node may answer and does not get. */
    public void sendWithheld(String nodeId, OutgoingMessage message) {
        meter.begin(nodeId, message.id(), false);
        mailbox(nodeId).putWithheld(message);
    }

    /** Withholds a message that its node has not taken yet. */
    public void withhold(String nodeId, String messageId) {
        mailbox(nodeId).withhold(messageId);
    }

    /** Hands out a message that was withheld. */
    public void handOut(String nodeId, String messageId) {
        mailbox(nodeId).handOut(messageId);
    }

    /** Whether a message is withheld from its node. */
    public boolean withholds(String nodeId, String messageId) {
        return mailbox(nodeId).withholds(messageId);
    }

    /** Takes a message out of a node's mailbox. */
    public void withdraw(String nodeId, String messageId) {
        mailbox(nodeId).remove(messageId);
        pending.remove(nodeId);
        meter.end(nodeId, messageId);
    }

    /** What went between the hub and a node over a message that is open. */
    public Traffic traffic(String nodeId, String messageId) {
        return meter.of(nodeId, messageId);
    }

    /** When a node last called, epoch milliseconds, 0 for never since the start. */
    public long lastContact(String nodeId) {
        return lastContact.getOrDefault(nodeId, 0L);
    }

    /** Ends every held poll, for a shutdown. */
    public void endPolls() {
        mailboxes.values().forEach(Mailbox::giveUp);
    }

    CompletionStage<Outcome<RegisterNodeFleetResponse>> registerNode(
            SiteRecord node, RegisterNodeFleetRequest request) {
        // Nodes are known by enrolment; a node that asks again gets its id.
        return bound(node, request.getPublicKey())
                ? done(RegisterNodeFleetResponse.newBuilder()
                        .setNodeId(id(node))
                        .build())
                : away("NODE_KEY_NOT_ITS_OWN");
    }

    CompletionStage<Outcome<ActivateNodeResponse>> activateNode(SiteRecord node, ActivateNodeRequest request) {
        if (!bound(node, request.getPublicKey())) {
            return away("NODE_KEY_NOT_ITS_OWN");
        }
        mailbox(node.nodeId()).handOutAgain();
        return done(ActivateNodeResponse.newBuilder().setNodeId(id(node)).build());
    }

    CompletionStage<Outcome<DeactivateNodeResponse>> deactivateNode(SiteRecord node, DeactivateNodeRequest request) {
        mailbox(node.nodeId()).giveUp();
        return own(node, request.getNodeId(), () -> done(DeactivateNodeResponse.getDefaultInstance()));
    }

    CompletionStage<Outcome<UnregisterNodeFleetResponse>> unregisterNode(
            SiteRecord node, UnregisterNodeFleetRequest request) {
        // Only a node that registered itself says this; its key was made for this one start.
        return own(node, request.getNodeId(), () -> {
            sink.left(node);
            return done(UnregisterNodeFleetResponse.getDefaultInstance());
        });
    }

    CompletionStage<Outcome<SendNodeHeartbeatResponse>> heartbeat(SiteRecord node, SendNodeHeartbeatRequest request) {
        return own(
                node,
                request.getNode(),
                () -> done(
                        SendNodeHeartbeatResponse.newBuilder().setSuccess(true).build()));
    }

    /** The next message, or none after {@link #HOLD}; a carrier whose caller is gone cancels the stage. */
    CompletionStage<Outcome<PullMessagesResponse>> pullMessages(SiteRecord node, PullMessagesRequest request) {
        return own(node, request.getNode(), () -> {
            CompletableFuture<Optional<OutgoingMessage>> next =
                    mailbox(node.nodeId()).next();
            timer.schedule(() -> next.complete(Optional.empty()), HOLD.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Outcome<PullMessagesResponse>> held = next.thenApply(message -> {
                PullMessagesResponse.Builder answer = PullMessagesResponse.newBuilder();
                message.ifPresent(m -> answer.addMessagesList(m.message()).addMessageObjectTrees(m.tree()));
                PullMessagesResponse response = answer.build();
                message.ifPresent(
                        m -> meter.handed(node.nodeId(), m.id(), clock.millis(), response.getSerializedSize()));
                return new Outcome.Done<>(response);
            });
            held.whenComplete((answer, failure) -> {
                if (held.isCancelled() && !next.complete(Optional.empty())) {
                    next.thenAccept(message ->
                            message.ifPresent(m -> mailbox(node.nodeId()).putBack(m.id())));
                }
            });
            return held;
        });
    }

    /** An answer to a poll could not be written: its messages wait for the next poll. */
    void notDelivered(SiteRecord node, PullMessagesResponse response) {
        response.getMessagesListList()
                .forEach(message ->
                        mailbox(node.nodeId()).putBack(message.getMetadata().getMessageId()));
    }

    CompletionStage<Outcome<GetRunResponse>> getRun(SiteRecord node, GetRunRequest request) {
        return own(
                node,
                request.getNode(),
                () -> running(
                        request.getRunId(),
                        facts -> done(GetRunResponse.newBuilder()
                                .setRun(Run.newBuilder()
                                        .setRunId(facts.flowerRun())
                                        .setFabId(facts.app().id())
                                        .setFabVersion(facts.app().version())
                                        .setFabHash(
                                                Digest.of(facts.app().bytes()).hex()))
                                .build())));
    }

    CompletionStage<Outcome<GetFabResponse>> getFab(SiteRecord node, GetFabRequest request) {
        return own(
                node,
                request.getNode(),
                () -> running(
                        request.getRunId(),
                        facts -> done(GetFabResponse.newBuilder()
                                .setFab(Fab.newBuilder()
                                        .setHashStr(
                                                Digest.of(facts.app().bytes()).hex())
                                        .setContent(
                                                ByteString.copyFrom(facts.app().bytes())))
                                .build())));
    }

    CompletionStage<Outcome<PulledObject>> pullObject(SiteRecord node, PullObjectRequest request) {
        return own(
                node,
                request.getNode(),
                () -> mailbox(node.nodeId())
                        .holder(request.getObjectId())
                        .map(message -> done(object(node, message, request.getObjectId())))
                        .orElseGet(() -> notForYou("OBJECT_NOT_ADDRESSED_TO_NODE")));
    }

    private PulledObject object(SiteRecord node, OutgoingMessage message, String id) {
        EncodedObject object = Objects.requireNonNull(message.encoded(id));
        // Once an answer has begun, neither carrier can say that it should be asked for again.
        object.requireThere();
        PulledObject answer = new PulledObject(object);
        meter.out(node.nodeId(), message.id(), answer.size());
        return answer;
    }

    CompletionStage<Outcome<ConfirmMessageReceivedResponse>> confirm(
            SiteRecord node, ConfirmMessageReceivedRequest request) {
        // Kept until it is answered: a node that dies in between gets the same message again.
        return own(node, request.getNode(), () -> {
            if (!mailbox(node.nodeId()).holds(request.getMessageObjectId())) {
                return notForYou("MESSAGE_NOT_ADDRESSED_TO_NODE");
            }
            meter.taken(node.nodeId(), request.getMessageObjectId(), clock.millis());
            return done(ConfirmMessageReceivedResponse.getDefaultInstance());
        });
    }

    CompletionStage<Outcome<PushMessagesResponse>> pushMessages(SiteRecord node, PushMessagesRequest request) {
        return own(node, request.getNode(), () -> {
            if (request.getMessagesListCount() != 1 || request.getMessageObjectTreesCount() != 1) {
                return notForYou("ONE_MESSAGE_A_CALL");
            }
            Message message = request.getMessagesList(0);
            ObjectTree tree = request.getMessageObjectTrees(0);
            Optional<String> fault = fault(node, message, tree);
            if (fault.isPresent()) {
                return notForYou(fault.orElseThrow());
            }
            Set<String> ids;
            try {
                ids = IncomingMessage.ids(tree, MOST_OBJECTS);
            } catch (FlowerException e) {
                return notForYou(e.code());
            }
            meter.answering(
                    node.nodeId(),
                    message.getMetadata().getReplyToMessageId(),
                    clock.millis(),
                    request.getSerializedSize());
            Set<String> missing = ConcurrentHashMap.newKeySet();
            ids.stream().filter(id -> !spool.has(node.nodeId(), id)).forEach(missing::add);
            PendingReply reply = new PendingReply(node, message, ids, missing, new CompletableFuture<>());
            PendingReply older = pending.put(node.nodeId(), reply);
            if (older != null) {
                older.taken()
                        .completeExceptionally(new IllegalStateException("superseded by a newer push of the node"));
            }
            List<String> wanted = new ArrayList<>(ids);
            wanted.retainAll(missing);
            PushMessagesResponse answer = PushMessagesResponse.newBuilder()
                    .addAllObjectsToPush(wanted)
                    .putResults(message.getMetadata().getMessageId(), 0)
                    .build();
            return missing.isEmpty() ? take(reply).thenApply(nothing -> new Outcome.Done<>(answer)) : done(answer);
        });
    }

    /** A push of which nothing is there yet. */
    PushedObject pushedObject() {
        return new PushedObject(spool);
    }

    /** Takes an object that is there whole; whoever calls this closes it. */
    CompletionStage<Outcome<PushObjectResponse>> pushObject(
            SiteRecord node, PushObjectRequest request, PushedObject object) {
        return own(node, request.getNode(), () -> {
            PendingReply reply = pending.get(node.nodeId());
            String id = request.getObjectId();
            if (reply == null
                    || request.getRunId() != reply.message().getMetadata().getRunId()
                    || !reply.missing().contains(id)) {
                return done(PushObjectResponse.newBuilder()
                        .setStored(
                                takenOver.getOrDefault(node.nodeId(), Set.of()).contains(id)
                                        || Digest.isHex(id) && spool.has(node.nodeId(), id))
                        .build());
            }
            if (!object.keep(node.nodeId(), id)) {
                return done(PushObjectResponse.newBuilder().setStored(false).build());
            }
            meter.in(node.nodeId(), reply.message().getMetadata().getReplyToMessageId(), object.size());
            PushObjectResponse stored =
                    PushObjectResponse.newBuilder().setStored(true).build();
            boolean last = reply.missing().remove(id) && reply.missing().isEmpty();
            return last ? take(reply).thenApply(nothing -> new Outcome.Done<>(stored)) : done(stored);
        });
    }

    private CompletionStage<Void> take(PendingReply reply) {
        if (pending.remove(reply.node().nodeId(), reply)) {
            sink.accept(reply.node(), reply.message())
                    .thenRun(() -> {
                        String answered = reply.message().getMetadata().getReplyToMessageId();
                        mailbox(reply.node().nodeId()).remove(answered);
                        meter.end(reply.node().nodeId(), answered);
                        takenOver.put(reply.node().nodeId(), reply.ids());
                        spool.clear(reply.node().nodeId());
                    })
                    .whenComplete((nothing, failure) -> {
                        if (failure == null) {
                            reply.taken().complete(null);
                        } else {
                            reply.taken().completeExceptionally(failure);
                        }
                    });
        }
        return reply.taken();
    }

    /** Binds a reply to the node that pushes it and to a message that was addressed to it. */
    private Optional<String> fault(SiteRecord node, Message message, ObjectTree tree) {
        Metadata metadata = message.getMetadata();
        if (metadata.getSrcNodeId() != id(node)) {
            return Optional.of("REPLY_IN_ANOTHER_NAME");
        }
        if (metadata.getDstNodeId() != HUB || metadata.getReplyToMessageId().isEmpty()) {
            return Optional.of("REPLY_NOT_TO_HUB");
        }
        Optional<OutgoingMessage> instruction = mailbox(node.nodeId()).find(metadata.getReplyToMessageId());
        if (instruction.isEmpty()) {
            return Optional.of("REPLY_TO_NOTHING_OPEN");
        }
        try {
            MessageRules.reply(
                    message, tree, instruction.orElseThrow().message().getMetadata(), clock.instant());
            return Optional.empty();
        } catch (FlowerException e) {
            return Optional.of(e.code() + ": " + e.getMessage());
        }
    }

    private <T> CompletionStage<Outcome<T>> running(
            long flowerRun, java.util.function.Function<ReplySink.RunFacts, CompletionStage<Outcome<T>>> answer) {
        Optional<ReplySink.RunFacts> facts = sink.run(flowerRun).filter(ReplySink.RunFacts::running);
        return facts.map(answer).orElseGet(() -> notForYou("RUN_NOT_RUNNING"));
    }

    private <T> CompletionStage<Outcome<T>> own(SiteRecord node, Node named, Answer<T> answer) {
        return own(node, named.getNodeId(), answer);
    }

    private <T> CompletionStage<Outcome<T>> own(SiteRecord node, long named, Answer<T> answer) {
        lastContact.put(node.nodeId(), clock.millis());
        return named == id(node) ? answer.give() : away("NODE_ID_NOT_ITS_OWN");
    }

    /** Gives an answer. */
    @FunctionalInterface
    private interface Answer<T> {
        CompletionStage<Outcome<T>> give();
    }

    private static boolean bound(SiteRecord node, ByteString bodyKey) {
        return bodyKey.toStringUtf8().equals(node.nodeKey().pem());
    }

    private static long id(SiteRecord node) {
        return Long.parseUnsignedLong(node.nodeId());
    }

    private Mailbox mailbox(String nodeId) {
        return mailboxes.computeIfAbsent(nodeId, unused -> new Mailbox());
    }

    private static <T> CompletionStage<Outcome<T>> done(T value) {
        return CompletableFuture.completedFuture(new Outcome.Done<>(value));
    }

    private static <T> CompletionStage<Outcome<T>> notForYou(String reason) {
        return CompletableFuture.completedFuture(new Outcome.NotForYou<>(reason));
    }

    private static <T> CompletionStage<Outcome<T>> away(String reason) {
        return CompletableFuture.completedFuture(new Outcome.GoAway<>(reason));
    }
}
