package org.osteon.coordinator.fleet;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Lets only a few calls with large bodies in at a time: the body of a waiting one is not asked for, so that flow
 * control holds it at the sender and memory stays bounded however many nodes push.
 */
public final class Admission implements ServerInterceptor {
    private static final String PUSH = "flwr.proto.Fleet/PushObject";

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    /** Admission of that many bodies at once. */
    public Admission(int bodiesAtOnce) {
        free = bodiesAtOnce;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!PUSH.equals(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        Admitted<Q, A> listener = new Admitted<>(call, headers, next);
        enter(listener);
        return listener;
    }

    private synchronized void enter(Runnable admitted) {
        if (free > 0) {
            free--;
            admitted.run();
        } else {
            waiting.add(admitted);
        }
    }

    private void leave() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        next.run();
    }

    /** A call before and after it was let in. */
    private final class Admitted<Q, A> extends ServerCall.Listener<Q> implements Runnable {
        private final ServerCall<Q, A> call;
        private final Metadata headers;
        private final ServerCallHandler<Q, A> next;
        private final io.grpc.Context context = io.grpc.Context.current();
        private ServerCall.@Nullable Listener<Q> inner;
        private boolean over;

        Admitted(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            this.call = call;
            this.headers = headers;
            this.next = next;
        }

        @Override
        public void run() {
            boolean alreadyOver;
            synchronized (this) {
                alreadyOver = over;
            }
            if (alreadyOver) {
                leave();
                return;
            }
            io.grpc.Context previous = context.attach();
            try {
                ServerCall.Listener<Q> started = next.startCall(call, headers);
                synchronized (this) {
                    inner = new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(started) {};
                }
            } catch (RuntimeException e) {
                call.close(Status.UNAVAILABLE.withDescription("TRY_AGAIN"), new Metadata());
                end();
            } finally {
                context.detach(previous);
            }
        }

        @Override
        public void onMessage(Q message) {
            ServerCall.Listener<Q> to = inner;
            if (to != null) {
                to.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            ServerCall.Listener<Q> to = inner;
            if (to != null) {
                to.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            ServerCall.Listener<Q> to = inner;
            if (to != null) {
                to.onCancel();
            }
            end();
        }

        @Override
        public void onComplete() {
            ServerCall.Listener<Q> to = inner;
            if (to != null) {
                to.onComplete();
            }
            end();
        }

        @Override
        public void onReady() {
            ServerCall.Listener<Q> to = inner;
            if (to != null) {
                to.onReady();
            }
        }

        private void end() {
            boolean first;
            boolean entered;
            synchronized (this) {
                first = !over;
                over = true;
                entered = inner != null;
            }
            if (first && entered) {
                leave();
            }
        }
    }
}
