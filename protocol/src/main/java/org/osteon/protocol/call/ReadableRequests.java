package org.osteon.protocol.call;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request whose bytes are not of its message type as the caller's fault. gRPC alone takes it for a fault of
 * the server: the caller gets {@code UNKNOWN}, and the log a stack trace for whatever anybody sends.
 */
public final class ReadableRequests {
    private static final Status UNREADABLE = Status.INVALID_ARGUMENT.withDescription(
            "REQUEST_MALFORMED: the request's bytes are not a message of the method's type");

    private ReadableRequests() {}

    /** The same service, interceptors included, which is asked only what could be read. */
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        ServerServiceDefinition.Builder builder =
                ServerServiceDefinition.builder(service.getServiceDescriptor().getName());
        service.getMethods().forEach(method -> builder.addMethod(readable(method)));
        return builder.build();
    }

    /** A request, or nothing when its bytes could not be read. */
    private record Read<Q>(@Nullable Q request) {}

    private static <Q, A> ServerMethodDefinition<Read<Q>, A> readable(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        MethodDescriptor.Marshaller<Read<Q>> requests = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(Read<Q> value) {
                throw new UnsupportedOperationException("a server writes no requests");
            }

            @Override
            public Read<Q> parse(InputStream stream) {
                try {
                    return new Read<>(descriptor.parseRequest(stream));
                } catch (StatusRuntimeException e) {
                    return new Read<>(null);
                }
            }
        };
        ServerCallHandler<Q, A> handler = method.getServerCallHandler();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(requests, descriptor.getResponseMarshaller())
                        .build(),
                (call, headers) -> {
                    Call<Q, A> inner = new Call<>(call, descriptor);
                    return new Listener<>(inner, handler.startCall(inner, headers));
                });
    }

    /** The call as the handler knows it, closed at most once. */
    private static final class Call<Q, A> extends ForwardingServerCall<Q, A> {
        private final ServerCall<Read<Q>, A> outer;
        private final MethodDescriptor<Q, A> descriptor;
        private boolean closed;
        private boolean unreadable;

        Call(ServerCall<Read<Q>, A> outer, MethodDescriptor<Q, A> descriptor) {
            this.outer = outer;
            this.descriptor = descriptor;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected ServerCall<Q, A> delegate() {
            // Only the type of requests differs, and a call hands none out.
            return (ServerCall<Q, A>) outer;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return descriptor;
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!unreadable) {
                closed = true;
                super.close(status, trailers);
            }
        }

        synchronized void refuse() {
            if (!closed) {
                super.close(UNREADABLE, new Metadata());
            }
            closed = true;
            unreadable = true;
        }

        synchronized boolean refused() {
            return unreadable;
        }
    }

    /** Keeps from the handler what could not be read, and what follows it. */
    private static final class Listener<Q, A> extends ServerCall.Listener<Read<Q>> {
        private final Call<Q, A> call;
        private final ServerCall.Listener<Q> inner;

        Listener(Call<Q, A> call, ServerCall.Listener<Q> inner) {
            this.call = call;
            this.inner = inner;
        }

        @Override
        public void onMessage(Read<Q> message) {
            Q request = message.request();
            if (request == null) {
                call.refuse();
            } else if (!call.refused()) {
                inner.onMessage(request);
            }
        }

        @Override
        public void onHalfClose() {
            if (!call.refused()) {
                inner.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            inner.onCancel();
        }

        @Override
        public void onComplete() {
            inner.onComplete();
        }

        @Override
        public void onReady() {
            inner.onReady();
        }
    }
}
