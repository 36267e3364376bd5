package org.osteon.benchmarks.load;

import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;
import org.osteon.protocol.flower.NodeSignature;

/** Fleet calls over one carrier, each with the headers of the node that calls. */
interface Wire extends AutoCloseable {
    /** Sends a request; the future fails when the answer is not one. */
    <Q, A> CompletableFuture<A> call(int node, NodeSignature signature, MethodDescriptor<Q, A> method, Q request);

    /** The server could not do what it was asked, and said only that; a SuperNode that is told so ends. */
    final class ServerFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ServerFailed(String method, Throwable cause) {
            super(method + ": the server answered with an internal error", cause);
        }
    }

    @Override
    void close();
}
