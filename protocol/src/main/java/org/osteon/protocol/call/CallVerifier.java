package org.osteon.protocol.call;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call through only when its headers carry a registered key's signature over this method, a time within the
 * window, a nonce never used before, and this very body. Put it on every service but enrolment.
 */
public final class CallVerifier implements ServerInterceptor {
    /** How far a call's time may be from the server's. */
    public static final Duration WINDOW = Duration.ofMinutes(5);

    private final CallDirectory directory;
    private final Clock clock;

    /** A verifier over these callers. */
    public CallVerifier(CallDirectory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        ServerCall<Q, A> quiet = new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
            @Override
            public void request(int count) {
                // The one request a unary call has is asked for below, before the handler exists.
            }
        };
        call.request(2);
        return new ServerCall.Listener<>() {
            private ServerCall.@Nullable Listener<Q> handler;
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (handler != null || refused) {
                    return;
                }
                String method = call.getMethodDescriptor().getFullMethodName();
                Object outcome = verify(method, headers, ((MessageLite) message).toByteArray());
                if (outcome instanceof Principal principal) {
                    Context context = Context.current().withValue(Principal.contextKey(), principal);
                    ServerCall.Listener<Q> started = Contexts.interceptCall(context, quiet, headers, next);
                    handler = started;
                    started.onMessage(message);
                } else {
                    refused = true;
                    call.close(Status.UNAUTHENTICATED.withDescription(String.valueOf(outcome)), new Metadata());
                }
            }

            @Override
            public void onHalfClose() {
                if (handler != null) {
                    handler.onHalfClose();
                } else if (!refused) {
                    refused = true;
                    call.close(Status.INVALID_ARGUMENT.withDescription("REQUEST_MISSING"), new Metadata());
                }
            }

            @Override
            public void onCancel() {
                if (handler != null) {
                    handler.onCancel();
                }
            }

            @Override
            public void onComplete() {
                if (handler != null) {
                    handler.onComplete();
                }
            }

            @Override
            public void onReady() {
                if (handler != null) {
                    handler.onReady();
                }
            }
        };
    }

    /** The principal, or the refusal code. */
    private Object verify(String method, Metadata headers, byte[] body) {
        String keyId = headers.get(CallHeaders.KEY_ID);
        String time = headers.get(CallHeaders.TIME);
        String nonce = headers.get(CallHeaders.NONCE);
        byte[] signature = headers.get(CallHeaders.SIGNATURE);
        if (keyId == null || time == null || nonce == null || signature == null || !nonce.matches("[0-9a-f]{32}")) {
            return "CALL_UNSIGNED";
        }
        Instant made;
        try {
            made = Instant.parse(time);
        } catch (DateTimeException e) {
            return "CALL_TIME_MALFORMED";
        }
        Instant now = clock.instant();
        if (Duration.between(made, now).abs().compareTo(WINDOW) > 0) {
            return "CALL_TIME_OUTSIDE_WINDOW";
        }
        CallDirectory.Entry entry = directory.find(keyId).orElse(null);
        if (entry == null) {
            return "CALLER_UNKNOWN";
        }
        if (!entry.key().verifiesRaw(CallHeaders.signedBytes(method, time, nonce, body), signature)) {
            return "CALL_SIGNATURE_INVALID";
        }
        if (!directory.firstUse(keyId, nonce, made.plus(WINDOW.multipliedBy(2)))) {
            return "CALL_REPLAYED";
        }
        return entry.principal();
    }
}
