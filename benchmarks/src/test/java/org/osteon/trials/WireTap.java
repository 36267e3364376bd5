package org.osteon.trials;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.call.TlsPin;

/**
 * Stands between sites and hub with the hub's own TLS key, carries every call on as it is, and shows a witness what is
 * asked and answered. Calls wait while the hub is away.
 */
final class WireTap implements AutoCloseable {
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;

    private final ManagedChannel hub;
    private final Server server;
    private final Witness witness;

    /** A tap before the hub at an address, with the key in the hub's folder. */
    WireTap(String hubAddress, Path hubFolder, Witness witness) throws IOException {
        TlsIdentity identity = TlsIdentity.open(hubFolder);
        this.witness = witness;
        this.hub = Grpc.newChannelBuilder(hubAddress, TlsPin.channelCredentials(identity.pin()))
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
        this.server = Grpc.newServerBuilderForPort(0, identity.serverCredentials())
                .maxInboundMessageSize(MAX_MESSAGE)
                .fallbackHandlerRegistry(new AnyMethod())
                .build()
                .start();
    }

    /** Sees calls. */
    interface Witness {
        /** A request that is about to go to the hub. */
        void asked(String method, byte[] request);

        /** An answer that came from the hub and is about to go to the site. */
        void answered(String method, byte[] request, byte[] answer);
    }

    /** Where sites find it. */
    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** The hub was started again; waiting calls go to it at once. */
    void hubIsBack() {
        hub.resetConnectBackoff();
    }

    @Override
    public void close() {
        server.shutdownNow();
        hub.shutdownNow();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.newBuilder(new Raw(), new Raw())
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(name)
                .build();
    }

    /** Every method, whatever its name. */
    private final class AnyMethod extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
            return ServerMethodDefinition.create(method(name), new Onward());
        }
    }

    /** Carries one call on. */
    private final class Onward implements ServerCallHandler<byte[], byte[]> {
        @Override
        public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
            String name = call.getMethodDescriptor().getFullMethodName();
            Deadline deadline = Context.current().getDeadline();
            ClientCall<byte[], byte[]> onward = hub.newCall(
                    method(name), CallOptions.DEFAULT.withWaitForReady().withDeadline(deadline));
            Inward inward = new Inward(name, call, onward);
            onward.start(inward.answers(), headers);
            onward.request(2);
            call.request(2);
            return inward;
        }
    }

    /** The site's half of a call. */
    private final class Inward extends ServerCall.Listener<byte[]> {
        private final String name;
        private final ServerCall<byte[], byte[]> call;
        private final ClientCall<byte[], byte[]> onward;
        private volatile byte[] request = new byte[0];

        Inward(String name, ServerCall<byte[], byte[]> call, ClientCall<byte[], byte[]> onward) {
            this.name = name;
            this.call = call;
            this.onward = onward;
        }

        @Override
        public void onMessage(byte[] message) {
            request = message;
            witness.asked(name, message);
            onward.sendMessage(message);
        }

        @Override
        public void onHalfClose() {
            onward.halfClose();
        }

        @Override
        public void onCancel() {
            onward.cancel("the site went away", null);
        }

        /** The hub's half of the call. */
        ClientCall.Listener<byte[]> answers() {
            return new ClientCall.Listener<>() {
                @Override
                public void onHeaders(Metadata headers) {
                    call.sendHeaders(headers);
                }

                @Override
                public void onMessage(byte[] message) {
                    witness.answered(name, request, message);
                    call.sendMessage(message);
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    call.close(status, trailers);
                }
            };
        }
    }

    /** Messages as they are. */
    private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
