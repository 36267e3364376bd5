package org.osteon.coordinator.fleet;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultLastHttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderValues;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.grpc.netty.shaded.io.netty.handler.codec.http.TooLongHttpLineException;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.fleet.FleetRoutes.Route;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the HTTP carrier: one call after another. The caller is authenticated, and a large body has its
 * place, before the body is read. All of it runs on the connection's event loop, but the gate and the handlers, which
 * wait for the disk, on the workers.
 */
final class HttpFleetConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFleetConnection.class);
    private static final int MOST_DISCARDED = 16 * 1024 * 1024;
    private static final int LINGER_SECONDS = 5;
    private static final int PIECE = 64 * 1024;

    /** What the connection waits for. */
    private enum Phase {
        HEAD,
        GATE,
        PLACE,
        BODY,
        /** A piece of the body goes to the disk. */
        STORE,
        ANSWER,
        WRITTEN,
        /** The caller still sends what nobody reads, and must be able to read the answer. */
        END
    }

    private final FleetHandlers handlers;
    private final FleetRoutes routes;
    private final NodeGate gate;
    private final BodyPlaces places;
    private final Executor workers;
    private final HttpLimits limits;
    private final RefusalLog refusals;
    private final Runnable takePlace = this::placeTaken;

    private @Nullable ChannelHandlerContext context;
    private Phase phase = Phase.HEAD;
    private @Nullable Future<?> deadline;
    private @Nullable Call call;
    private final Deque<Object> early = new ArrayDeque<>();
    private String placeOf = "";
    private boolean placed;
    private boolean gone;
    private boolean reading;
    private long discarded;

    HttpFleetConnection(
            FleetHandlers handlers,
            FleetRoutes routes,
            NodeGate gate,
            BodyPlaces places,
            Executor workers,
            HttpLimits limits,
            RefusalLog refusals) {
        this.handlers = handlers;
        this.routes = routes;
        this.gate = gate;
        this.places = places;
        this.workers = workers;
        this.limits = limits;
        this.refusals = refusals;
    }

    /**
     * The call at hand: what its head says, whom the gate found, the body as far as it is there, what will answer it.
     */
    private static final class Call {
        final Route route;
        final int length;
        final boolean keepAlive;
        final boolean asksFirst;

        @Nullable SiteRecord node;

        @Nullable Reception reception;

        byte[] piece = new byte[0];
        int filled;
        int read;

        @Nullable CompletableFuture<?> answer;

        Call(Route route, int length, HttpRequest head) {
            this.route = route;
            this.length = length;
            this.keepAlive = HttpUtil.isKeepAlive(head);
            this.asksFirst = HttpUtil.is100ContinueExpected(head);
        }

        String site() {
            return node == null ? RefusalLog.SOMEBODY : node.name();
        }
    }

    /** Says that somebody speaks gRPC at this port. */
    static void tellOfGrpc(RefusalLog refusals) {
        refusals.say(
                RefusalLog.SOMEBODY,
                "HTTP2_AT_HTTP_PORT",
                "this port is for SuperNodes of Flower 1.40 and newer; older ones and our agents speak gRPC at the hub's address");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        expectHead(ctx);
    }

    private void expectHead(ChannelHandlerContext ctx) {
        phase = Phase.HEAD;
        within(ctx, limits.head(), ctx::close);
        more(ctx);
    }

    /** Goes on with what came before it was asked for, or reads. */
    private void more(ChannelHandlerContext ctx) {
        Object came = early.poll();
        if (came == null) {
            read(ctx);
        } else {
            channelRead(ctx, came);
        }
    }

    private void read(ChannelHandlerContext ctx) {
        reading = true;
        ctx.read();
    }

    /** What was read may have been TLS's own, or not yet a whole message: then there is more to read. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (reading) {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        reading = false;
        if (phase == Phase.GATE
                || phase == Phase.PLACE
                || phase == Phase.STORE
                || phase == Phase.ANSWER
                || phase == Phase.WRITTEN) {
            // One read can bring several messages; this one waits, and nothing after it is read.
            early.add(message);
            return;
        }
        try {
            if (phase == Phase.HEAD && message instanceof HttpRequest head) {
                begin(ctx, head);
            } else if (phase == Phase.BODY && message instanceof HttpContent content) {
                take(ctx, content);
            } else if (message instanceof HttpContent content) {
                discard(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        if ("PRI".equals(head.method().name())) {
            tellOfGrpc(refusals);
            ctx.close();
            return;
        }
        if (FleetHttp.HEALTH.equals(head.uri()) && HttpMethod.GET.equals(head.method())) {
            end(ctx, HttpResponseStatus.OK, HttpHeaderValues.TEXT_PLAIN.toString(), new byte[0]);
            return;
        }
        Optional<FleetError> fault = fault(head);
        Optional<Route> route = routes.at(head.uri());
        if (fault.isPresent() || route.isEmpty()) {
            refuse(ctx, RefusalLog.SOMEBODY, fault.orElseGet(FleetError::unknownPath));
            return;
        }
        long length = HttpUtil.getContentLength(head, 0L);
        if (length > route.orElseThrow().longest()) {
            refuse(ctx, RefusalLog.SOMEBODY, FleetError.longBody());
            return;
        }
        Optional<NodeSignature> signature = signature(head.headers());
        if (signature.isEmpty()) {
            refuse(ctx, RefusalLog.SOMEBODY, FleetError.of(new Outcome.GoAway<>("NODE_HEADERS_MISSING")));
            return;
        }
        Call begun = new Call(route.orElseThrow(), (int) length, head);
        call = begun;
        phase = Phase.GATE;
        within(ctx, limits.body(), ctx::close);
        work(ctx, () -> {
            Outcome<SiteRecord> outcome;
            try {
                outcome =
                        gate.admit(signature.orElseThrow(), route.orElseThrow().method());
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("a Fleet caller could not be looked up");
                outcome = new Outcome.Transient<>("TRY_AGAIN");
            }
            Outcome<SiteRecord> found = outcome;
            ctx.executor().execute(() -> admitted(ctx, begun, found));
        });
    }

    /** What no library of a node sends, and the length that a body must say. */
    private Optional<FleetError> fault(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            Throwable cause = head.decoderResult().cause();
            boolean tooLong = cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
            return Optional.of(tooLong ? FleetError.longHead() : FleetError.unreadableHead());
        }
        if (routes.at(head.uri()).isEmpty()) {
            return Optional.of(FleetError.unknownPath());
        }
        if (!HttpMethod.POST.equals(head.method())) {
            return Optional.of(FleetError.notByPost());
        }
        CharSequence type = HttpUtil.getMimeType(head);
        if (type == null
                || !FleetHttp.MEDIA_TYPE.contentEquals(type)
                || head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            return Optional.of(FleetError.unsupportedType());
        }
        if (head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return Optional.of(FleetError.lengthRequired());
        }
        List<String> lengths = head.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
        return lengths.size() > 1 || !lengths.stream().allMatch(length -> length.matches("[0-9]{1,18}"))
                ? Optional.of(FleetError.unreadableHead())
                : Optional.empty();
    }

    private static Optional<NodeSignature> signature(HttpHeaders headers) {
        List<String> keys = headers.getAll(NodeSignature.PUBLIC_KEY_HTTP_HEADER);
        List<String> times = headers.getAll(NodeSignature.TIMESTAMP_HEADER);
        List<String> values = headers.getAll(NodeSignature.SIGNATURE_HTTP_HEADER);
        if (keys.size() != 1 || times.size() != 1 || values.size() != 1) {
            return Optional.empty();
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return Optional.of(new NodeSignature(
                    new String(base64.decode(keys.get(0)), StandardCharsets.US_ASCII),
                    times.get(0),
                    base64.decode(values.get(0))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void admitted(ChannelHandlerContext ctx, Call begun, Outcome<SiteRecord> outcome) {
        if (gone) {
            return;
        }
        if (!(outcome instanceof Outcome.Done<SiteRecord> done)) {
            end(ctx, FleetError.of(outcome));
            return;
        }
        begun.node = done.value();
        if (begun.length <= FleetRoutes.SMALL || !begun.route.whole()) {
            readBody(ctx, begun);
            return;
        }
        placeOf = done.value().nodeId();
        if (places.enter(placeOf, takePlace)) {
            placed = true;
            readBody(ctx, begun);
        } else {
            phase = Phase.PLACE;
            within(ctx, limits.place(), () -> {
                if (places.forget(takePlace)) {
                    refuse(ctx, begun.site(), FleetError.again("HUB_BUSY"));
                }
            });
        }
    }

    /** A place was given, on whatever thread the one before left it. */
    private void placeTaken() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            places.leave(placeOf);
            return;
        }
        try {
            ctx.executor().execute(() -> {
                Call waiting = call;
                if (gone || waiting == null) {
                    places.leave(placeOf);
                    return;
                }
                placed = true;
                readBody(ctx, waiting);
            });
        } catch (RejectedExecutionException e) {
            places.leave(placeOf);
        }
    }

    private void readBody(ChannelHandlerContext ctx, Call begun) {
        phase = Phase.BODY;
        begun.reception = begun.route.reception().apply(begun.length);
        begun.piece = new byte[Math.min(PIECE, begun.length)];
        within(ctx, limits.body(), () -> refuse(ctx, begun.site(), FleetError.again("BODY_TOO_SLOW")));
        if (begun.asksFirst) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
        more(ctx);
    }

    private void take(ChannelHandlerContext ctx, HttpContent content) {
        Call begun = call;
        ByteBuf bytes = content.content();
        int more = bytes.readableBytes();
        if (begun == null || content.decoderResult().isFailure() || more > begun.length - begun.read) {
            refuse(ctx, RefusalLog.SOMEBODY, FleetError.unreadableHead());
            return;
        }
        int fits = Math.min(more, begun.piece.length - begun.filled);
        bytes.readBytes(begun.piece, begun.filled, fits);
        begun.filled += fits;
        begun.read += fits;
        if (bytes.isReadable()) {
            early.addFirst(content.retain());
            store(ctx, begun);
        } else if (content instanceof LastHttpContent) {
            handle(ctx, begun);
        } else {
            more(ctx);
        }
    }

    /** Hands a piece of the body on; reads no more before it is stored. */
    private void store(ChannelHandlerContext ctx, Call begun) {
        phase = Phase.STORE;
        Reception reception = begun.reception;
        if (reception == null) {
            ctx.close();
            return;
        }
        work(ctx, () -> {
            boolean readable = taken(reception, begun);
            ctx.executor().execute(() -> {
                if (gone || phase != Phase.STORE) {
                    work(ctx, reception::close);
                } else if (readable) {
                    begun.filled = 0;
                    phase = Phase.BODY;
                    more(ctx);
                } else {
                    phase = Phase.BODY;
                    refuse(ctx, begun.site(), FleetError.unreadableBody());
                }
            });
        });
    }

    private static boolean taken(Reception reception, Call begun) {
        try {
            reception.take(begun.piece, 0, begun.filled);
            return true;
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private void handle(ChannelHandlerContext ctx, Call begun) {
        phase = Phase.ANSWER;
        cancelDeadline();
        if (early.isEmpty()) {
            // Nothing is expected, but that the caller is gone is seen by reading only.
            read(ctx);
        }
        SiteRecord node = begun.node;
        Reception whole = begun.reception;
        if (node == null || whole == null) {
            ctx.close();
            return;
        }
        work(ctx, () -> {
            CompletionStage<? extends Outcome<?>> stage;
            try (Reception reception = whole) {
                reception.take(begun.piece, 0, begun.filled);
                stage = reception.call(node);
            } catch (InvalidProtocolBufferException e) {
                ctx.executor().execute(() -> answer(ctx, begun, FleetError.unreadableBody()));
                return;
            } catch (RuntimeException e) {
                stage = CompletableFuture.failedFuture(e);
            }
            CompletableFuture<? extends Outcome<?>> answer = stage.toCompletableFuture();
            ctx.executor().execute(() -> {
                begun.piece = new byte[0];
                begun.answer = answer;
                if (gone) {
                    answer.cancel(false);
                }
            });
            answer.whenComplete((outcome, failure) -> {
                if (!(failure instanceof CancellationException)) {
                    ctx.executor().execute(() -> answered(ctx, begun, node, outcome, failure));
                }
            });
        });
    }

    private void answered(
            ChannelHandlerContext ctx,
            Call begun,
            SiteRecord node,
            @Nullable Outcome<?> outcome,
            @Nullable Throwable failure) {
        if (failure == null && outcome instanceof Outcome.Done<?> done && done.value() instanceof MessageLite message) {
            write(ctx, HttpResponseStatus.OK, FleetHttp.MEDIA_TYPE, message.toByteArray(), begun.keepAlive, written -> {
                if (!written && message instanceof PullMessagesResponse response) {
                    handlers.notDelivered(node, response);
                }
            });
        } else if (failure == null
                && outcome instanceof Outcome.Done<?> done
                && done.value() instanceof PulledObject object) {
            send(ctx, begun, object);
        } else if (failure != null || outcome == null || outcome instanceof Outcome.Done<?>) {
            LOG.atWarn().setCause(failure).addKeyValue("site", node.name()).log("fleet call failed");
            answer(ctx, begun, FleetError.again("TRY_AGAIN"));
        } else {
            answer(ctx, begun, FleetError.of(outcome));
        }
    }

    /** Sends an object a piece at a time: the next is read when the one before has gone to the system. */
    private void send(ChannelHandlerContext ctx, Call begun, PulledObject object) {
        work(ctx, () -> {
            InputStream in;
            try {
                in = object.open();
            } catch (IOException e) {
                LOG.atWarn().setCause(e).addKeyValue("site", begun.site()).log("an object could not be opened");
                ctx.executor().execute(() -> answer(ctx, begun, FleetError.again("TRY_AGAIN")));
                return;
            }
            ctx.executor().execute(() -> {
                if (gone) {
                    close(in);
                    return;
                }
                phase = Phase.WRITTEN;
                within(ctx, limits.answer(), ctx::close);
                HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                headers(head, FleetHttp.MEDIA_TYPE, object.size(), begun.keepAlive);
                ctx.write(head);
                sendNext(ctx, begun, in, object.size());
            });
        });
    }

    private void sendNext(ChannelHandlerContext ctx, Call begun, InputStream in, int left) {
        work(ctx, () -> {
            byte[] piece = new byte[Math.min(PIECE, left)];
            try {
                if (in.readNBytes(piece, 0, piece.length) < piece.length) {
                    throw new EOFException("an object is shorter than it was");
                }
            } catch (IOException e) {
                // The caller sees an answer that is shorter than it says, and asks again.
                LOG.atWarn().setCause(e).addKeyValue("site", begun.site()).log("an object could not be read");
                ctx.executor().execute(ctx::close);
                close(in);
                return;
            }
            boolean last = piece.length == left;
            if (last) {
                close(in);
            }
            ctx.executor().execute(() -> {
                ByteBuf bytes = Unpooled.wrappedBuffer(piece);
                ctx.writeAndFlush(last ? new DefaultLastHttpContent(bytes) : new DefaultHttpContent(bytes))
                        .addListener((ChannelFutureListener) sent -> {
                            if (last) {
                                written(ctx, sent.isSuccess(), true, begun.keepAlive);
                            } else if (sent.isSuccess()) {
                                sendNext(ctx, begun, in, left - piece.length);
                            } else {
                                close(in);
                                ctx.close();
                            }
                        });
            });
        });
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("an object's file could not be closed");
        }
    }

    /** An error in answer to a call whose body was read: the connection lives on. */
    private void answer(ChannelHandlerContext ctx, Call begun, FleetError error) {
        refusals.say(begun.site(), error.reason(), "");
        write(
                ctx,
                error.status(),
                HttpHeaderValues.APPLICATION_JSON.toString(),
                error.json(),
                begun.keepAlive,
                written -> {});
    }

    /** An error instead of reading the body, or what is left of it. */
    private void refuse(ChannelHandlerContext ctx, String site, FleetError error) {
        refusals.say(site, error.reason(), "");
        end(ctx, error);
    }

    private void end(ChannelHandlerContext ctx, FleetError error) {
        end(ctx, error.status(), HttpHeaderValues.APPLICATION_JSON.toString(), error.json());
    }

    private void end(ChannelHandlerContext ctx, HttpResponseStatus status, String type, byte[] body) {
        leavePlace();
        forgetBody(ctx);
        write(ctx, status, type, body, false, written -> {});
    }

    /** Is told whether an answer went out. */
    @FunctionalInterface
    private interface Written {
        void done(boolean written);
    }

    private void write(
            ChannelHandlerContext ctx,
            HttpResponseStatus status,
            String type,
            byte[] body,
            boolean keepAlive,
            Written written) {
        boolean read = phase == Phase.ANSWER;
        phase = Phase.WRITTEN;
        within(ctx, limits.answer(), ctx::close);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        headers(response, type, body.length, keepAlive);
        ctx.writeAndFlush(response).addListener((ChannelFutureListener) sent -> {
            written.done(sent.isSuccess());
            written(ctx, sent.isSuccess(), read, keepAlive);
        });
    }

    private static void headers(HttpResponse response, String type, int length, boolean keepAlive) {
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, length);
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    /** An answer is out, or will never be; the request had been read whole, or not. */
    private void written(ChannelHandlerContext ctx, boolean success, boolean read, boolean keepAlive) {
        leavePlace();
        call = null;
        if (!success || (read && !keepAlive)) {
            ctx.close();
        } else if (read) {
            expectHead(ctx);
        } else {
            phase = Phase.END;
            within(ctx, Duration.ofSeconds(LINGER_SECONDS), ctx::close);
            more(ctx);
        }
    }

    /** Lets go of a body that nobody will read; one that a worker holds is let go of by the worker. */
    private void forgetBody(ChannelHandlerContext ctx) {
        Call begun = call;
        Reception reception = begun == null ? null : begun.reception;
        if (reception != null && phase == Phase.BODY) {
            work(ctx, reception::close);
        }
    }

    private void discard(ChannelHandlerContext ctx, HttpContent content) {
        discarded += content.content().readableBytes();
        if (phase == Phase.END && (content instanceof LastHttpContent || discarded > MOST_DISCARDED)) {
            ctx.close();
        } else {
            more(ctx);
        }
    }

    private void work(ChannelHandlerContext ctx, Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            // The hub is ending.
            ctx.close();
        }
    }

    private void within(ChannelHandlerContext ctx, Duration patience, Runnable otherwise) {
        cancelDeadline();
        deadline = ctx.executor().schedule(otherwise, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void leavePlace() {
        if (placed) {
            placed = false;
            places.leave(placeOf);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        cancelDeadline();
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        forgetBody(ctx);
        Call cut = call;
        if (cut != null && cut.answer != null) {
            cut.answer.cancel(false);
        }
        places.forget(takePlace);
        leavePlace();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause.getCause() instanceof NotSslRecordException) {
            refusals.say(RefusalLog.SOMEBODY, "NO_TLS", "the caller speaks without TLS; give it the hub's certificate");
        } else if (cause instanceof RuntimeException && !(cause.getCause() instanceof javax.net.ssl.SSLException)) {
            LOG.atWarn().setCause(cause).log("a connection for Fleet calls failed");
        }
        ctx.close();
    }
}
