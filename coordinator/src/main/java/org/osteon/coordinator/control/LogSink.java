package org.osteon.coordinator.control;

import org.osteon.protocol.flower.wire.StreamLogsResponse;

/** Where the lines of a followed run go; used by one thread at a time. */
public interface LogSink {
    /** Some lines. */
    void lines(StreamLogsResponse lines);

    /** The run has ended, and nothing more comes. */
    void end();

    /** Whether whoever reads has gone. */
    boolean gone();
}
