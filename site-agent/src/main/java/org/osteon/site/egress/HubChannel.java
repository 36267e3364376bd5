package org.osteon.site.egress;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.SiteLinkGrpc;

/** The one connection to the hub: TLS pinned to its key, every call signed with the node key. */
final class HubChannel implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;

    private final ManagedChannel channel;
    private final Channel fleet;
    private final Channel link;

    HubChannel(String hub, Digest pin, SigningKey nodeKey, Clock clock) {
        channel = Grpc.newChannelBuilder(hub, TlsPin.channelCredentials(pin))
                .maxInboundMessageSize(MAX_MESSAGE)
                .keepAliveTime(60, TimeUnit.SECONDS)
                .build();
        fleet = ClientInterceptors.intercept(channel, new FlowerHeaders(nodeKey, clock));
        link = ClientInterceptors.intercept(channel, new CallSigner(nodeKey, clock));
    }

    /** Flower's calls. */
    FleetGrpc.FleetBlockingStub fleet(Duration limit) {
        return FleetGrpc.newBlockingStub(fleet).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Osteon's own calls. */
    SiteLinkGrpc.SiteLinkBlockingStub link(Duration limit) {
        return SiteLinkGrpc.newBlockingStub(link).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Fails what is waiting, and begins again with the next call. */
    void hangUp() {
        channel.enterIdle();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** Flower's node authentication; each timestamp is used once. */
    private static final class FlowerHeaders implements ClientInterceptor {
        private static final Metadata.Key<byte[]> KEY = Metadata.Key.of(NodeSignature.PUBLIC_KEY_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
        private static final Metadata.Key<String> TIME = Metadata.Key.of(NodeSignature.TIMESTAMP_HEADER, Metadata.ASCII_STRING_MARSHALLER);
        private static final Metadata.Key<byte[]> SIGNATURE = Metadata.Key.of(NodeSignature.SIGNATURE_HEADER, Metadata.BINARY_BYTE_MARSHALLER);

        private final SigningKey key;
        private final Clock clock;
        private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);

        FlowerHeaders(SigningKey key, Clock clock) {
            this.key = key;
            this.clock = clock;
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    NodeSignature signature = NodeSignature.make(key, nextTime());
                    headers.put(KEY, signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII));
                    headers.put(TIME, signature.timestamp());
                    headers.put(SIGNATURE, signature.signature());
                    super.start(listener, headers);
                }
            };
        }

        /** Strictly growing microseconds. */
        private Instant nextTime() {
            return last.updateAndGet(before -> {
                Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
                return now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS);
            });
        }
    }
}
