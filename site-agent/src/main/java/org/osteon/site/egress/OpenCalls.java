package org.osteon.site.egress;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls under way on a connection: none begins while the red switch is on, and all of them can be ended at once. A
 * call is known here before the switch is asked, so that one of the two always finds it.
 */
final class OpenCalls implements ClientInterceptor {
    private final RedSwitch redSwitch;
    private final Set<ClientCall<?, ?>> open = ConcurrentHashMap.newKeySet();

    OpenCalls(RedSwitch redSwitch) {
        this.redSwitch = redSwitch;
    }

    /** Ends what is under way. */
    void cancel() {
        open.forEach(call -> call.cancel("everything is stopped", null));
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            // The switch ends a call from another thread, perhaps between any two of its steps; an ended call takes
            // none.
            private boolean cancelled;

            @Override
            public synchronized void start(Listener<A> listener, Metadata headers) {
                ClientCall<Q, A> call = this;
                open.add(call);
                if (cancelled || redSwitch.on()) {
                    open.remove(call);
                    throw new FleetSession.Stopped();
                }
                super.start(
                        new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                open.remove(call);
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }

            @Override
            public synchronized void cancel(@Nullable String message, @Nullable Throwable cause) {
                cancelled = true;
                super.cancel(message, cause);
            }

            @Override
            public synchronized void sendMessage(Q message) {
                if (!cancelled) {
                    super.sendMessage(message);
                }
            }

            @Override
            public synchronized void halfClose() {
                if (!cancelled) {
                    super.halfClose();
                }
            }
        };
    }
}
