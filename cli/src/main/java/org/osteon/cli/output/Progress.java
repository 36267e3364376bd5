package org.osteon.cli.output;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** How far long work has come, on one line of standard error that is overwritten; silent where nobody looks. */
public final class Progress implements AutoCloseable {
    private static final long PAUSE = 100_000_000;
    private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    private final boolean shown;
    private long last;
    private int width;

    /** A line for this output. */
    public Progress(Output output) {
        shown = System.console() != null && !output.json();
    }

    /** Some units of a source are done. */
    public void at(String source, long units) {
        long now = System.nanoTime();
        if (!shown || now - last < PAUSE) {
            return;
        }
        last = now;
        String line = source + "  " + units;
        err.print("\r" + line + " ".repeat(Math.max(0, width - Table.width(line))));
        width = Table.width(line);
    }

    /** Wipes the line. */
    @Override
    public void close() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
    }
}
