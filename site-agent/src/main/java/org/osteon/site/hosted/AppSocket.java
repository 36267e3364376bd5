package org.osteon.site.hosted;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A Unix socket that one app finds its agent at; a path goes through a network namespace that has no network. */
final class AppSocket implements AutoCloseable {
    /** Its name in the folder that the app sees. */
    static final String NAME = "socket";

    private static final int MOST_PATH = 100;
    private static final int MOST_CALLS = 32;

    private final EventLoopGroup loop = new EpollEventLoopGroup(1);
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final Server server;

    private AppSocket(AppSession session, Path path) throws IOException {
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(path.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .executor(workers)
                .maxInboundMessageSize(AppSession.MOST_BODY)
                .maxConcurrentCallsPerConnection(MOST_CALLS)
                .addService(ServerInterceptors.intercept(session, session))
                .build()
                .start();
        // Whoever reaches the folder may connect; the folder above is the agent's own.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    /**
     * Looks whether one can be opened.
     *
     * @throws HostedFailure with code {@code HOSTED_SOCKET_UNAVAILABLE}
     */
    static void require(Path path) {
        if (!Epoll.isAvailable() || path.toString().length() > MOST_PATH) {
            throw new HostedFailure(
                    "HOSTED_SOCKET_UNAVAILABLE",
                    "a Unix socket cannot be opened at " + path + "; hosting needs Linux and a short temporary folder");
        }
    }

    /** Opens the socket. */
    static AppSocket open(AppSession session, Path path) {
        require(path);
        try {
            return new AppSocket(session, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        workers.shutdownNow();
        loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }
}
