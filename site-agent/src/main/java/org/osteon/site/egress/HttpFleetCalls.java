package org.osteon.site.egress;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.call.NodeSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/**
 * Fleet calls over HTTP/1.1, as Flower 1.40 and newer carry them: one POST a call, TLS pinned to the server's key,
 * every call signed with the node key, redirects not followed.
 */
final class HttpFleetCalls implements FleetCalls {
    private static final int MAX_ANSWER = 16 * 1024 * 1024;
    private static final int MAX_ERROR = 8 * 1024;
    private static final int MAX_DETAIL = 200;
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI server;
    private final HttpClient client;
    private final NodeSigner signer;
    private final BooleanSupplier stopped;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    HttpFleetCalls(String server, Digest pin, SigningKey nodeKey, Clock clock, BooleanSupplier stopped) {
        this.server = URI.create("https://" + server);
        this.client = client(pin);
        this.signer = new NodeSigner(nodeKey, clock);
        this.stopped = stopped;
    }

    /** A client that trusts only the server with this key, and goes nowhere else on its word. */
    static HttpClient client(Digest pin) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .sslContext(TlsPin.clientContext(pin))
                .build();
    }

    @Override
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        URI address = server.resolve(FleetHttp.path(String.valueOf(method.getBareMethodName())));
        byte[] body = bytes(method, request);
        Exchange first = new Exchange();
        try {
            return answer(method, first.send(address, body, end));
        } catch (IOException e) {
            if (first.answered || !repeats(e)) {
                throw failure(e);
            }
        }
        // A server ends a connection that was idle for a few seconds; a call that met its end is made once more.
        Exchange second = new Exchange();
        try {
            return answer(method, second.send(address, body, end));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void hangUp() {
        open.forEach(Exchange::cancel);
    }

    @Override
    public void close() {
        closed = true;
        hangUp();
    }

    private static <Q, A> byte[] bytes(MethodDescriptor<Q, A> method, Q request) {
        try (var stream = method.streamRequest(request)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <Q, A> A answer(MethodDescriptor<Q, A> method, HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw failure(response);
        }
        String type = response.headers().firstValue("content-type").orElse("");
        if (!type.equals(FleetHttp.MEDIA_TYPE)) {
            throw Status.UNIMPLEMENTED
                    .withDescription("the server's answer is not " + FleetHttp.MEDIA_TYPE)
                    .asRuntimeException();
        }
        return method.parseResponse(new ByteArrayInputStream(response.body()));
    }

    /** The failure that gRPC would have for a status. */
    private static StatusRuntimeException failure(HttpResponse<byte[]> response) {
        Status status = switch (response.statusCode()) {
            case 502, 503, 504 -> Status.UNAVAILABLE;
            case 403 -> Status.PERMISSION_DENIED;
            case 401 -> Status.UNAUTHENTICATED;
            case 412 -> Status.FAILED_PRECONDITION;
            case 404, 405, 415 -> Status.UNIMPLEMENTED;
            default -> Status.UNKNOWN;
        };
        return status.withDescription(("HTTP " + response.statusCode() + " " + detail(response.body())).strip())
                .asRuntimeException();
    }

    /** The server's own words, short and printable. */
    private static String detail(byte[] body) {
        try {
            JsonNode error = JSON.readTree(body);
            String text = (error.path("code").asText() + " "
                            + error.path("detail").asText())
                    .replaceAll("\\P{Print}", " ")
                    .strip();
            return text.substring(0, Math.min(MAX_DETAIL, text.length()));
        } catch (JacksonException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a connection that had been there was lost; one that could not be made is no such. */
    private static boolean repeats(IOException e) {
        return !(e instanceof ConnectException
                || e instanceof HttpTimeoutException
                || e instanceof SSLException
                || e instanceof BoundedBody.TooLong);
    }

    private static StatusRuntimeException failure(IOException e) {
        if (e instanceof BoundedBody.TooLong) {
            return Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage()).asRuntimeException();
        }
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof CertificateException)) {
            cause = cause.getCause();
        }
        String words = cause instanceof CertificateException ? cause.getMessage() : e.getMessage();
        return Status.UNAVAILABLE
                .withDescription(words == null ? e.getClass().getSimpleName() : words)
                .withCause(e)
                .asRuntimeException();
    }

    /**
     * One request under way. It is known to {@link #open} before the switch is asked, so that one of the two always
     * finds it.
     */
    private final class Exchange {
        private boolean cancelled;
        private volatile boolean answered;
        private @Nullable CompletableFuture<HttpResponse<byte[]>> future;

        HttpResponse<byte[]> send(URI address, byte[] body, long end) throws IOException {
            open.add(this);
            try {
                return start(address, body).get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                if (cancelled()) {
                    // The client tells of it in one of several ways.
                    throw stoppedStatus();
                }
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw Status.UNKNOWN.withCause(e.getCause()).asRuntimeException();
            } catch (TimeoutException e) {
                throw Status.DEADLINE_EXCEEDED.asRuntimeException();
            } catch (CancellationException e) {
                throw stoppedStatus();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Status.CANCELLED.asRuntimeException();
            } finally {
                open.remove(this);
                cancel();
            }
        }

        private synchronized CompletableFuture<HttpResponse<byte[]>> start(URI address, byte[] body) {
            if (closed) {
                throw Status.UNAVAILABLE.withDescription("closed").asRuntimeException();
            }
            if (cancelled || stopped.getAsBoolean()) {
                throw new FleetSession.Stopped();
            }
            CompletableFuture<HttpResponse<byte[]>> begun = client.sendAsync(request(address, body), info -> {
                answered = true;
                return new BoundedBody(info.statusCode() == 200 ? MAX_ANSWER : MAX_ERROR);
            });
            future = begun;
            return begun;
        }

        private synchronized boolean cancelled() {
            return cancelled;
        }

        private static StatusRuntimeException stoppedStatus() {
            return Status.CANCELLED.withDescription("everything is stopped").asRuntimeException();
        }

        /** Ends it from another thread, perhaps before it began; one that is over stays as it is. */
        synchronized void cancel() {
            cancelled = true;
            if (future != null) {
                future.cancel(true);
            }
        }

        private HttpRequest request(URI address, byte[] body) {
            NodeSignature signature = signer.sign();
            Base64.Encoder base64 = Base64.getEncoder();
            return HttpRequest.newBuilder(address)
                    .header("content-type", FleetHttp.MEDIA_TYPE)
                    .header("accept", FleetHttp.MEDIA_TYPE)
                    .header("user-agent", "osteon")
                    .header(
                            NodeSignature.PUBLIC_KEY_HTTP_HEADER,
                            base64.encodeToString(signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII)))
                    .header(NodeSignature.TIMESTAMP_HEADER, signature.timestamp())
                    .header(NodeSignature.SIGNATURE_HTTP_HEADER, base64.encodeToString(signature.signature()))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
        }
    }
}
