package org.osteon.site.egress;

import io.grpc.MethodDescriptor;
import java.time.Duration;

/** Fleet calls over gRPC: our hub, and Flower 1.23 to 1.39. */
final class GrpcFleetCalls implements FleetCalls {
    private final HubChannel channel;

    GrpcFleetCalls(HubChannel channel) {
        this.channel = channel;
    }

    @Override
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration limit) {
        return channel.fleet(method, request, limit);
    }

    @Override
    public void hangUp() {
        channel.hangUp();
    }

    @Override
    public void close() {
        channel.close();
    }
}
