package org.osteon.coordinator.control;

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
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderValues;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.Person;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.flower.wire.GetAuthTokensRequest;
import org.osteon.protocol.flower.wire.ListRunsRequest;
import org.osteon.protocol.flower.wire.RefreshAuthTokensRequest;
import org.osteon.protocol.flower.wire.RegisterNodeRequest;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StopRunRequest;
import org.osteon.protocol.flower.wire.StreamLogsRequest;
import org.osteon.protocol.flower.wire.StreamLogsResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the HTTP carrier: one call, as each {@code flwr} command makes, and then another if it comes. The
 * caller is found, and refused who may not, before the body is read. All of it runs on the connection's event loop, but
 * the door and the handlers, which wait for disk and login service, on the workers.
 */
final class HttpControlConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpControlConnection.class);
    private static final String PREFIX = "/v1/control/";
    private static final String PROTOBUF = "application/protobuf";
    private static final String STREAM = "application/flower-protobuf-stream";
    private static final int SMALL = 64 * 1024;

    /** An app bundle has at most 10 MiB. */
    private static final int LARGE = 11 * 1024 * 1024;

    /** What a reader of a log may leave unread before it is let go. */
    private static final long MOST_UNREAD = 8L * 1024 * 1024;

    private static final Duration HEAD_PATIENCE = Duration.ofSeconds(20);
    private static final Duration BODY_PATIENCE = Duration.ofMinutes(2);
    private static final Duration REST_PATIENCE = Duration.ofSeconds(10);
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +([A-Za-z0-9._~+/-]{1,8192}=*)");

    /** What the connection waits for. */
    private enum Phase {
        HEAD,
        DOOR,
        BODY,
        ANSWER,
        STREAM,
        /** The caller still sends what nobody reads, and must be able to read the answer. */
        DISCARD
    }

    private final ControlHandlers handlers;
    private final Executor workers;
    private final Semaphore bundles;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Phase phase = Phase.HEAD;
    private @Nullable Future<?> deadline;
    private @Nullable ControlCall call;
    private @Nullable Person person;
    private boolean keepAlive;
    private boolean placed;
    private boolean asking;
    private long discarded;

    /** A connection; no more bundles than there are permits are read at once. */
    HttpControlConnection(ControlHandlers handlers, Executor workers, Semaphore bundles) {
        this.handlers = handlers;
        this.workers = workers;
        this.bundles = bundles;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        expectHead(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leavePlace();
        within(ctx, null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // A read that brought a part of a handshake alone brought nothing.
        if (asking) {
            ctx.read();
        }
    }

    private void ask(ChannelHandlerContext ctx) {
        asking = true;
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        asking = false;
        try {
            if (phase == Phase.HEAD && message instanceof HttpRequest head) {
                begin(ctx, head);
            } else if (phase == Phase.BODY && message instanceof HttpContent content) {
                take(ctx, content);
            } else if (phase == Phase.DISCARD && message instanceof HttpContent content) {
                discard(ctx, content);
            } else {
                ctx.close();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void expectHead(ChannelHandlerContext ctx) {
        phase = Phase.HEAD;
        body.reset();
        call = null;
        person = null;
        within(ctx, HEAD_PATIENCE);
        ask(ctx);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        keepAlive = HttpUtil.isKeepAlive(head) && head.decoderResult().isSuccess();
        if (head.decoderResult().isFailure() || HttpUtil.isTransferEncodingChunked(head)) {
            refuse(ctx, 400, Optional.of(1003), "the request cannot be read");
            return;
        }
        String path = head.uri();
        if (!path.startsWith(PREFIX)) {
            refuse(ctx, 404, Optional.empty(), "Not Found");
            return;
        }
        if (!HttpMethod.POST.equals(head.method())) {
            refuse(ctx, 405, Optional.empty(), "Method Not Allowed");
            return;
        }
        if (!PROTOBUF.equals(head.headers()
                .get(HttpHeaderNames.CONTENT_TYPE, "")
                .split(";", 2)[0]
                .strip())) {
            refuse(ctx, 415, Optional.of(1002), "the content type must be " + PROTOBUF);
            return;
        }
        Optional<ControlCall> known = ControlCall.ofPath(path.substring(PREFIX.length()));
        if (known.isEmpty()) {
            refuse(ctx, ControlRefusal.notServed("this call"));
            return;
        }
        ControlCall wanted = known.orElseThrow();
        if (HttpUtil.getContentLength(head, 0L) > (wanted == ControlCall.START_RUN ? LARGE : SMALL)) {
            refuse(ctx, 413, Optional.of(1003), "the request is too long");
            return;
        }
        call = wanted;
        phase = Phase.DOOR;
        boolean asksFirst = HttpUtil.is100ContinueExpected(head);
        Optional<String> token = token(head.headers().getAll(HttpHeaderNames.AUTHORIZATION));
        work(ctx, () -> {
            Person caller = wanted.open()
                    ? null
                    : handlers.admit(wanted, token, Optional.empty()).person();
            return () -> admitted(ctx, caller, asksFirst);
        });
    }

    private static Optional<String> token(List<String> headers) {
        if (headers.size() != 1) {
            return Optional.empty();
        }
        Matcher bearer = BEARER.matcher(headers.get(0).strip());
        return bearer.matches() ? Optional.of(bearer.group(1)) : Optional.empty();
    }

    private void admitted(ChannelHandlerContext ctx, @Nullable Person caller, boolean asksFirst) {
        person = caller;
        if (call == ControlCall.START_RUN) {
            if (!bundles.tryAcquire()) {
                refuse(ctx, ControlRefusal.again("too many apps come in at once; try again"));
                return;
            }
            placed = true;
        }
        phase = Phase.BODY;
        within(ctx, BODY_PATIENCE);
        if (asksFirst) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        ask(ctx);
    }

    private void take(ChannelHandlerContext ctx, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            refuse(ctx, 400, Optional.of(1003), "the request cannot be read");
            return;
        }
        byte[] piece = new byte[content.content().readableBytes()];
        content.content().readBytes(piece);
        body.writeBytes(piece);
        if (!(content instanceof LastHttpContent)) {
            ask(ctx);
            return;
        }
        phase = Phase.ANSWER;
        within(ctx, null);
        byte[] whole = body.toByteArray();
        body.reset();
        ControlCall wanted = Objects.requireNonNull(call, "call");
        Optional<Person> caller = Optional.ofNullable(person);
        if (wanted == ControlCall.STREAM_LOGS) {
            work(ctx, () -> {
                handlers.streamLogs(caller.orElseThrow(), StreamLogsRequest.parseFrom(whole), new Frames(ctx));
                return () -> {};
            });
        } else {
            work(ctx, () -> {
                byte[] answer = answer(wanted, caller, whole).toByteArray();
                return () -> send(ctx, response(HttpResponseStatus.OK, PROTOBUF, answer));
            });
        }
    }

    private void discard(ChannelHandlerContext ctx, HttpContent content) {
        discarded += content.content().readableBytes();
        if (content.decoderResult().isFailure() || discarded > LARGE) {
            ctx.close();
        } else if (!(content instanceof LastHttpContent)) {
            ask(ctx);
        } else if (keepAlive) {
            expectHead(ctx);
        } else {
            ctx.close();
        }
    }

    private MessageLite answer(ControlCall wanted, Optional<Person> caller, byte[] request)
            throws InvalidProtocolBufferException {
        return switch (wanted) {
            case START_RUN -> handlers.startRun(caller.orElseThrow(), StartRunRequest.parseFrom(request));
            case STOP_RUN -> handlers.stopRun(caller.orElseThrow(), StopRunRequest.parseFrom(request));
            case LIST_RUNS -> handlers.listRuns(caller.orElseThrow(), ListRunsRequest.parseFrom(request));
            case REGISTER_NODE -> handlers.registerNode(caller.orElseThrow(), RegisterNodeRequest.parseFrom(request));
            case UNREGISTER_NODE ->
                handlers.unregisterNode(caller.orElseThrow(), UnregisterNodeRequest.parseFrom(request));
            case LIST_NODES -> handlers.listNodes(caller.orElseThrow());
            case LIST_FEDERATIONS -> handlers.listFederations(caller.orElseThrow(), true);
            case GET_LOGIN_DETAILS -> handlers.loginDetails();
            case GET_AUTH_TOKENS -> handlers.authTokens(GetAuthTokensRequest.parseFrom(request));
            case REFRESH_AUTH_TOKENS -> handlers.refreshAuthTokens(RefreshAuthTokensRequest.parseFrom(request));
            case STREAM_LOGS -> throw new IllegalStateException("a stream has no one answer");
        };
    }

    private interface Work {
        /** Does what may wait, and returns what the event loop does then. */
        Runnable run() throws InvalidProtocolBufferException;
    }

    private void work(ChannelHandlerContext ctx, Work work) {
        workers.execute(() -> {
            Runnable then;
            try {
                then = work.run();
            } catch (ControlRefusal refusal) {
                then = () -> refuse(ctx, refusal);
            } catch (InvalidProtocolBufferException e) {
                then = () -> refuse(ctx, 400, Optional.of(1003), "the request's bytes are not its message");
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("control call failed");
                then = () -> refuse(ctx, 500, Optional.of(9000), "the hub could not do that; its log says why");
            }
            ctx.executor().execute(then);
        });
    }

    /** The frames of a stream: four bytes of length, then a message. */
    private final class Frames implements LogSink {
        private final ChannelHandlerContext ctx;
        private boolean begun;

        Frames(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        public void lines(StreamLogsResponse lines) {
            byte[] message = lines.toByteArray();
            ctx.executor().execute(() -> {
                begin();
                if (ctx.channel().bytesBeforeWritable() > MOST_UNREAD) {
                    ctx.close();
                    return;
                }
                ByteBuf frame = Unpooled.buffer(4 + message.length);
                frame.writeInt(message.length).writeBytes(message);
                ctx.writeAndFlush(new DefaultHttpContent(frame));
            });
        }

        private void begin() {
            if (!begun) {
                begun = true;
                phase = Phase.STREAM;
                HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                head.headers().set(HttpHeaderNames.CONTENT_TYPE, STREAM);
                head.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
                head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                HttpUtil.setTransferEncodingChunked(head, true);
                ctx.write(head);
                // So that a reader who goes is noticed.
                ask(ctx);
            }
        }

        @Override
        public void end() {
            ctx.executor().execute(() -> {
                begin();
                ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
            });
        }

        @Override
        public boolean gone() {
            return !ctx.channel().isActive();
        }
    }

    private void refuse(ChannelHandlerContext ctx, ControlRefusal refusal) {
        // Without a number the command uses its own words for somebody who is not signed in.
        refuse(
                ctx,
                refusal.kind().status(),
                refusal.kind() == ControlRefusal.Kind.NOT_SIGNED_IN ? Optional.empty() : Optional.of(refusal.number()),
                refusal.text());
    }

    private void refuse(ChannelHandlerContext ctx, int status, Optional<Integer> number, String text) {
        Map<String, Object> values = new LinkedHashMap<>();
        number.ifPresent(code -> values.put("code", code));
        values.put("detail", text);
        byte[] json = CanonicalJson.write(values);
        FullHttpResponse response = response(HttpResponseStatus.valueOf(status), "application/json", json);
        if (status == 401) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        send(ctx, response);
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, byte[] bytes) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(bytes));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        HttpUtil.setContentLength(response, bytes.length);
        return response;
    }

    private void send(ChannelHandlerContext ctx, FullHttpResponse response) {
        leavePlace();
        within(ctx, REST_PATIENCE);
        boolean whole = phase == Phase.ANSWER;
        phase = Phase.DISCARD;
        discarded = 0;
        HttpUtil.setKeepAlive(response, keepAlive);
        ctx.writeAndFlush(response).addListener(written -> {
            if (!written.isSuccess() || whole && !keepAlive) {
                ctx.close();
            } else if (whole) {
                expectHead(ctx);
            } else {
                ask(ctx);
            }
        });
    }

    private void leavePlace() {
        if (placed) {
            placed = false;
            bundles.release();
        }
    }

    /** Closes the connection unless something else happens in time; nothing for no limit. */
    private void within(ChannelHandlerContext ctx, @Nullable Duration limit) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = limit == null
                ? null
                : ctx.executor().schedule(() -> ctx.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
