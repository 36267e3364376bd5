package org.osteon.coordinator.fleet;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets only a few calls with large bodies, or with large answers, in at a time, for gRPC keeps a message in memory
 * whole: the body of a waiting one is not asked for, so that flow control holds it at the sender, and its answer is not
 * made. So memory stays bounded however many nodes push and pull. A call that was let in and does not finish its body
 * in time is ended; either gives its place to the next.
 */
public final class Admission implements ServerInterceptor {
    private static final String PUSH = "flwr.proto.Fleet/PushObject";
    private static final String PULL = "flwr.proto.Fleet/PullObject";

    private final String method;
    private final boolean answers;
    private final BodyPlaces places;
    private final ScheduledExecutorService timer;
    private final Duration patience;

    /** Admission of as many bodies at once as there are places, each of which may take that long to arrive. */
    public Admission(BodyPlaces places, Duration patience, ScheduledExecutorService timer) {
        this(PUSH, places, patience, timer);
    }

    private Admission(String method, BodyPlaces places, Duration patience, ScheduledExecutorService timer) {
        this.method = method;
        this.answers = PULL.equals(method);
        this.places = places;
        this.patience = patience;
        this.timer = timer;
    }

    /**
     * Admission of as many large answers at once as there are places; one whose node takes longer than that to read it
     * gives its place to the next.
     */
    public static Admission ofAnswers(BodyPlaces places, Duration patience, ScheduledExecutorService timer) {
        return new Admission(PULL, places, patience, timer);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!method.equals(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        Admitted<Q, A> admitted = new Admitted<>(call, headers, next);
        if (places.enter(admitted.node, admitted.start)) {
            admitted.start();
        }
        return admitted;
    }

    /**
     * A call before and after it was let in; what happens to it before its handler is there is kept for the handler.
     */
    private final class Admitted<Q, A> extends ServerCall.Listener<Q> {
        private final ServerCall<Q, A> call;
        private final Metadata headers;
        private final ServerCallHandler<Q, A> next;
        private final Context context = Context.current();
        private final String node = GrpcFleetCarrier.nodeId();
        private final List<Consumer<ServerCall.Listener<Q>>> early = new ArrayList<>();
        private final Runnable start = this::start;
        private ServerCall.@Nullable Listener<Q> handler;
        private @Nullable Future<?> limit;
        private boolean entered;
        private boolean complete;
        private boolean over;

        Admitted(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            this.call = call;
            this.headers = headers;
            this.next = next;
        }

        /** Starts the handler, which asks for the body; whoever calls this has taken a place for it. */
        void start() {
            boolean gone;
            synchronized (this) {
                gone = over;
                entered = !gone;
                if (!gone && (answers || !complete)) {
                    limit = timer.schedule(this::giveUp, patience.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
            if (gone) {
                places.leave(node);
                return;
            }
            Context previous = context.attach();
            try {
                ServerCall.Listener<Q> started = next.startCall(call, headers);
                synchronized (this) {
                    early.forEach(event -> event.accept(started));
                    early.clear();
                    handler = started;
                }
            } catch (RuntimeException e) {
                close("TRY_AGAIN");
            } finally {
                context.detach(previous);
            }
        }

        private void giveUp() {
            if (answers) {
                end();
                return;
            }
            synchronized (this) {
                if (complete || over) {
                    return;
                }
                early.clear();
                handler = new ServerCall.Listener<>() {};
            }
            close("BODY_TOO_SLOW");
        }

        private void close(String reason) {
            call.close(Status.UNAVAILABLE.withDescription(reason), new Metadata());
            end();
        }

        private void pass(Consumer<ServerCall.Listener<Q>> event) {
            ServerCall.Listener<Q> to;
            synchronized (this) {
                if (handler == null) {
                    early.add(event);
                    return;
                }
                to = handler;
            }
            event.accept(to);
        }

        @Override
        public void onMessage(Q message) {
            pass(listener -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            synchronized (this) {
                complete = true;
                if (limit != null && !answers) {
                    limit.cancel(false);
                }
            }
            pass(ServerCall.Listener::onHalfClose);
        }

        @Override
        public void onCancel() {
            pass(ServerCall.Listener::onCancel);
            end();
        }

        @Override
        public void onComplete() {
            pass(ServerCall.Listener::onComplete);
            end();
        }

        @Override
        public void onReady() {
            pass(ServerCall.Listener::onReady);
        }

        private void end() {
            boolean inside;
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
                inside = entered;
                if (limit != null) {
                    limit.cancel(false);
                }
            }
            if (inside) {
                places.leave(node);
            } else {
                places.forget(start);
            }
        }
    }
}
