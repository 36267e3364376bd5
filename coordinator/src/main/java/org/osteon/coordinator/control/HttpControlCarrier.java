package org.osteon.coordinator.control;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.flow.FlowControlHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 binding of {@link ControlHandlers}, as the {@code flwr} command from 1.37 speaks it: TLS, one POST a
 * call.
 */
final class HttpControlCarrier {
    private static final int MOST_CONNECTIONS = 256;
    private static final int BUNDLES_AT_ONCE = 4;
    private static final int WORKERS = 8;
    private static final int LONGEST_LINE = 1024;

    /** An access token of a login service with many roles is long. */
    private static final int LONGEST_HEADERS = 16 * 1024;

    private static final int LONGEST_PIECE = 64 * 1024;
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int END_MILLIS = 1_000;

    private final ControlHandlers handlers;
    private final SSLContext tls;
    private final String host;
    private final int port;
    private final AtomicInteger open = new AtomicInteger();
    private final Semaphore bundles = new Semaphore(BUNDLES_AT_ONCE);
    private @Nullable EventLoopGroup loops;
    private @Nullable ExecutorService workers;
    private @Nullable Channel server;

    /** A carrier at a checked address {@code HOST:PORT}, not started; port 0 for any. */
    HttpControlCarrier(ControlHandlers handlers, SSLContext tls, String address) {
        this.handlers = handlers;
        this.tls = tls;
        this.host = address.substring(0, address.lastIndexOf(':'));
        this.port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Begins to listen. */
    synchronized void start() throws IOException {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, HttpControlCarrier::thread, NioIoHandler.newFactory());
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS, HttpControlCarrier::thread);
        loops = group;
        workers = pool;
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, pool);
                    }
                })
                .bind(new InetSocketAddress(host, port))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop();
            throw new IOException(bound.cause());
        }
        server = bound.channel();
    }

    /** Where it listens. */
    synchronized String address() {
        Channel listening = server;
        return host + ":" + (listening == null ? port : ((InetSocketAddress) listening.localAddress()).getPort());
    }

    /** Listens no longer. */
    synchronized void stop() {
        if (server != null) {
            server.close();
        }
        if (loops != null) {
            loops.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(END_MILLIS);
        }
        if (workers != null) {
            workers.shutdownNow();
        }
    }

    private void accept(Channel channel, ExecutorService pool) {
        if (open.incrementAndGet() > MOST_CONNECTIONS) {
            open.decrementAndGet();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(ended -> open.decrementAndGet());
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        SslHandler ssl = new SslHandler(engine);
        ssl.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        channel.pipeline()
                .addLast(ssl)
                .addLast(new HttpServerCodec(LONGEST_LINE, LONGEST_HEADERS, LONGEST_PIECE))
                // One message for each read, however many came with it.
                .addLast(new FlowControlHandler())
                .addLast(new HttpControlConnection(handlers, pool, bundles));
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "hub-control-http");
        thread.setDaemon(true);
        return thread;
    }
}
