package org.osteon.cli.output;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What every verb shares: an answer in both forms and an exit code. */
public abstract class Verb implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    /** Where the answer goes. */
    public final Output output() {
        return output;
    }

    /** Does the work and answers. */
    protected abstract ExitCode run() throws Exception;

    @Override
    public final Integer call() throws Exception {
        return run().code();
    }
}
