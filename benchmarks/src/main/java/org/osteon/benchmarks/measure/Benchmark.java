package org.osteon.benchmarks.measure;

import java.nio.file.Path;

/** Prepares its input, measures one or more contests, and checks that the sides did the same work. */
public interface Benchmark {
    /** A short stable name for the command line. */
    String name();

    /**
     * Measures.
     *
     * @param work an empty folder for its files
     */
    void run(Setting setting, Path work, Meter meter) throws Exception;
}
