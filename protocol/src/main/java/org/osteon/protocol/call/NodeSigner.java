package org.osteon.protocol.call;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/** Puts Flower's node authentication on each Fleet call; each timestamp is used once. */
public final class NodeSigner implements ClientInterceptor {
    private static final Metadata.Key<byte[]> KEY =
            Metadata.Key.of(NodeSignature.PUBLIC_KEY_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<String> TIME =
            Metadata.Key.of(NodeSignature.TIMESTAMP_HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> SIGNATURE =
            Metadata.Key.of(NodeSignature.SIGNATURE_HEADER, Metadata.BINARY_BYTE_MARSHALLER);

    private final SigningKey key;
    private final Clock clock;
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);

    /** A signer with this node key; times come from the clock. */
    public NodeSigner(SigningKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                NodeSignature signature = sign();
                headers.put(KEY, signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII));
                headers.put(TIME, signature.timestamp());
                headers.put(SIGNATURE, signature.signature());
                super.start(listener, headers);
            }
        };
    }

    /** The signature of the next call, for carriers other than gRPC. */
    public NodeSignature sign() {
        return NodeSignature.make(key, nextTime());
    }

    /** Strictly growing microseconds. */
    private Instant nextTime() {
        return last.updateAndGet(before -> {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            return now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS);
        });
    }
}
