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
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                ClientCall<Q, A> call = delegate();
                open.add(call);
                if (redSwitch.on()) {
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
        };
    }
}
