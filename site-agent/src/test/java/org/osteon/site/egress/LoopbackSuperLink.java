package org.osteon.site.egress;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.Fab;
import org.osteon.protocol.flower.wire.GetFabResponse;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.Run;

/** The Fleet calls of a SuperLink that hands out each message once, and keeps what it is answered. */
final class LoopbackSuperLink implements FleetCalls {
    static final long NODE = 7;

    private final Deque<OutgoingMessage> waiting = new ArrayDeque<>();
    private final List<OutgoingMessage> handedOut = new ArrayList<>();
    private final Map<String, byte[]> objects = new LinkedHashMap<>();
    final List<org.osteon.protocol.flower.wire.Message> answers = new ArrayList<>();
    Run run = Run.getDefaultInstance();
    byte[] bundle = new byte[0];
    Runnable onPush = () -> {};
    int lostPushes;

    void send(OutgoingMessage message) {
        waiting.add(message);
    }

    /** The last answer, from the objects that came. */
    IncomingMessage last() {
        String id = answers.get(answers.size() - 1).getMetadata().getMessageId();
        return IncomingMessage.read(id, object -> FlowerObject.decode(objects.get(object)));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration limit) {
        return (A) answer(method.getBareMethodName(), request);
    }

    private Message answer(String method, Object request) {
        return switch (method) {
            case "ActivateNode" ->
                ActivateNodeResponse.newBuilder().setNodeId(NODE).build();
            case "PullMessages" -> handOut();
            case "PullObject" -> pulled((PullObjectRequest) request);
            case "ConfirmMessageReceived" -> ConfirmMessageReceivedResponse.getDefaultInstance();
            case "GetRun" -> GetRunResponse.newBuilder().setRun(run).build();
            case "GetFab" ->
                GetFabResponse.newBuilder()
                        .setFab(Fab.newBuilder().setHashStr(run.getFabHash()).setContent(ByteString.copyFrom(bundle)))
                        .build();
            case "PushMessages" -> announced((PushMessagesRequest) request);
            case "PushObject" -> {
                PushObjectRequest push = (PushObjectRequest) request;
                objects.put(push.getObjectId(), push.getObjectContent().toByteArray());
                yield PushObjectResponse.newBuilder().setStored(true).build();
            }
            default -> throw new IllegalStateException(method);
        };
    }

    private PullMessagesResponse handOut() {
        PullMessagesResponse.Builder response = PullMessagesResponse.newBuilder();
        if (!waiting.isEmpty()) {
            OutgoingMessage next = waiting.remove();
            handedOut.add(next);
            response.addMessagesList(next.message()).addMessageObjectTrees(next.tree());
        }
        return response.build();
    }

    private PullObjectResponse pulled(PullObjectRequest request) {
        return handedOut.stream()
                .filter(message -> message.has(request.getObjectId()))
                .findFirst()
                .map(message -> PullObjectResponse.newBuilder()
                        .setObjectFound(true)
                        .setObjectAvailable(true)
                        .setObjectContent(ByteString.copyFrom(
                                message.object(request.getObjectId()).encoded()))
                        .build())
                .orElse(PullObjectResponse.getDefaultInstance());
    }

    private PushMessagesResponse announced(PushMessagesRequest request) {
        onPush.run();
        if (lostPushes > 0) {
            lostPushes--;
            throw Status.UNAVAILABLE.asRuntimeException();
        }
        answers.add(request.getMessagesList(0));
        return PushMessagesResponse.newBuilder()
                .addAllObjectsToPush(IncomingMessage.ids(request.getMessageObjectTrees(0), 1000))
                .build();
    }

    @Override
    public void hangUp() {}

    @Override
    public void close() {}
}
