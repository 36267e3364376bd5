package org.osteon.coordinator.fleet;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/** A request as its body arrives, and who answers it. */
interface Reception extends AutoCloseable {
    /**
     * Takes the next bytes; may wait for the disk.
     *
     * @throws InvalidProtocolBufferException when they are no request's
     */
    void take(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException;

    /**
     * Hands the request, which is there whole, to its handler.
     *
     * @throws InvalidProtocolBufferException when it is no request
     */
    CompletionStage<? extends Outcome<?>> call(SiteRecord node) throws InvalidProtocolBufferException;

    /** Lets go of what nobody took over. */
    @Override
    void close();

    /** One whose body is kept in memory until it is read. */
    static <Q extends MessageLite, A> Reception whole(
            int length, Parser<Q> parser, BiFunction<SiteRecord, Q, CompletionStage<Outcome<A>>> handler) {
        return new Reception() {
            private byte[] body = new byte[length];
            private int read;

            @Override
            public void take(byte[] bytes, int offset, int count) {
                System.arraycopy(bytes, offset, body, read, count);
                read += count;
            }

            @Override
            public CompletionStage<? extends Outcome<?>> call(SiteRecord node) throws InvalidProtocolBufferException {
                Q request = parser.parseFrom(body);
                body = new byte[0];
                return handler.apply(node, request);
            }

            @Override
            public void close() {
                body = new byte[0];
            }
        };
    }

    /** One that brings an object, whose bytes go to the spool while they arrive. */
    static Reception ofObject(FleetHandlers handlers) {
        PushedObject object = handlers.pushedObject();
        return new Reception() {
            @Override
            public void take(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException {
                object.take(bytes, offset, length);
            }

            @Override
            public CompletionStage<? extends Outcome<?>> call(SiteRecord node) throws InvalidProtocolBufferException {
                PushObjectRequest request = object.request();
                return handlers.pushObject(node, request, object);
            }

            @Override
            public void close() {
                object.close();
            }
        };
    }
}
