package org.osteon.site.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.Digest;

/** A small HTTP/1.1 server over TLS on loopback that says exactly the bytes a test wants. */
final class LoopbackServer implements AutoCloseable {
    /** Ends the connection before any byte of an answer. */
    static final byte[] HANG_UP = new byte[0];

    private final TlsIdentity tls;
    private final SSLServerSocket listening;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new ArrayList<>();
    final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    volatile Function<Request, byte[]> answer = request -> ok(new byte[0]);

    /** @param alpn the protocol it takes in the handshake, empty for none */
    LoopbackServer(Path folder, String alpn) throws IOException {
        tls = TlsIdentity.create(folder, List.of("some-other-name"));
        listening = (SSLServerSocket) tls.serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        if (!alpn.isEmpty()) {
            SSLParameters parameters = listening.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {alpn});
            listening.setSSLParameters(parameters);
        }
        threads.execute(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    Digest pin() {
        return tls.pin();
    }

    static byte[] ok(byte[] body) {
        return says("200 OK", "application/protobuf", body);
    }

    static byte[] says(String status, String type, byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(
                ("HTTP/1.1 " + status + "\r\ncontent-type: " + type + "\r\ncontent-length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private void accept() {
        try (ServerSocket server = listening) {
            while (true) {
                Socket socket = server.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            int number = 0;
            for (Request request = Request.read(socket.getInputStream(), ++number);
                    request != null;
                    request = Request.read(socket.getInputStream(), ++number)) {
                requests.add(request);
                byte[] bytes = answer.apply(request);
                if (bytes.length == 0) {
                    return;
                }
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
            }
        } catch (SocketException | javax.net.ssl.SSLException e) {
            // The client went away.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        threads.shutdownNow();
    }

    /**
     * What came.
     *
     * @param number which one it is on its connection, from 1
     */
    record Request(String line, Map<String, String> headers, byte[] body, int number) {
        static Request read(InputStream in, int number) throws IOException {
            String line = line(in);
            if (line.isEmpty()) {
                return null;
            }
            Map<String, String> headers = new LinkedHashMap<>();
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            return new Request(line, headers, in.readNBytes(length), number);
        }

        private static String line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                if (c != '\r') {
                    line.write(c);
                }
            }
            return line.toString(StandardCharsets.US_ASCII);
        }
    }
}
