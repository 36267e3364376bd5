package org.osteon.protocol.call;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.sign.SigningKey;

/** Signs each unary request with the caller's key; headers go out when the body is known. */
public final class CallSigner implements ClientInterceptor {
    private final SigningKey key;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** A signer with this key; times come from the clock. */
    public CallSigner(SigningKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            private @Nullable Listener<A> listener;
            private @Nullable Metadata headers;
            private int requested;
            private boolean started;

            @Override
            public void start(Listener<A> responseListener, Metadata callHeaders) {
                listener = responseListener;
                headers = callHeaders;
            }

            @Override
            public void request(int count) {
                if (started) {
                    super.request(count);
                } else {
                    requested += count;
                }
            }

            @Override
            public void sendMessage(Q message) {
                Listener<A> toStart = listener;
                Metadata signed = headers;
                if (started || toStart == null || signed == null) {
                    throw new IllegalStateException("a signed call carries exactly one request");
                }
                sign(method.getFullMethodName(), ((MessageLite) message).toByteArray(), signed);
                started = true;
                super.start(toStart, signed);
                super.request(requested);
                super.sendMessage(message);
            }

            @Override
            public void cancel(@Nullable String text, @Nullable Throwable cause) {
                Listener<A> toStart = listener;
                Metadata unsigned = headers;
                if (!started && toStart != null && unsigned != null) {
                    started = true;
                    super.start(toStart, unsigned);
                }
                super.cancel(text, cause);
            }
        };
    }

    private void sign(String method, byte[] body, Metadata headers) {
        byte[] raw = new byte[16];
        random.nextBytes(raw);
        String nonce = HexFormat.of().formatHex(raw);
        String time = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        headers.put(CallHeaders.KEY_ID, key.publicKey().keyId());
        headers.put(CallHeaders.TIME, time);
        headers.put(CallHeaders.NONCE, nonce);
        headers.put(CallHeaders.SIGNATURE, key.signRaw(CallHeaders.signedBytes(method, time, nonce, body)));
    }
}
