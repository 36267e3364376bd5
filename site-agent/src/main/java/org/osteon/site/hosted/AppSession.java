package org.osteon.site.hosted;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.wire.ClientAppIoGrpc;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.Fab;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.PullAppInputsRequest;
import org.osteon.protocol.flower.wire.PullAppInputsResponse;
import org.osteon.protocol.flower.wire.PullAppMessagesRequest;
import org.osteon.protocol.flower.wire.PullAppMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushAppMessagesRequest;
import org.osteon.protocol.flower.wire.PushAppMessagesResponse;
import org.osteon.protocol.flower.wire.PushAppOutputsRequest;
import org.osteon.protocol.flower.wire.PushAppOutputsResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.flower.wire.SendAppHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendAppHeartbeatResponse;

/**
 * Flower's ClientAppIo for one launch of one app: its inputs once, its message once, one reply, its context once. The
 * token opens this launch and nothing else; whoever calls without it is turned away.
 */
final class AppSession extends ClientAppIoGrpc.ClientAppIoImplBase implements ServerInterceptor {
    /** Most bytes of one call's body. */
    static final int MOST_BODY = 16 * 1024 * 1024;

    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("flwr-app-token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Boolean> ADMITTED = Context.key("admitted");
    private static final int MOST_OBJECTS = 100_000;
    private static final long MOST_BESIDE = 32L * 1024 * 1024;

    private final AppTask task;
    private final byte[] token;
    private final Path out;
    private final Set<String> offered;
    private final Set<String> wanted = new HashSet<>();
    private long room;
    private boolean inputsTaken;
    private boolean messageTaken;
    private @Nullable Message reply;
    private org.osteon.protocol.flower.wire.@Nullable Context kept;

    /**
     * A session.
     *
     * @param out an empty folder, which the reply's objects are written to
     */
    AppSession(AppTask task, String token, Path out) {
        this.task = task;
        this.token = token.getBytes(StandardCharsets.US_ASCII);
        this.out = out;
        this.offered = IncomingMessage.ids(task.tree(), MOST_OBJECTS);
        this.room = 2 * ArraySpec.bytes(task.app().arrays()) + MOST_BESIDE;
    }

    /** The reply's message once the app has pushed all of it and its context; its objects lie in the folder. */
    synchronized Optional<Message> reply() {
        return kept != null && wanted.isEmpty() ? Optional.ofNullable(reply) : Optional.empty();
    }

    /** Whether the app was fetched; before, nothing of it can have run. */
    synchronized boolean begun() {
        return inputsTaken;
    }

    /** What the app keeps for its next launch in this run. */
    synchronized Optional<org.osteon.protocol.flower.wire.Context> kept() {
        return Optional.ofNullable(kept);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        // From 1.29 each call has the token in its headers; before, only those with a field for it.
        String shown = headers.get(TOKEN);
        return Contexts.interceptCall(
                Context.current().withValue(ADMITTED, shown != null && same(shown)), call, headers, next);
    }

    @Override
    public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> answer) {
        boolean open = ADMITTED.get() || begun();
        answer(answer, open, () -> GetRunResponse.newBuilder().setRun(run()).build());
    }

    @Override
    public void sendAppHeartbeat(SendAppHeartbeatRequest request, StreamObserver<SendAppHeartbeatResponse> answer) {
        answer(
                answer,
                admitted(request.getToken()),
                () -> SendAppHeartbeatResponse.newBuilder().setSuccess(true).build());
    }

    @Override
    public void pullAppInputs(PullAppInputsRequest request, StreamObserver<PullAppInputsResponse> answer) {
        answer(answer, admitted(request.getToken()), () -> {
            synchronized (this) {
                once(inputsTaken);
                inputsTaken = true;
            }
            return PullAppInputsResponse.newBuilder()
                    .setContext(task.context())
                    .setRun(run())
                    .setFab(Fab.newBuilder()
                            .setHashStr(task.app().fab().hex())
                            .setContent(ByteString.copyFrom(task.fab())))
                    .build();
        });
    }

    @Override
    public void pullMessage(PullAppMessagesRequest request, StreamObserver<PullAppMessagesResponse> answer) {
        answer(answer, admitted(request.getToken()), () -> {
            synchronized (this) {
                once(messageTaken);
                messageTaken = true;
            }
            return PullAppMessagesResponse.newBuilder()
                    .addMessagesList(task.message())
                    .addMessageObjectTrees(task.tree())
                    .build();
        });
    }

