package org.osteon.coordinator.control;

import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.call.ReadableRequests;
import org.osteon.protocol.settings.ProgramFailure;
import org.springframework.context.SmartLifecycle;

/** The port for the {@code flwr} command 1.24 to 1.36, where an operator opens it. */
public final class ControlServer implements SmartLifecycle {
    /** An app bundle has at most 10 MiB. */
    private static final int MAX_MESSAGE = 11 * 1024 * 1024;

    private static final int WINDOW = 256 * 1024;
    private static final int CALLS_A_CONNECTION = 16;
    private static final int THREADS = 8;

    private final Optional<String> address;
    private final ServerCredentials credentials;
    private final ControlHandlers handlers;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "hub-control");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Server server;

    /** A port at this address, checked; none where it is absent. */
    public ControlServer(Optional<String> address, ServerCredentials credentials, ControlHandlers handlers) {
        this.address = address;
        this.credentials = credentials;
        this.handlers = handlers;
    }

    /** Where it listens; empty when it does not. */
    public String address() {
        Server open = server;
        return open == null ? "" : host(address.orElseThrow()) + ":" + open.getPort();
    }

    @Override
    public void start() {
        if (address.isEmpty()) {
            return;
        }
        String where = address.orElseThrow();
        try {
            server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(
                                    host(where), Integer.parseInt(where.substring(where.lastIndexOf(':') + 1))),
                            credentials)
                    .executor(threads)
                    .maxInboundMessageSize(MAX_MESSAGE)
                    .flowControlWindow(WINDOW)
                    .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
                    .addService(ReadableRequests.of(ServerInterceptors.intercept(
                            new GrpcControlCarrier(handlers), GrpcControlCarrier.gate(handlers))))
                    .build()
                    .start();
        } catch (IOException e) {
            throw ProgramFailure.tryAgain(
                    "ADDRESS_IN_USE",
                    "the hub cannot listen for the flwr command at " + where + " (" + e.getMessage() + ")");
        }
    }

    @Override
    public void stop() {
        Server open = server;
        if (open != null) {
            server = null;
            open.shutdownNow();
            try {
                open.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        threads.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }
}
