package org.osteon.benchmarks.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.FleetGrpc;
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

/** One node as a SuperNode behaves on the wire: the same calls in the same order, two objects at a time. */
final class LoadNode {
    private static final int AT_A_TIME = 2;
    private static final int MOST_OBJECTS = 100_000;
    private static final double HEARTBEAT = 1_800;
    private static final long PATIENCE = 300;

    private final int number;
    private final Headers headers;
    private final Wire wire;
    private final Updates updates;
    private final Tally tally;
    private Node self = Node.getDefaultInstance();
    private int round;

    LoadNode(int number, Headers headers, Wire wire, Updates updates, Tally tally) {
        this.number = number;
        this.headers = headers;
        this.wire = wire;
        this.updates = updates;
        this.tally = tally;
    }

    /** The same node before its first round, counted anew. */
    LoadNode again(Tally fresh) {
        LoadNode node = new LoadNode(number, headers, wire, updates, fresh);
        node.self = self;
        return node;
    }

    /** Rounds that were answered. */
    int round() {
        return round;
    }

    /** Registers, activates and beats once; a server that knows its nodes beforehand answers the same. */
    void enter() {
        ByteString key = ByteString.copyFromUtf8(headers.key().publicKey().pem());
        self = Node.newBuilder()
                .setNodeId(await(call(
                                FleetGrpc.getRegisterNodeMethod(),
                                RegisterNodeFleetRequest.newBuilder()
                                        .setPublicKey(key)
                                        .build()))
                        .getNodeId())
                .build();
        await(call(
                FleetGrpc.getActivateNodeMethod(),
                ActivateNodeRequest.newBuilder()
                        .setPublicKey(key)
                        .setHeartbeatInterval(HEARTBEAT)
                        .build()));
        await(call(
                FleetGrpc.getSendNodeHeartbeatMethod(),
                SendNodeHeartbeatRequest.newBuilder()
                        .setNode(self)
                        .setHeartbeatInterval(HEARTBEAT)
                        .build()));
    }

    /** Asks for a message; held by a server that holds polls. */
    CompletableFuture<PullMessagesResponse> poll() {
        return call(
                FleetGrpc.getPullMessagesMethod(),
                PullMessagesRequest.newBuilder().setNode(self).build());
    }

    /** Takes an instruction, with all its objects, and answers it, with all its objects. */
    void answer(PullMessagesResponse response) throws IOException {
        Message message = response.getMessagesList(0);
        long run = message.getMetadata().getRunId();
        tally.begin();
        if (round == 0) {
            String bundle = await(call(
                            FleetGrpc.getGetRunMethod(),
                            GetRunRequest.newBuilder()
                                    .setNode(self)
                                    .setRunId(run)
                                    .build()))
                    .getRun()
                    .getFabHash();
            await(call(
                    FleetGrpc.getGetFabMethod(),
                    GetFabRequest.newBuilder()
                            .setNode(self)
                            .setHashStr(bundle)
                            .setRunId(run)
                            .build()));
        }
        pull(response.getMessageObjectTrees(0), run);
        await(call(
                FleetGrpc.getConfirmMessageReceivedMethod(),
                ConfirmMessageReceivedRequest.newBuilder()
                        .setNode(self)
                        .setRunId(run)
                        .setMessageObjectId(message.getMetadata().getMessageId())
                        .build()));
        tally.end();
        round++;
        OutgoingMessage reply = new OutgoingMessage.Builder()
                .arrays("arrays", updates.ready(round, number))
                .metric("metrics", "num-examples", updates.weight(number))
                .build(MessageRules.replyMetadata(message.getMetadata(), java.time.Instant.now()));
        tally.begin();
        push(reply, run);
        tally.end();
    }

    private void pull(ObjectTree tree, long run) throws IOException {
        List<String> ids = new ArrayList<>(IncomingMessage.ids(tree, MOST_OBJECTS));
        if (updates.compares(number) && !ids.containsAll(updates.chunks(round))) {
            throw new IllegalStateException("round " + (round + 1) + " begins with another model than is right");
        }
        each(ids, id -> take(id, run));
    }

    /** Takes one object; one that the server has not ready yet is asked for again after a second. */
    private CompletableFuture<Void> take(String id, long run) {
        return call(
                        FleetGrpc.getPullObjectMethod(),
                        PullObjectRequest.newBuilder()
                                .setNode(self)
                                .setRunId(run)
                                .setObjectId(id)
                                .build())
                .thenCompose(object -> {
                    if (object.getObjectFound() && !object.getObjectAvailable()) {
                        return CompletableFuture.supplyAsync(
                                        () -> id, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS))
                                .thenCompose(again -> take(again, run));
                    }
                    byte[] content = object.getObjectContent().toByteArray();
                    if (!Digest.of(content).hex().equals(id)) {
                        throw new IllegalStateException("an object's bytes are not its id's; found "
                                + object.getObjectFound() + ", " + content.length + " bytes");
                    }
                    tally.pulled(content.length);
                    return CompletableFuture.completedFuture(null);
                });
    }

    private void push(OutgoingMessage reply, long run) {
        PushMessagesResponse wanted = await(call(
                FleetGrpc.getPushMessagesMethod(),
                PushMessagesRequest.newBuilder()
                        .setNode(self)
                        .addMessagesList(reply.message())
                        .addMessageObjectTrees(reply.tree())
                        .build()));
        Set<String> missing = new HashSet<>(wanted.getObjectsToPushList());
        each(reply.ids().stream().filter(missing::contains).toList(), id -> {
            byte[] content = Objects.requireNonNull(reply.encoded(id)).bytes();
            tally.pushed(content.length);
            return call(
                            FleetGrpc.getPushObjectMethod(),
                            PushObjectRequest.newBuilder()
                                    .setNode(self)
                                    .setRunId(run)
                                    .setObjectId(id)
                                    .setObjectContent(UnsafeByteOperations.unsafeWrap(content))
                                    .setSessionId(wanted.getSessionId())
                                    .build())
                    .thenAccept(stored -> {
                        if (!stored.getStored()) {
                            throw new IllegalStateException("an object was not stored");
                        }
                    });
        });
    }

    private static void each(List<String> ids, Function<String, CompletableFuture<Void>> transfer) {
        List<CompletableFuture<Void>> under = new ArrayList<>();
        for (String id : ids) {
            if (under.size() == AT_A_TIME) {
                await(under.remove(0));
            }
            under.add(transfer.apply(id));
        }
        under.forEach(LoadNode::await);
    }

    /**
     * Calls; where the server fails the node goes on after a second, which a SuperNode would not, and it is counted.
     */
    private <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request) {
        tally.call(String.valueOf(method.getBareMethodName()));
        return wire.call(number, headers.next(), method, request).exceptionallyCompose(failure -> {
            if (!(failure instanceof Wire.ServerFailed || failure.getCause() instanceof Wire.ServerFailed)) {
                return CompletableFuture.failedFuture(failure);
            }
            tally.failed();
            return CompletableFuture.supplyAsync(() -> method, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS))
                    .thenCompose(again -> call(again, request));
        });
    }

    private static <A> A await(CompletableFuture<A> answer) {
        return answer.orTimeout(PATIENCE, TimeUnit.SECONDS).join();
    }
}
