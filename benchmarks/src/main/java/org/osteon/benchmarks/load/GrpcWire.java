package org.osteon.benchmarks.load;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.flower.NodeSignature;

/** Fleet over gRPC, a connection of its own for a few nodes. */
final class GrpcWire implements Wire {
    private static final int MAX_MESSAGE = 64 * 1024 * 1024;
    private static final int NODES_A_CONNECTION = 8;
    private static final Metadata.Key<byte[]> KEY =
            Metadata.Key.of(NodeSignature.PUBLIC_KEY_HEADER, Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<String> TIME =
            Metadata.Key.of(NodeSignature.TIMESTAMP_HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> VALUE =
            Metadata.Key.of(NodeSignature.SIGNATURE_HEADER, Metadata.BINARY_BYTE_MARSHALLER);

    private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final int nodesEach;

    GrpcWire(String address, Path certificate, int nodes, Executor executor) throws IOException {
        nodesEach = nodes <= 2 * NODES_A_CONNECTION ? 1 : NODES_A_CONNECTION;
        for (int i = 0; i * nodesEach < nodes; i++) {
            channels.add(NettyChannelBuilder.forTarget(
                            address,
                            TlsChannelCredentials.newBuilder()
                                    .trustManager(certificate.toFile())
                                    .build())
                    .eventLoopGroup(loops)
                    .channelType(NioSocketChannel.class)
                    .executor(executor)
                    .maxInboundMessageSize(MAX_MESSAGE)
                    .build());
        }
    }

    @Override
    public <Q, A> CompletableFuture<A> call(
            int node, NodeSignature signature, MethodDescriptor<Q, A> method, Q request) {
        ClientCall<Q, A> call = channels.get(node / nodesEach).newCall(method, CallOptions.DEFAULT);
        ClientCall<Q, A> signed = new SimpleForwardingClientCall<>(call) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                headers.put(KEY, signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII));
                headers.put(TIME, signature.timestamp());
                headers.put(VALUE, signature.signature());
                super.start(listener, headers);
            }
        };
        CompletableFuture<A> answer = new CompletableFuture<>();
        Futures.addCallback(
                ClientCalls.futureUnaryCall(signed, request),
                new FutureCallback<A>() {
                    @Override
                    public void onSuccess(@Nullable A value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        boolean internal = Status.fromThrowable(failure).getCode() == Status.Code.INTERNAL;
                        answer.completeExceptionally(
                                internal ? new ServerFailed(method.getFullMethodName(), failure) : failure);
                    }
                },
                MoreExecutors.directExecutor());
        return answer;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        loops.shutdownGracefully();
    }
}
