package org.osteon.cli.officer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.v1.SiteGrpc;
import picocli.CommandLine.Parameters;

/** A verb about one patient at one site. The identifier is in no message, no answer and no log. */
abstract class PatientVerb extends Verb {
    @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
    private Path folder = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "PATIENT",
            description = "the identifier as the hospital writes it; - reads it from standard input")
    private String patient = "";

    abstract ExitCode call(SiteGrpc.SiteBlockingStub site, String identifier) throws Exception;

    @Override
    protected final ExitCode run() throws Exception {
        String identifier = "-".equals(patient) ? typed() : patient;
        try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
            return call(site.site(), identifier);
        }
    }

    private String typed() throws IOException {
        if (System.console() != null) {
            System.err.print(output().messages().say("prompt.patient") + ": ");
            System.err.flush();
        }
        String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (line == null || line.isBlank()) {
            throw CliException.wrongCall("error.patient.none");
        }
        return line.strip();
    }
}
