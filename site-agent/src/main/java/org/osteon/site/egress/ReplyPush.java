package org.osteon.site.egress;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.osteon.protocol.flower.object.EncodedObject;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/**
 * Hands a reply to the server object by object. The server names the objects that it lacks: after a cut link the same
 * reply is announced again, and what had arrived is not sent twice.
 */
final class ReplyPush {
    private static final Duration CALL = Duration.ofSeconds(60);

    private final FleetCalls calls;
    private final Node node;
    private final BooleanSupplier stopped;

    /**
     * A push by this node.
     *
     * @param stopped whether nothing more may leave
     */
    ReplyPush(FleetCalls calls, Node node, BooleanSupplier stopped) {
        this.calls = calls;
        this.node = node;
        this.stopped = stopped;
    }

    /**
     * Sends what the server lacks; returns when it has all of it.
     *
     * @throws FleetSession.Stopped when nothing may leave
     * @throws io.grpc.StatusRuntimeException when a call failed; the same message may be sent again
     */
    void send(OutgoingMessage message) {
        goOn();
        Metadata metadata = message.message().getMetadata();
        PushMessagesResponse response = calls.call(
                FleetGrpc.getPushMessagesMethod(),
                PushMessagesRequest.newBuilder()
                        .setNode(node)
                        .addMessagesList(message.message())
                        .addMessageObjectTrees(message.tree())
                        .addClientappRuntimeList(0)
                        .build(),
                CALL);
        Set<String> wanted = new HashSet<>(response.getObjectsToPushList());
        for (String id : message.ids()) {
            EncodedObject object = wanted.contains(id) ? message.encoded(id) : null;
            if (object == null) {
                continue;
            }
            goOn();
            boolean stored = calls.call(
                            FleetGrpc.getPushObjectMethod(),
                            PushObjectRequest.newBuilder()
                                    .setNode(node)
                                    .setRunId(metadata.getRunId())
                                    .setObjectId(id)
                                    .setObjectContent(UnsafeByteOperations.unsafeWrap(object.bytes()))
                                    .setSessionId(response.getSessionId())
                                    .build(),
                            CALL)
                    .getStored();
            if (!stored) {
                // A server that was started again has forgotten the push, not the instruction: the whole reply goes
                // again.
                throw Status.UNAVAILABLE.withDescription("OBJECT_NOT_STORED").asRuntimeException();
            }
        }
    }

    private void goOn() {
        if (stopped.getAsBoolean()) {
            throw new FleetSession.Stopped();
        }
    }
}
