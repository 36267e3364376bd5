package org.osteon.coordinator.control;

import io.grpc.Server;
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
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.settings.ProgramFailure;
import org.springframework.context.SmartLifecycle;

/** The ports for the {@code flwr} command, gRPC for 1.24 to 1.36 and HTTP from 1.37, where an operator opens them. */
public final class ControlServer implements SmartLifecycle {
    /** An app bundle has at most 10 MiB. */
    private static final int MAX_MESSAGE = 11 * 1024 * 1024;

    /** Two tokens of a login service come with each call. */
    private static final int MAX_TOKENS = 32 * 1024;

    private static final int WINDOW = 256 * 1024;
    private static final int CALLS_A_CONNECTION = 16;
    private static final int THREADS = 8;

    private final Optional<String> address;
    private final TlsIdentity tls;
    private final ControlHandlers handlers;
    private final Optional<HttpControlCarrier> http;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "hub-control");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Server server;
    private volatile boolean running;

    /**
     * Ports at these addresses, checked; none where one is absent.
     *
     * @param grpc where gRPC is spoken
     * @param http where HTTP is spoken
     */
    public ControlServer(Optional<String> grpc, Optional<String> http, TlsIdentity tls, ControlHandlers handlers) {
        this.address = grpc;
        this.tls = tls;
        this.handlers = handlers;
        this.http = http.map(where -> new HttpControlCarrier(handlers, tls.serverContext(), where));
    }

    /** Where HTTP is spoken; empty when it is not. */
    public String httpAddress() {
        return http.map(HttpControlCarrier::address).orElse("");
    }

    /** Where gRPC is spoken; empty when it is not. */
    public String address() {
        Server open = server;
        return open == null ? "" : host(address.orElseThrow()) + ":" + open.getPort();
    }

    @Override
    public void start() {
        if (address.isPresent()) {
            String where = address.orElseThrow();
            try {
                server = grpc(where).start();
            } catch (IOException e) {
                throw inUse(where, e);
            }
        }
        if (http.isPresent()) {
            try {
                http.orElseThrow().start();
            } catch (IOException e) {
                stop();
                throw inUse(httpAddress(), e);
            }
        }
        running = true;
    }

    private Server grpc(String where) {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(
                                host(where), Integer.parseInt(where.substring(where.lastIndexOf(':') + 1))),
                        tls.serverCredentials())
                .executor(threads)
                .maxInboundMessageSize(MAX_MESSAGE)
                .maxInboundMetadataSize(MAX_TOKENS)
                .flowControlWindow(WINDOW)
                .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
                .addService(ReadableRequests.of(ServerInterceptors.intercept(
                        new GrpcControlCarrier(handlers), GrpcControlCarrier.gate(handlers))))
                .build();
    }

    private static ProgramFailure inUse(String where, IOException e) {
        return ProgramFailure.tryAgain(
                "ADDRESS_IN_USE",
                "the hub cannot listen for the flwr command at " + where + " (" + e.getMessage() + ")");
    }

    @Override
    public void stop() {
        running = false;
        http.ifPresent(HttpControlCarrier::stop);
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
        return running;
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }
}
