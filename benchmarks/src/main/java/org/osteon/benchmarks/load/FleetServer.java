package org.osteon.benchmarks.load;

import java.nio.file.Path;

/** A server that is measured: it runs, knows its nodes, and makes a model in a run. */
interface FleetServer extends AutoCloseable {
    /** As printed. */
    String name();

    /** Where its Fleet calls go to. */
    String address();

    /** Its certificate. */
    Path certificate();

    /** Its process; what it starts counts with it. */
    Process process();

    /** Makes the nodes' keys known, where that is done beforehand. */
    void know(Path keys) throws Exception;

    /** Starts a run over all nodes. */
    void begin() throws Exception;

    /** Waits for the run's last model. */
    Made made() throws Exception;

    /**
     * The last model.
     *
     * @param millis when it was made, since the epoch
     * @param digest SHA-256 of its values
     */
    record Made(double millis, String digest) {}

    @Override
    void close() throws Exception;
}
