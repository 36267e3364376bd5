package org.osteon.site.egress;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.NodeSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.SiteLinkGrpc;

/**
 * A connection to the hub, or to what carries Flower's calls for it: TLS pinned to its key, every call signed with the
 * node key.
 */
final class HubChannel implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;

    private final ManagedChannel channel;
    private final Channel fleet;
    private final Channel link;
    private final OpenCalls open;

    /** Pings only a hub of ours; a Flower server counts pings more often than every five minutes as abuse. */
    HubChannel(String server, Digest pin, SigningKey nodeKey, Clock clock, boolean pinging, RedSwitch redSwitch) {
        open = new OpenCalls(redSwitch);
        channel = Grpc.newChannelBuilder(server, TlsPin.channelCredentials(pin))
                .maxInboundMessageSize(MAX_MESSAGE)
                .keepAliveTime(pinging ? 60 : Long.MAX_VALUE / 1_000_000_000, TimeUnit.SECONDS)
                .build();
        fleet = ClientInterceptors.intercept(channel, new NodeSigner(nodeKey, clock), open);
        link = ClientInterceptors.intercept(channel, new CallSigner(nodeKey, clock), open);
    }

    /** One of Flower's calls. */
    <Q, A> A fleet(MethodDescriptor<Q, A> method, Q request, Duration limit) {
        connectNow();
        return ClientCalls.blockingUnaryCall(
                fleet, method, CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS), request);
    }

    /** Osteon's own calls. */
    SiteLinkGrpc.SiteLinkBlockingStub link(Duration limit) {
        connectNow();
        return SiteLinkGrpc.newBlockingStub(link).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Whoever calls has waited already: gRPC's own pauses grow to two minutes, in which a hub would be back unnoticed.
     */
    private void connectNow() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
    }

    /** Ends every call that is under way, also one that waits for news. */
    void hangUp() {
        open.cancel();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
