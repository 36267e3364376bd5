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
import java.util.Objects;
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
        Object known = caller(headers);
        if (!(known instanceof CallDirectory.Entry entry)) {
            // Before the body is asked for: a stranger's is never held in memory.
            call.close(Status.UNAUTHENTICATED.withDescription(String.valueOf(known)), new Metadata());
            return new ServerCall.Listener<>() {};
        }
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
                Object outcome = verify(entry, method, headers, ((MessageLite) message).toByteArray());
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

    /** The registered caller that the headers name, or the refusal code. */
    private Object caller(Metadata headers) {
        String keyId = headers.get(CallHeaders.KEY_ID);
        String time = headers.get(CallHeaders.TIME);
        String nonce = headers.get(CallHeaders.NONCE);
        if (keyId == null
                || time == null
                || nonce == null
                || headers.get(CallHeaders.SIGNATURE) == null
                || !nonce.matches("[0-9a-f]{32}")) {
            return "CALL_UNSIGNED";
        }
        Instant made;
        try {
            made = Instant.parse(time);
        } catch (DateTimeException e) {
            return "CALL_TIME_MALFORMED";
        }
        if (Duration.between(made, clock.instant()).abs().compareTo(WINDOW) > 0) {
            return "CALL_TIME_OUTSIDE_WINDOW";
        }
        return directory.find(keyId).<Object>map(found -> found).orElse("CALLER_UNKNOWN");
    }

    /** The principal, or the refusal code; the headers are those of a registered caller. */
    private Object verify(CallDirectory.Entry entry, String method, Metadata headers, byte[] body) {
        String time = Objects.requireNonNull(headers.get(CallHeaders.TIME));
        String nonce = Objects.requireNonNull(headers.get(CallHeaders.NONCE));
        byte[] signature = Objects.requireNonNull(headers.get(CallHeaders.SIGNATURE));
        if (!entry.key().verifiesRaw(CallHeaders.signedBytes(method, time, nonce, body), signature)) {
            return "CALL_SIGNATURE_INVALID";
        }
        Instant forget = Instant.parse(time).plus(WINDOW.multipliedBy(2));
        if (!directory.firstUse(entry.key().keyId(), nonce, forget)) {
            return "CALL_REPLAYED";
        }
        return entry.principal();
    }
}
