package org.osteon.site.egress;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.site.settings.FleetCarrier;

/**
 * Asks a server that does not understand us whether it speaks Flower's other carrier, or speaks without TLS, so that
 * the operator reads what to change. It is told nothing about this site.
 */
final class OtherCarrier {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Set<Status.Code> PERHAPS =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN, Status.Code.INTERNAL, Status.Code.UNIMPLEMENTED);

    private static final byte SETTINGS = 4;
    private static final byte[] HTTP2_OPENING =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HEALTH_QUESTION = ("GET " + FleetHttp.HEALTH
                    + " HTTP/1.1\r\nHost: superlink\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final String server;
    private final Digest pin;
    private final FleetCarrier ours;
    private final BooleanSupplier stopped;

    OtherCarrier(String server, Digest pin, FleetCarrier ours, BooleanSupplier stopped) {
        this.server = server;
        this.pin = pin;
        this.ours = ours;
        this.stopped = stopped;
    }

    /** The failure, with the reason when the server speaks the other carrier. */
    StatusRuntimeException explain(StatusRuntimeException failure) {
        if (stopped.getAsBoolean() || !PERHAPS.contains(failure.getStatus().getCode())) {
            return failure;
        }
        boolean other = ours == FleetCarrier.GRPC ? speaksHttp() : speaksGrpc();
        if (!other && speaksPlainText()) {
            return failure.getStatus()
                    .withDescription("FLEET_WITHOUT_TLS: " + server
                            + " speaks without TLS; nothing of this site travels so, and no setting allows it. Start the"
                            + " server with its certificate (--ssl-certfile, --ssl-keyfile, --ssl-ca-certfile)")
                    .asRuntimeException();
        }
        if (!other) {
            return failure;
        }
        FleetCarrier theirs = ours == FleetCarrier.GRPC ? FleetCarrier.HTTP : FleetCarrier.GRPC;
        return failure.getStatus()
                .withDescription("FLEET_SPEAKS_" + theirs + ": " + server + " carries Flower's calls over "
                        + theirs.title() + "; set fleetCarrier = \"" + theirs.word() + "\" in osteon.toml")
                .asRuntimeException();
    }

    private boolean speaksHttp() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + server + FleetHttp.HEALTH))
                .timeout(LIMIT)
                .build();
        try {
            return HttpFleetCalls.client(pin)
                            .send(request, HttpResponse.BodyHandlers.replacing(""))
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether it answers the opening of HTTP/2, or a question for its health, that comes without TLS. */
    private boolean speaksPlainText() {
        byte[] opening = ours == FleetCarrier.GRPC ? HTTP2_OPENING : HEALTH_QUESTION;
        int colon = server.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.connect(
                    new InetSocketAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1))),
                    (int) LIMIT.toMillis());
            socket.getOutputStream().write(opening);
            byte[] answer = socket.getInputStream().readNBytes(5);
            // A server that speaks TLS answers with an alert, or not at all: 0x15, then its version.
            return answer.length == 5
                    && (ours == FleetCarrier.GRPC
                            ? answer[3] == SETTINGS && answer[4] == 0
                            : new String(answer, StandardCharsets.US_ASCII).equals("HTTP/"));
        } catch (IOException e) {
            return false;
        }
    }

    /** A gRPC server takes HTTP/2 in the TLS handshake; Flower's HTTP server does not. */
    private boolean speaksGrpc() {
        int colon = server.lastIndexOf(':');
        try (SSLSocket socket =
                (SSLSocket) TlsPin.clientContext(pin).getSocketFactory().createSocket()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.connect(
                    new InetSocketAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1))),
                    (int) LIMIT.toMillis());
            socket.startHandshake();
            return "h2".equals(socket.getApplicationProtocol());
        } catch (IOException e) {
            return false;
        }
    }
}
