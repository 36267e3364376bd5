package org.osteon.cli.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.osteon.cli.output.Output;

/** A progress bar on standard error; silent where nobody looks. */
final class Bar implements AutoCloseable {
    private static final int WIDTH = 30;
    private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    private final boolean shown;
    private final int of;

    Bar(int of, Output output) {
        this.of = of;
        this.shown = System.console() != null && !output.json();
    }

    void at(int done) {
        if (shown) {
            int full = WIDTH * done / of;
            err.print("\r  " + "█".repeat(full) + "░".repeat(WIDTH - full) + " " + done + "/" + of);
        }
    }

    void wipe() {
        if (shown) {
            err.print("\r" + " ".repeat(WIDTH + 12) + "\r");
        }
    }

    @Override
    public void close() {
        wipe();
    }
}
