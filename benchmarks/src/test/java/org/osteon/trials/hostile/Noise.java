package org.osteon.trials.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Bytes that are no call, straight at a port: before TLS, instead of TLS, and inside it. */
public final class Noise {
    private static final int WAIT = 20_000;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SETTINGS = frame(4, 0, 0, new byte[0]);
    private static final SSLContext TLS = trustingAll();

    private final String host;
    private final int port;

    /** Noise for the port at this address. */
    public Noise(String address) {
        int colon = address.lastIndexOf(':');
        this.host = address.substring(0, colon);
        this.port = Integer.parseInt(address.substring(colon + 1));
    }

    /**
     * What was sent and how it ended.
     *
     * @param kind the kind of noise
     * @param end {@code closed}, or {@code open} when the connection was still open after twenty seconds
     */
    public record Heard(String kind, String end) {}

    /** Sends one piece of noise, ends our half of the connection and waits for the port to end its own. */
    public Heard send(SplittableRandom random) throws IOException {
        int kind = random.nextInt(16);
        return switch (kind) {
            case 0 -> plain("random bytes", noise(random, 1 + random.nextInt(20_000)));
            case 1 -> plain("TLS record of noise", record(22, noise(random, 1 + random.nextInt(16_000))));
            case 2 -> plain("TLS record cut short", java.util.Arrays.copyOf(record(22, noise(random, 500)), 50));
            case 3 -> plain("TLS alert", record(21, new byte[] {2, 40}));
            case 4 -> plain("HTTP without TLS", text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
            case 5 -> plain("HTTP/2 without TLS", Mutations.join(PREFACE, SETTINGS));
            case 6 -> plain("nothing", new byte[0]);
            case 7 -> plain("SSLv2 hello", new byte[] {(byte) 0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10});
            case 8 -> inside("HTTP/1.1 over TLS", text("POST /osteon.v1.Hub/Status HTTP/1.1\r\n\r\n"));
            case 9 -> inside("noise over TLS", noise(random, 1 + random.nextInt(5_000)));
            case 10 -> inside("preface and noise", Mutations.join(PREFACE, noise(random, 1 + random.nextInt(5_000))));
            case 11 -> inside("frames", frames(random));
            case 12 -> inside("header list too large", headers(random, 200_000));
            case 13 -> inside("headers that are no HPACK", opened(frame(1, 4, 1, noise(random, 300))));
            case 14 -> inside("floods", flood(random));
            default -> inside("half a request", opened(request(random)));
        };
    }

    private Heard plain(String kind, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(host), port)) {
            return new Heard(kind, talk(socket, bytes));
        }
    }

    private Heard inside(String kind, byte[] bytes) throws IOException {
        try (SSLSocket socket = (SSLSocket) TLS.getSocketFactory().createSocket(InetAddress.getByName(host), port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(WAIT);
            try {
                socket.startHandshake();
            } catch (SocketTimeoutException e) {
                return new Heard(kind, "open");
            }
            return new Heard(kind, talk(socket, bytes));
        }
    }

    private static String talk(Socket socket, byte[] bytes) throws IOException {
        socket.setSoTimeout(WAIT);
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            while (in.read(buffer) >= 0) {
                // Whatever it says is thrown away; only that it ends counts.
            }
            return "closed";
        } catch (SocketTimeoutException e) {
            return "open";
        } catch (IOException e) {
            return "closed";
        }
    }

    /** A few frames of any type, flags and stream. */
    private static byte[] frames(SplittableRandom random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0, n = 1 + random.nextInt(12); i < n; i++) {
            out.writeBytes(frame(
                    random.nextInt(14), random.nextInt(256), random.nextInt(7), noise(random, random.nextInt(60))));
        }
        if (random.nextInt(3) == 0) {
            out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0, 0, 1});
        }
        return opened(out.toByteArray());
    }

    private static byte[] flood(SplittableRandom random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int kind = random.nextInt(5);
        for (int i = 0, n = 100 + random.nextInt(400); i < n; i++) {
            out.writeBytes(
                    switch (kind) {
                        case 0 -> frame(6, 0, 0, new byte[8]);
                        case 1 -> frame(4, 0, 0, new byte[] {0, 3, 0, 0, 0, 9});
                        case 2 -> frame(8, 0, 0, new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
                        case 3 ->
                            Mutations.join(
                                    frame(1, 4, 2 * i + 1, block(random)),
                                    frame(3, 0, 2 * i + 1, new byte[] {0, 0, 0, 8}));
                        default -> frame(0, 0, 1, new byte[0]);
                    });
        }
        return opened(out.toByteArray());
    }

    /** A header list of that many bytes in literal fields, continued over many frames. */
    private static byte[] headers(SplittableRandom random, int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(frame(1, 0, 1, block(random)));
        for (int sent = 0; sent < bytes; sent += 10_000) {
            ByteArrayOutputStream literal = new ByteArrayOutputStream();
            for (int i = 0; i < 100; i++) {
                literal.writeBytes(literal("x-" + random.nextInt(1000), "v".repeat(90)));
            }
            out.writeBytes(frame(9, sent + 10_000 < bytes ? 0 : 4, 1, literal.toByteArray()));
        }
        return opened(out.toByteArray());
    }

    /** Headers of a call and the beginning of a body that is announced larger than it is. */
    private static byte[] request(SplittableRandom random) {
        byte[] length = {0, (byte) random.nextInt(256), (byte) random.nextInt(256), 0, 9};
        return Mutations.join(
                frame(1, 4, 1, block(random)),
                frame(0, random.nextInt(2), 1, Mutations.join(length, noise(random, 30))));
    }

    private static byte[] block(SplittableRandom random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(literal(":method", random.nextInt(5) == 0 ? "BREW" : "POST"));
        out.writeBytes(literal(":scheme", "https"));
        out.writeBytes(literal(
                ":path",
                switch (random.nextInt(4)) {
                    case 0 -> "/osteon.v1.Hub/Status";
                    case 1 -> "/flwr.proto.Fleet/PushObject";
                    case 2 -> "/osteon.v1.Enrolment/Enrol";
                    default -> "/" + "x".repeat(random.nextInt(100));
                }));
        out.writeBytes(literal(":authority", "x"));
        out.writeBytes(literal("content-type", random.nextInt(4) == 0 ? "text/html" : "application/grpc"));
        out.writeBytes(literal("te", "trailers"));
        return out.toByteArray();
    }

    private static byte[] literal(String name, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(name.length());
        out.writeBytes(text(name));
        out.write(value.length());
        out.writeBytes(text(value));
        return out.toByteArray();
    }

    private static byte[] opened(byte[] frames) {
        return Mutations.join(Mutations.join(PREFACE, SETTINGS), frames);
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >> 16);
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[5] = (byte) (stream >> 24);
        frame[6] = (byte) (stream >> 16);
        frame[7] = (byte) (stream >> 8);
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    private static byte[] record(int type, byte[] payload) {
        return Mutations.join(
                new byte[] {(byte) type, 3, 3, (byte) (payload.length >> 8), (byte) payload.length}, payload);
    }

    private static byte[] noise(SplittableRandom random, int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static SSLContext trustingAll() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {
                        new X509TrustManager() {
                            @Override
                            public void checkClientTrusted(X509Certificate[] chain, String type) {}

                            @Override
                            public void checkServerTrusted(X509Certificate[] chain, String type) {}

                            @Override
                            public X509Certificate[] getAcceptedIssuers() {
                                return new X509Certificate[0];
                            }
                        }
                    },
                    new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
