package org.osteon.coordinator.fleet;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/** One connection to the HTTP carrier, byte by byte. */
final class HttpNode implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final SSLSocket socket;

    HttpNode(TlsIdentity server, String address, String... protocols) throws IOException {
        int colon = address.lastIndexOf(':');
        socket = (SSLSocket) trusting(server)
                .getSocketFactory()
                .createSocket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        socket.setSoTimeout(PATIENCE_MILLIS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
    }

    /**
     * An answer.
     *
     * @param headers by their names in lowercase
     */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        /** Our reason in an error. */
        String reason() {
            return CanonicalJson.readTree(body).path("extra").asText();
        }
    }

    /** The headers of a call as Flower's client writes them, signed now. */
    static Map<String, String> headers(SigningKey key, int length) {
        return headers(NodeSignature.make(key, Instant.now()), length);
    }

    static Map<String, String> headers(NodeSignature signature, int length) {
        Base64.Encoder base64 = Base64.getEncoder();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Host", "127.0.0.1");
        headers.put("Accept-Encoding", "gzip, deflate");
        headers.put("Connection", "keep-alive");
        headers.put("content-type", FleetHttp.MEDIA_TYPE);
        headers.put("accept", FleetHttp.MEDIA_TYPE);
        headers.put("Content-Length", String.valueOf(length));
        headers.put(
                NodeSignature.PUBLIC_KEY_HTTP_HEADER,
                base64.encodeToString(signature.publicKeyPem().getBytes(StandardCharsets.US_ASCII)));
        headers.put(NodeSignature.TIMESTAMP_HEADER, signature.timestamp());
        headers.put(NodeSignature.SIGNATURE_HTTP_HEADER, base64.encodeToString(signature.signature()));
        return headers;
    }

    void head(String line, Map<String, String> headers) throws IOException {
        StringBuilder text = new StringBuilder(line + "\r\n");
        headers.forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
        send((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Makes a call with a fresh signature, without waiting for its answer. */
    void ask(SigningKey key, String method, byte[] body) throws IOException {
        head("POST " + FleetHttp.path(method) + " HTTP/1.1", headers(key, body.length));
        send(body);
    }

    /** Makes a call with a fresh signature. */
    Answer call(SigningKey key, String method, byte[] body) throws IOException {
        ask(key, method, body);
        return answer();
    }

    Answer answer() throws IOException {
        InputStream in = socket.getInputStream();
        String line = line(in);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Answer(Integer.parseInt(line.split(" ")[1]), headers, body);
    }

    /** What was agreed on in the handshake; empty for nothing. */
    String protocol() {
        return socket.getApplicationProtocol();
    }

    /** Whether the server ends the connection, with nothing more said. */
    boolean ended() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("the connection ended");
            }
            line.write(read);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    private static SSLContext trusting(TlsIdentity server) throws IOException {
        try (InputStream file = Files.newInputStream(server.certificateFile())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "hub", CertificateFactory.getInstance("X.509").generateCertificate(file));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
