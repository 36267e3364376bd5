package org.osteon.coordinator.link;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import org.jspecify.annotations.Nullable;

/** Lets a call know the connection it came over: whether that is still there when the caller has ended the call. */
public final class Connections extends ServerTransportFilter implements ServerInterceptor {
    private static final Attributes.Key<Connection> ATTRIBUTE = Attributes.Key.create("osteon-connection");
    private static final Context.Key<Connection> CURRENT = Context.key("osteon-connection");

    /** A connection: when it ended, by the clock of {@link System#nanoTime}. */
    public static final class Connection {
        private volatile boolean ended;
        private volatile long endedAt;

        /** Whether it stayed open for at least so long after a moment, or still does. */
        public boolean outlived(long momentNanos, long atLeastNanos) {
            return !ended || endedAt - momentNanos > atLeastNanos;
        }

        void end() {
            endedAt = System.nanoTime();
            ended = true;
        }
    }

    /** The connection of the call at hand; nothing outside a call. */
    static @Nullable Connection current() {
        return CURRENT.get();
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        return attributes.toBuilder().set(ATTRIBUTE, new Connection()).build();
    }

    @Override
    public void transportTerminated(@Nullable Attributes attributes) {
        Connection connection = attributes == null ? null : attributes.get(ATTRIBUTE);
        if (connection != null) {
            connection.end();
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Connection connection = call.getAttributes().get(ATTRIBUTE);
        return connection == null
                ? next.startCall(call, headers)
                : Contexts.interceptCall(Context.current().withValue(CURRENT, connection), call, headers, next);
    }
}
