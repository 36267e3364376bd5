package org.osteon.trials.hostile;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/**
 * Calls of any bytes at one port over a few connections, with headers as their callers would make them: Osteon's own
 * calls signed over the request as the server will read it, Fleet calls signed as a node.
 */
public final class PortCalls implements AutoCloseable {
    private static final int DEADLINE = 60;
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final List<ManagedChannel> connections = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);
    private final Clock clock = Clock.systemUTC();

    /** Calls at this port over that many connections. */
    public PortCalls(String address, String pin, int count) {
        for (int i = 0; i < count; i++) {
            connections.add(Grpc.newChannelBuilder(address, TlsPin.channelCredentials(new Digest(pin)))
                    .maxInboundMessageSize(64 * 1024 * 1024)
                    .build());
        }
    }

    /** One of the connections, in turn. */
    public ManagedChannel connection() {
        return connections.get(Math.floorMod(turn.getAndIncrement(), connections.size()));
    }

    /** Sends a request; completes with the status of its end. */
    public CompletableFuture<Status> send(String method, byte[] request, Metadata headers) {
        return send(method, request, headers, Duration.ofSeconds(DEADLINE));
    }

    /** Sends a request and gives it up after that time. */
    CompletableFuture<Status> send(String method, byte[] request, Metadata headers, Duration patience) {
        Channel channel =
                ClientInterceptors.intercept(connection(), MetadataUtils.newAttachHeadersInterceptor(headers));
        CompletableFuture<Status> end = new CompletableFuture<>();
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .setFullMethodName(method)
                .build();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(
                        descriptor, CallOptions.DEFAULT.withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)),
                request,
                new StreamObserver<>() {
                    @Override
                    public void onNext(byte[] answer) {
                        // Only how the call ends is looked at.
                    }

                    @Override
                    public void onError(Throwable failure) {
                        end.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK);
                    }
                });
        return end;
    }

    /** Headers of one of Osteon's own calls. */
    public Metadata signed(SigningKey key, String method, byte[] body) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        return signed(
                key,
                method,
                body,
                clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(),
                HexFormat.of().formatHex(nonce));
    }

    /** Headers with this time and nonce. */
    public static Metadata signed(SigningKey key, String method, byte[] body, String time, String nonce) {
        String text = "osteon-call/1\n" + method + "\n" + time + "\n" + nonce + "\n"
                + Digest.of(body).hex() + "\n";
        return call(key.publicKey().keyId(), time, nonce, key.signRaw(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** These headers of a call. */
    public static Metadata call(String keyId, String time, String nonce, byte[] signature) {
        Metadata headers = new Metadata();
        headers.put(ascii("osteon-key-id"), keyId);
        headers.put(ascii("osteon-time"), time);
        headers.put(ascii("osteon-nonce"), nonce);
        headers.put(binary("osteon-signature-bin"), signature);
        return headers;
    }

    /** Headers of a Fleet call, with a time that this process never used before. */
    public Metadata asNode(SigningKey node) {
        Instant time = last.updateAndGet(before -> {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            return now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS);
        });
        NodeSignature signature = NodeSignature.make(node, time);
        return node(signature.publicKeyPem(), signature.timestamp(), signature.signature());
    }

    /** These headers of a Fleet call. */
    public static Metadata node(String pem, String time, byte[] signature) {
        Metadata headers = new Metadata();
        headers.put(binary(NodeSignature.PUBLIC_KEY_HEADER), pem.getBytes(StandardCharsets.UTF_8));
        headers.put(ascii(NodeSignature.TIMESTAMP_HEADER), time);
        headers.put(binary(NodeSignature.SIGNATURE_HEADER), signature);
        return headers;
    }

    /** The bytes of a request as the server reads and writes it again; as they are when it cannot be read. */
    public static byte[] asRead(Message prototype, byte[] request) {
        try {
            MessageLite read = prototype.getParserForType().parseFrom(request);
            return read.toByteArray();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            return request;
        }
    }

    /** An ASCII header. */
    public static Metadata.Key<String> ascii(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** A binary header. */
    public static Metadata.Key<byte[]> binary(String name) {
        return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
    }

    @Override
    public void close() {
        connections.forEach(ManagedChannel::shutdownNow);
    }
}
