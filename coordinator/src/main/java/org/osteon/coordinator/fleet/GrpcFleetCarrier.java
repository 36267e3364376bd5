package org.osteon.coordinator.fleet;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeResponse;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetFabResponse;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetResponse;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thin gRPC binding of {@link FleetHandlers}, as Flower up to 1.39 and our own agents speak it. */
public final class GrpcFleetCarrier extends FleetGrpc.FleetImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcFleetCarrier.class);
    private static final Context.Key<SiteRecord> NODE = Context.key("osteon-node");

    private static final MethodDescriptor<PushObjectRequest, PushObjectResponse> PUSH = FleetGrpc.getPushObjectMethod();
    private static final MethodDescriptor<PullObjectRequest, PullObjectResponse> PULL = FleetGrpc.getPullObjectMethod();
    private static final int PIECE = 64 * 1024;

    private final FleetHandlers handlers;

    /** A carrier of these handlers. */
    public GrpcFleetCarrier(FleetHandlers handlers) {
        this.handlers = handlers;
    }

    /**
     * The service: Flower's, but that objects go from the wire to files, and from files to the wire, a piece at a time.
     */
    public ServerServiceDefinition service() {
        ServerServiceDefinition flower = bindService();
        ServerServiceDefinition.Builder service =
                ServerServiceDefinition.builder(flower.getServiceDescriptor().getName());
        flower.getMethods().forEach(method -> {
            MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
            if (descriptor.getFullMethodName().equals(PUSH.getFullMethodName())) {
                service.addMethod(
                        PUSH.toBuilder(new PushedMarshaller(), PUSH.getResponseMarshaller())
                                .build(),
                        ServerCalls.asyncUnaryCall((Pushed pushed, StreamObserver<PushObjectResponse> observer) ->
                                carry(pushed, observer, this::push)));
            } else if (descriptor.getFullMethodName().equals(PULL.getFullMethodName())) {
                service.addMethod(
                        PULL.toBuilder(PULL.getRequestMarshaller(), new PulledMarshaller())
                                .build(),
                        ServerCalls.asyncUnaryCall((PullObjectRequest request, StreamObserver<PulledObject> observer) ->
                                carry(request, observer, handlers::pullObject)));
            } else {
                service.addMethod(method);
            }
        });
        return service.build();
    }

    private CompletionStage<Outcome<PushObjectResponse>> push(SiteRecord node, Pushed pushed) {
        try (PushedObject object = pushed.object()) {
            return handlers.pushObject(node, pushed.request(), object);
        }
    }

    /** A push that is there whole: the message without content, and the content. */
    private record Pushed(PushObjectRequest request, PushedObject object) {}

    private final class PushedMarshaller implements MethodDescriptor.Marshaller<Pushed> {
        @Override
        public InputStream stream(Pushed value) {
            throw new UnsupportedOperationException("a server writes no requests");
        }

        @Override
        public Pushed parse(InputStream stream) {
            PushedObject object = handlers.pushedObject();
            try {
                byte[] piece = new byte[PIECE];
                int read = stream.read(piece);
                while (read >= 0) {
                    object.take(piece, 0, read);
                    read = stream.read(piece);
                }
                return new Pushed(object.request(), object);
            } catch (IOException e) {
                object.close();
                throw Status.INTERNAL.withCause(e).asRuntimeException();
            }
        }
    }

    private static final class PulledMarshaller implements MethodDescriptor.Marshaller<PulledObject> {
        @Override
        public InputStream stream(PulledObject value) {
            return value.stream();
        }

        @Override
        public PulledObject parse(InputStream stream) {
            throw new UnsupportedOperationException("a server reads no answers");
        }
    }

    /** The id of the node whose call this is, when the gate let it in. */
    static String nodeId() {
        SiteRecord node = NODE.get();
        return node == null ? "" : node.nodeId();
    }

    /** Authenticates a node from Flower's headers before its call is read. */
    public static ServerInterceptor gate(NodeGate gate) {
        Metadata.Key<byte[]> key = Metadata.Key.of(NodeSignature.PUBLIC_KEY_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
        Metadata.Key<String> time = Metadata.Key.of(NodeSignature.TIMESTAMP_HEADER, Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<byte[]> value = Metadata.Key.of(NodeSignature.SIGNATURE_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                byte[] pem = headers.get(key);
                String timestamp = headers.get(time);
                byte[] signature = headers.get(value);
                Outcome<SiteRecord> outcome = pem == null || timestamp == null || signature == null
                        ? new Outcome.GoAway<>("NODE_HEADERS_MISSING")
                        : gate.admit(
                                new NodeSignature(new String(pem, StandardCharsets.US_ASCII), timestamp, signature),
                                String.valueOf(call.getMethodDescriptor().getBareMethodName()));
                if (outcome instanceof Outcome.Done<SiteRecord> admitted) {
                    return Contexts.interceptCall(
                            Context.current().withValue(NODE, admitted.value()), call, headers, next);
                }
                call.close(status(outcome), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        };
    }

    private <Q, A> void carry(
            Q request, StreamObserver<A> observer, BiFunction<SiteRecord, Q, CompletionStage<Outcome<A>>> handler) {
        SiteRecord node = NODE.get();
        if (node == null) {
            observer.onError(Status.UNAUTHENTICATED
                    .withDescription("NODE_HEADERS_MISSING")
                    .asRuntimeException());
            return;
        }
        CompletionStage<Outcome<A>> stage;
        try {
            stage = handler.apply(node, request);
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("site", node.name()).log("fleet call failed");
            observer.onError(Status.UNAVAILABLE.withDescription("TRY_AGAIN").asRuntimeException());
            return;
        }
        if (observer instanceof ServerCallStreamObserver<A> call) {
            call.setOnCancelHandler(() -> stage.toCompletableFuture().cancel(false));
        }
        stage.whenComplete((outcome, failure) -> {
            if (failure instanceof CancellationException) {
                return;
            }
            if (failure != null) {
                LOG.atWarn().setCause(failure).addKeyValue("site", node.name()).log("fleet call failed");
                observer.onError(Status.UNAVAILABLE.withDescription("TRY_AGAIN").asRuntimeException());
            } else if (outcome instanceof Outcome.Done<A> done) {
                if (done.value() instanceof PullMessagesResponse response
                        && observer instanceof ServerCallStreamObserver<A> call
                        && call.isCancelled()) {
                    handlers.notDelivered(node, response);
                }
                observer.onNext(done.value());
                observer.onCompleted();
            } else {
                observer.onError(status(outcome).asRuntimeException());
            }
        });
    }

    private static Status status(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Transient<?> again) {
            return Status.UNAVAILABLE.withDescription(again.reason());
        }
        if (outcome instanceof Outcome.NotForYou<?> no) {
            return Status.PERMISSION_DENIED.withDescription(no.reason());
        }
        return Status.UNAUTHENTICATED.withDescription(outcome instanceof Outcome.GoAway<?> away ? away.reason() : "");
    }

    @Override
    public void registerNode(RegisterNodeFleetRequest request, StreamObserver<RegisterNodeFleetResponse> observer) {
        carry(request, observer, handlers::registerNode);
    }

    @Override
    public void activateNode(ActivateNodeRequest request, StreamObserver<ActivateNodeResponse> observer) {
        carry(request, observer, handlers::activateNode);
    }

    @Override
    public void deactivateNode(DeactivateNodeRequest request, StreamObserver<DeactivateNodeResponse> observer) {
        carry(request, observer, handlers::deactivateNode);
    }

    @Override
    public void unregisterNode(
            UnregisterNodeFleetRequest request, StreamObserver<UnregisterNodeFleetResponse> observer) {
        carry(request, observer, handlers::unregisterNode);
    }

    @Override
    public void sendNodeHeartbeat(
            SendNodeHeartbeatRequest request, StreamObserver<SendNodeHeartbeatResponse> observer) {
        carry(request, observer, handlers::heartbeat);
    }

    @Override
    public void pullMessages(PullMessagesRequest request, StreamObserver<PullMessagesResponse> observer) {
        carry(request, observer, handlers::pullMessages);
    }

    @Override
    public void pushMessages(PushMessagesRequest request, StreamObserver<PushMessagesResponse> observer) {
        carry(request, observer, handlers::pushMessages);
    }

    @Override
    public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> observer) {
        carry(request, observer, handlers::getRun);
    }

    @Override
    public void getFab(GetFabRequest request, StreamObserver<GetFabResponse> observer) {
        carry(request, observer, handlers::getFab);
    }

    @Override
    public void confirmMessageReceived(
            ConfirmMessageReceivedRequest request, StreamObserver<ConfirmMessageReceivedResponse> observer) {
        carry(request, observer, handlers::confirm);
    }
}
