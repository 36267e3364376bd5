package org.osteon.coordinator.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.LoginService;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.flower.wire.ControlGrpc;
import org.osteon.protocol.flower.wire.GetAuthTokensRequest;
import org.osteon.protocol.flower.wire.GetAuthTokensResponse;
import org.osteon.protocol.flower.wire.GetLoginDetailsRequest;
import org.osteon.protocol.flower.wire.GetLoginDetailsResponse;
import org.osteon.protocol.flower.wire.ListFederationsRequest;
import org.osteon.protocol.flower.wire.ListFederationsResponse;
import org.osteon.protocol.flower.wire.ListNodesRequest;
import org.osteon.protocol.flower.wire.ListNodesResponse;
import org.osteon.protocol.flower.wire.ListRunsRequest;
import org.osteon.protocol.flower.wire.ListRunsResponse;
import org.osteon.protocol.flower.wire.RegisterNodeRequest;
import org.osteon.protocol.flower.wire.RegisterNodeResponse;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StartRunResponse;
import org.osteon.protocol.flower.wire.StopRunRequest;
import org.osteon.protocol.flower.wire.StopRunResponse;
import org.osteon.protocol.flower.wire.StreamLogsRequest;
import org.osteon.protocol.flower.wire.StreamLogsResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thin gRPC binding of {@link ControlHandlers}, as the {@code flwr} command 1.24 to 1.36 speaks it. */
public final class GrpcControlCarrier extends ControlGrpc.ControlImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcControlCarrier.class);
    private static final Context.Key<Person> PERSON = Context.key("osteon-person");
    private static final Context.Key<Integer> RELEASE = Context.key("osteon-flwr-release");
    private static final Metadata.Key<String> ACCESS =
            Metadata.Key.of("flwr-oidc-access-token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REFRESH =
            Metadata.Key.of("flwr-oidc-refresh-token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> VERSION =
            Metadata.Key.of("flwr-package-version", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern RELEASE_FORM = Pattern.compile("1\\.([0-9]{1,4})\\..{0,20}");

    /** From 1.34 the command reads a refusal as JSON. */
    private static final int JSON_SINCE = 34;

    private final ControlHandlers handlers;

    /** A carrier of these handlers. */
    public GrpcControlCarrier(ControlHandlers handlers) {
        this.handlers = handlers;
    }

    /** Finds the caller, and refuses who may not, before a call is read. */
    public static ServerInterceptor gate(ControlHandlers handlers) {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                int release = release(headers.get(VERSION));
                Context context = Context.current().withValue(RELEASE, release);
                String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
                Optional<ControlCall> known = ControlCall.ofMethod(method);
                try {
                    ControlCall wanted = known.orElseThrow(() -> ControlRefusal.notServed(method));
                    if (wanted.open()) {
                        return Contexts.interceptCall(context, call, headers, next);
                    }
                    ControlHandlers.Admitted admitted = handlers.admit(
                            wanted,
                            Optional.ofNullable(headers.get(ACCESS)),
                            Optional.ofNullable(headers.get(REFRESH)));
                    return Contexts.interceptCall(
                            context.withValue(PERSON, admitted.person()),
                            admitted.renewed()
                                    .<ServerCall<Q, A>>map(tokens -> new Renewed<>(call, tokens))
                                    .orElse(call),
                            headers,
                            next);
                } catch (ControlRefusal refusal) {
                    call.close(status(refusal, release), new Metadata());
                    return new ServerCall.Listener<>() {};
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("a control call could not be admitted");
                    call.close(Status.UNAVAILABLE.withDescription("TRY_AGAIN"), new Metadata());
                    return new ServerCall.Listener<>() {};
                }
            }
        };
    }

    /** Sends renewed tokens with the head of the answer, where the command takes them from. */
    private static final class Renewed<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final LoginService.Tokens tokens;
        private boolean sent;

        Renewed(ServerCall<Q, A> call, LoginService.Tokens tokens) {
            super(call);
            this.tokens = tokens;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            sent = true;
            headers.put(ACCESS, tokens.access());
            headers.put(REFRESH, tokens.refresh());
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!sent) {
                sendHeaders(new Metadata());
            }
            super.close(status, trailers);
        }
    }

    /** The minor number of a release 1.x; 0 before 1.30, which does not say. */
    private static int release(String version) {
        Matcher form = RELEASE_FORM.matcher(version == null ? "" : version);
        return form.matches() ? Integer.parseInt(form.group(1)) : 0;
    }

    private static <A> void carry(StreamObserver<A> observer, Supplier<A> handler) {
        try {
            A answer = handler.get();
            observer.onNext(answer);
            observer.onCompleted();
        } catch (ControlRefusal refusal) {
            observer.onError(status(refusal, RELEASE.get()).asRuntimeException());
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("control call failed");
            observer.onError(Status.INTERNAL
                    .withDescription("the hub could not do that; its log says why")
                    .asRuntimeException());
        }
    }

    private static Person person() {
        Person person = PERSON.get();
        if (person == null) {
            throw ControlRefusal.notSignedIn();
        }
        return person;
    }

    private static Status status(ControlRefusal refusal, int release) {
        Status status = switch (refusal.kind()) {
            case WRONG -> Status.INVALID_ARGUMENT;
            case NOT_SIGNED_IN -> Status.UNAUTHENTICATED;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case ABSENT -> Status.NOT_FOUND;
            case CONFLICT -> Status.FAILED_PRECONDITION;
            case NOT_SERVED -> Status.UNIMPLEMENTED;
            case AGAIN -> Status.UNAVAILABLE;
        };
        // The command has its own words for somebody who is not signed in, unless it is given others.
        boolean plain = release < JSON_SINCE || refusal.kind() == ControlRefusal.Kind.NOT_SIGNED_IN;
        return status.withDescription(plain ? refusal.text() : json(refusal));
    }

    private static String json(ControlRefusal refusal) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("code", refusal.number());
        values.put("public_message", refusal.text());
        JsonNode tree = CanonicalJson.tree(values);
        return new String(CanonicalJson.write(tree), StandardCharsets.UTF_8);
    }

    @Override
    public void startRun(StartRunRequest request, StreamObserver<StartRunResponse> observer) {
        carry(observer, () -> handlers.startRun(person(), request));
    }

    @Override
    public void stopRun(StopRunRequest request, StreamObserver<StopRunResponse> observer) {
        carry(observer, () -> handlers.stopRun(person(), request));
    }

    @Override
    public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> observer) {
        carry(observer, () -> handlers.listRuns(person(), request));
    }

    @Override
    public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> observer) {
        ServerCallStreamObserver<StreamLogsResponse> call = (ServerCallStreamObserver<StreamLogsResponse>) observer;
        call.setOnCancelHandler(() -> {});
        try {
            handlers.streamLogs(person(), request, new LogSink() {
                @Override
                public void lines(StreamLogsResponse lines) {
                    call.onNext(lines);
                }

                @Override
                public void end() {
                    call.onCompleted();
                }

                @Override
                public boolean gone() {
                    return call.isCancelled();
                }
            });
        } catch (ControlRefusal refusal) {
            observer.onError(status(refusal, RELEASE.get()).asRuntimeException());
        }
    }

    @Override
    public void registerNode(RegisterNodeRequest request, StreamObserver<RegisterNodeResponse> observer) {
        carry(observer, () -> handlers.registerNode(person(), request));
    }

    @Override
    public void unregisterNode(UnregisterNodeRequest request, StreamObserver<UnregisterNodeResponse> observer) {
        carry(observer, () -> handlers.unregisterNode(person(), request));
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
        carry(observer, () -> handlers.listNodes(person()));
    }

    @Override
    public void listFederations(ListFederationsRequest request, StreamObserver<ListFederationsResponse> observer) {
        carry(observer, () -> handlers.listFederations(person(), RELEASE.get() > 0));
    }

    @Override
    public void getLoginDetails(GetLoginDetailsRequest request, StreamObserver<GetLoginDetailsResponse> observer) {
        carry(observer, handlers::loginDetails);
    }

    @Override
    public void getAuthTokens(GetAuthTokensRequest request, StreamObserver<GetAuthTokensResponse> observer) {
        carry(observer, () -> handlers.authTokens(request));
    }
}
