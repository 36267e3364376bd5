package org.osteon.coordinator.fleet;

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
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.settings.HostPort;

/**
 * The HTTP/1.1 binding of {@link FleetHandlers}, as Flower from 1.40 speaks it: TLS, one POST a call. A node that waits
 * for a message, for a place or for its own slow line holds a connection and no thread.
 */
public final class HttpFleetCarrier {
    private static final int EVENT_LOOPS = 2;
    private static final int WORKERS = 8;
    private static final int LONGEST_LINE = 1_024;
    private static final int LONGEST_HEADERS = 8_192;
    private static final int LONGEST_PIECE = 64 * 1024;
    private static final int QUIET_END_MILLIS = 100;
    private static final int END_MILLIS = 2_000;
    private static final String HTTP = "http/1.1";
    private static final String HTTP2 = "h2";

    private final FleetHandlers handlers;
    private final NodeGate gate;
    private final BodyPlaces places;
    private final SslContext tls;
    private final String host;
    private final int port;
    private final HttpLimits limits;
    private final RefusalLog refusals;
    private final FleetRoutes routes;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger threads = new AtomicInteger();
    private @Nullable EventLoopGroup loops;
    private @Nullable ExecutorService workers;
    private @Nullable Channel server;

    /** A carrier at an address {@code HOST:PORT}, not started; port 0 for any. */
    public HttpFleetCarrier(
            FleetHandlers handlers,
            NodeGate gate,
            BodyPlaces places,
            TlsIdentity tls,
            String address,
            HttpLimits limits,
            Clock clock) {
        this.handlers = handlers;
        this.gate = gate;
        this.places = places;
        this.tls = context(tls);
        this.host = HostPort.require("fleetHttp", address).substring(0, address.lastIndexOf(':'));
        this.port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        this.limits = limits;
        this.refusals = new RefusalLog(clock);
        this.routes = new FleetRoutes(handlers);
    }

    /** Begins to listen. */
    public synchronized void start() throws IOException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, this::thread, NioIoHandler.newFactory());
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS, this::thread);
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
    public synchronized String address() {
        Channel listening = server;
        return host + ":" + (listening == null ? port : ((InetSocketAddress) listening.localAddress()).getPort());
    }

    /** How many connections are open. */
    int connections() {
        return open.size();
    }

    /** Listens no longer; lets the answers that are being written go out for a moment. */
    public synchronized void stop() {
        if (server != null) {
            server.close();
        }
        if (loops != null) {
            loops.shutdownGracefully(QUIET_END_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(END_MILLIS);
        }
        if (workers != null) {
            workers.shutdownNow();
        }
    }

    private void accept(Channel channel, ExecutorService pool) {
        if (open.size() >= limits.connections()) {
            refusals.say(RefusalLog.SOMEBODY, "TOO_MANY_CONNECTIONS", "");
            channel.close();
            return;
        }
        open.add(channel);
        channel.closeFuture().addListener(ended -> open.remove(channel));
        SslHandler ssl = tls.newHandler(channel.alloc());
        ssl.setHandshakeTimeoutMillis(limits.handshake().toMillis());
        channel.pipeline()
                .addLast(ssl)
                .addLast(new HttpServerCodec(LONGEST_LINE, LONGEST_HEADERS, LONGEST_PIECE))
                // One message for each read, however many came with it.
                .addLast(new FlowControlHandler())
                .addLast(new HttpFleetConnection(handlers, routes, gate, places, pool, limits, refusals));
    }

    /**
     * TLS by native code where its library loads, as at the hub's gRPC port, by the JDK elsewhere. HTTP/1.1 is agreed
     * on, or nothing; a caller that speaks HTTP/2 alone is let in to be told that it is at the wrong port.
     */
    private static SslContext context(TlsIdentity identity) {
        SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        try {
            return SslContextBuilder.forServer(
                            identity.certificateFile().toFile(),
                            identity.keyFile().toFile())
                    .sslProvider(provider)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            HTTP,
                            HTTP2))
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalStateException("the hub's TLS key or certificate cannot be read", e);
        }
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "fleet-http-" + threads.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
