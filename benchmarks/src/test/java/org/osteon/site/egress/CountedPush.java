package org.osteon.site.egress;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/** The agent's own way of handing in a reply, with the bytes counted that it gives to the connection. */
public final class CountedPush {
    private final ReplyPush push;
    private long objectBytes;
    private long announcedBytes;

    /** Pushes of a node over a channel that signs its calls. */
    public CountedPush(Channel fleet, Node node) {
        this.push = new ReplyPush(
                new FleetCalls() {
                    @Override
                    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration limit) {
                        if (request instanceof PushObjectRequest object) {
                            objectBytes += object.getObjectContent().size();
                        } else if (request instanceof PushMessagesRequest announced) {
                            announcedBytes += announced.getSerializedSize();
                        }
                        return ClientCalls.blockingUnaryCall(
                                fleet,
                                method,
                                CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS),
                                request);
                    }

                    @Override
                    public void hangUp() {}

                    @Override
                    public void close() {}
                },
                node,
                () -> false);
    }

    /** One try. */
    public void send(OutgoingMessage message) {
        push.send(message);
    }

    /** Bytes of objects given to the connection, in whole calls, whether they arrived or not. */
    public long objectBytes() {
        return objectBytes;
    }

    /** Bytes of announcements of the reply. */
    public long announcedBytes() {
        return announcedBytes;
    }
}
