package org.osteon.protocol.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.v1.EnrolRequest;
import org.osteon.protocol.v1.EnrolResponse;
import org.osteon.protocol.v1.EnrolmentGrpc;

class ReadableRequestsTest {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
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
    };

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = NettyServerBuilder.forAddress(loopback)
                .addService(ReadableRequests.of(
                        new EnrolmentGrpc.EnrolmentImplBase() {
                            @Override
                            public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> observer) {
                                asked.add(request.getSite());
                                observer.onNext(
                                        EnrolResponse.newBuilder().setNodeId(7).build());
                                observer.onCompleted();
                            }
                        }.bindService()))
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(new InetSocketAddress(loopback.getAddress(), server.getPort()))
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void whatIsNoMessageIsTheCallersFaultAndReachesNoHandler() {
        // Given: a field that is announced longer than it is
        byte[] cut = {0x0a, 0x7f, 1};

        // When
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> send(cut));

        // Then
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.getStatus().getDescription()).startsWith("REQUEST_MALFORMED: ");
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsAMessageIsAsked() {
        // Given
        byte[] whole = EnrolRequest.newBuilder().setSite("north").build().toByteArray();

        // When
        send(whole);

        // Then
        assertThat(asked).containsExactly("north");
    }

    private void send(byte[] request) {
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(EnrolmentGrpc.getEnrolMethod().getFullMethodName())
                .build();
        ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
    }
}
