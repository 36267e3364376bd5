package org.osteon.trials.hostile;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.sign.SigningKey;

/**
 * A valid request of one method and who makes it.
 *
 * @param method full name, such as {@code osteon.v1.Hub/Status}
 * @param valid the request as it should be
 * @param caller who signs the call
 * @param signer signs the document in it, if it carries one
 */
public record Request(
        String method,
        Message valid,
        Caller caller,
        @Nullable SigningKey signer) {

    /** Who makes a call. */
    public sealed interface Caller {
        /** A Flower node: Fleet's own headers. */
        record Node(SigningKey key) implements Caller {}

        /** A person or a site: a signature over the request. */
        record Signed(SigningKey key) implements Caller {}

        /** Nobody known. */
        record Anonymous() implements Caller {}
    }

    /** The headers with which this caller sends these bytes. */
    Metadata headers(PortCalls calls, byte[] bytes) {
        if (caller instanceof Caller.Node node) {
            return calls.asNode(node.key());
        }
        if (caller instanceof Caller.Signed person) {
            return calls.signed(person.key(), method, PortCalls.asRead(valid, bytes));
        }
        return new Metadata();
    }
}