    @Override
    public void pullObject(PullObjectRequest request, StreamObserver<PullObjectResponse> answer) {
        answer(answer, ADMITTED.get() || begun(), () -> {
            if (!offered.contains(request.getObjectId())) {
                return PullObjectResponse.getDefaultInstance();
            }
            return PullObjectResponse.newBuilder()
                    .setObjectFound(true)
                    .setObjectAvailable(true)
                    .setObjectContent(ByteString.copyFrom(
                            Files.readAllBytes(task.objects().resolve(request.getObjectId()))))
                    .build();
        });
    }

    @Override
    public void confirmMessageReceived(
            ConfirmMessageReceivedRequest request, StreamObserver<ConfirmMessageReceivedResponse> answer) {
        answer(answer, ADMITTED.get() || begun(), ConfirmMessageReceivedResponse::getDefaultInstance);
    }

    @Override
    public void pushMessage(PushAppMessagesRequest request, StreamObserver<PushAppMessagesResponse> answer) {
        answer(answer, admitted(request.getToken()), () -> {
            if (request.getMessagesListCount() != 1 || request.getMessageObjectTreesCount() != 1) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("one message, one tree")
                        .asRuntimeException();
            }
            Set<String> ids = IncomingMessage.ids(request.getMessageObjectTrees(0), MOST_OBJECTS);
            synchronized (this) {
                once(reply != null);
                reply = request.getMessagesList(0);
                wanted.addAll(ids);
            }
            return PushAppMessagesResponse.newBuilder()
                    .addMessageIds(request.getMessageObjectTrees(0).getObjectId())
                    .addAllObjectsToPush(ids)
                    .build();
        });
    }

    @Override
    public void pushObject(PushObjectRequest request, StreamObserver<PushObjectResponse> answer) {
        answer(answer, ADMITTED.get() || begun(), () -> {
            byte[] content = request.getObjectContent().toByteArray();
            String id = Digest.of(content).hex();
            if (!id.equals(request.getObjectId())) {
                throw Status.FAILED_PRECONDITION
                        .withDescription("an object is not its id's")
                        .asRuntimeException();
            }
            synchronized (this) {
                if (!wanted.contains(id)) {
                    return PushObjectResponse.getDefaultInstance();
                }
                if (content.length > room) {
                    throw Status.RESOURCE_EXHAUSTED
                            .withDescription("the reply is larger than what may leave")
                            .asRuntimeException();
                }
                Files.write(out.resolve(id), content);
                room -= content.length;
                wanted.remove(id);
            }
            return PushObjectResponse.newBuilder().setStored(true).build();
        });
    }

    @Override
    public void pushAppOutputs(PushAppOutputsRequest request, StreamObserver<PushAppOutputsResponse> answer) {
        answer(answer, admitted(request.getToken()), () -> {
            synchronized (this) {
                once(kept != null);
                kept = request.getContext();
            }
            return PushAppOutputsResponse.getDefaultInstance();
        });
    }

    private Run run() {
        HostedApp app = task.app();
        return Run.newBuilder()
                .setRunId(task.context().getRunId())
                .setFabId(app.fabId())
                .setFabVersion(app.fabVersion())
                .setFabHash(app.fab().hex())
                .setPrimaryTaskType("serverapp")
                .build();
    }

    private boolean admitted(String shown) {
        return shown.isEmpty() ? ADMITTED.get() : same(shown);
    }

    private boolean same(String shown) {
        return MessageDigest.isEqual(token, shown.getBytes(StandardCharsets.UTF_8));
    }

    private static void once(boolean before) {
        if (before) {
            throw Status.PERMISSION_DENIED.withDescription("taken before").asRuntimeException();
        }
    }

    /** One answer that may fail. */
    @FunctionalInterface
    private interface Work<A> {
        A answer() throws IOException;
    }

    private static <A> void answer(StreamObserver<A> answer, boolean open, Work<A> work) {
        if (!open) {
            answer.onError(Status.PERMISSION_DENIED
                    .withDescription("the token is not this launch's")
                    .asRuntimeException());
            return;
        }
        try {
            A value = work.answer();
            answer.onNext(value);
            answer.onCompleted();
        } catch (FlowerException e) {
            answer.onError(Status.INVALID_ARGUMENT.withDescription(e.code()).asRuntimeException());
        } catch (IOException e) {
            answer.onError(
                    Status.INTERNAL.withDescription("the agent cannot store it").asRuntimeException());
        } catch (io.grpc.StatusRuntimeException e) {
            answer.onError(e);
        }
    }
}
