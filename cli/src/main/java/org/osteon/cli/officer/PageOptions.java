package org.osteon.cli.officer;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.page.SigningSession;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.Output;
import picocli.CommandLine.Option;

/** Where an officer's pages are, and for how long. */
final class PageOptions {
    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = "--port",
            paramLabel = "N",
            description =
                    "port of the pages on this machine; a passkey belongs to the port it was made at (default: 9643)")
    private int port = 9643;

    @Option(
            names = "--idle",
            paramLabel = "MINUTES",
            description = "end when nobody has called for so long (default: 15)")
    private int idle = 15;

    /** Pages that tell their link on the terminal; with {@code --json} on standard error. */
    SigningSession session(OfficerFolder own, Output output) {
        if (port < 1 || port > HIGHEST_PORT || idle < 1) {
            throw CliException.wrongCall("error.page.options", port, idle);
        }
        return new SigningSession(own, port, Duration.ofMinutes(idle), output.locale(), link -> {
            String text = output.messages()
                    .say("sign.open", link, own.pageIdentity().pin().hex());
            if (output.json()) {
                new PrintStream(System.err, true, StandardCharsets.UTF_8).println(text);
            } else {
                output.line(text);
            }
        });
    }
}
