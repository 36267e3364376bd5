package org.osteon.site.egress;

import io.grpc.MethodDescriptor;
import java.time.Duration;

/**
 * Flower's Fleet calls to the server that carries them, over one of Flower's two carriers. A call that fails throws the
 * same {@link io.grpc.StatusRuntimeException} on both; a call that begins while the red switch is on throws
 * {@link FleetSession.Stopped}.
 */
interface FleetCalls extends AutoCloseable {
    /** Makes one call and waits for its answer, no longer than the limit. */
    <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Duration limit);

    /** Ends every call that is under way. */
    void hangUp();

    @Override
    void close();
}
