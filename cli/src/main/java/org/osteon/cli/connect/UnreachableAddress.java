package org.osteon.cli.connect;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Says in a status without a code of ours which address did not answer, and why as far as the network says. */
final class UnreachableAddress implements ClientInterceptor {
    private final String address;

    UnreachableAddress(String address) {
        this.address = address;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                super.onClose(named(status), trailers);
                            }
                        },
                        headers);
            }
        };
    }

    private Status named(Status status) {
        String text = status.getDescription() == null ? "" : status.getDescription();
        boolean ours = text.matches("(?s)[A-Z][A-Z0-9_]+: .*");
        boolean away = status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
        return away && !ours ? status.withDescription(address + why(status)) : status;
    }

    private static String why(Status status) {
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null || cause.getMessage() == null ? "" : ", " + cause.getMessage();
    }
}
