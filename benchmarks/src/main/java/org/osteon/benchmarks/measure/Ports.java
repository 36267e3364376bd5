package org.osteon.benchmarks.measure;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loopback ports for programs that open them only later: below those that the kernel gives to outgoing calls, so that
 * none is taken meanwhile by a call.
 */
public final class Ports {
    private static final int MANY = 3_000;
    private static final int FIRST = 14_000;
    /** Programs side by side begin at different places. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(MANY));

    private Ports() {}

    /** A port that nobody listens on. */
    public static int free() throws IOException {
        for (int tried = 0; tried < MANY; tried++) {
            int port = FIRST + NEXT.getAndIncrement() % MANY;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue; // somebody else's
            }
        }
        throw new IOException("no free port from " + FIRST + " to " + (FIRST + MANY - 1));
    }
}
