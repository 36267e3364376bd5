package org.osteon.benchmarks.load;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;

/** Fleet over HTTP/1.1: as many connections as there are calls at a time, kept for 4 s. */
final class HttpWire implements Wire {
    private final HttpClient client;
    private final String base;

    HttpWire(String address, Path certificate, Executor executor) throws IOException, GeneralSecurityException {
        base = "https://" + address;
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .executor(executor)
                .build();
    }

    @Override
    public <Q, A> CompletableFuture<A> call(
            int node, NodeSignature signature, MethodDescriptor<Q, A> method, Q request) {
        Base64.Encoder base64 = Base64.getEncoder();
        HttpRequest sent = HttpRequest.newBuilder(
                        URI.create(base + FleetHttp.path(String.valueOf(method.getBareMethodName()))))
                .timeout(Duration.ofMinutes(5))
                .header("content-type", FleetHttp.MEDIA_TYPE)
                .header("accept", FleetHttp.MEDIA_TYPE)
                .header(
                        NodeSignature.PUBLIC_KEY_HTTP_HEADER,
                        base64.encodeToString(signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII)))
                .header(NodeSignature.TIMESTAMP_HEADER, signature.timestamp())
                .header(NodeSignature.SIGNATURE_HTTP_HEADER, base64.encodeToString(signature.signature()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(((MessageLite) request).toByteArray()))
                .build();
        return client.sendAsync(sent, HttpResponse.BodyHandlers.ofByteArray()).thenApply(answer -> {
            if (answer.statusCode() != 200) {
                IllegalStateException refused = new IllegalStateException(method.getBareMethodName() + " was answered "
                        + answer.statusCode() + ": " + new String(answer.body(), StandardCharsets.UTF_8));
                throw answer.statusCode() == 500
                        ? new ServerFailed(String.valueOf(method.getBareMethodName()), refused)
                        : refused;
            }
            return method.parseResponse(new ByteArrayInputStream(answer.body()));
        });
    }

    @Override
    public void close() {
        // The client's connections end with the process.
    }
}
