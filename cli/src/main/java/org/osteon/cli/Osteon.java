package org.osteon.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.osteon.cli.data.DataVerbs;
import org.osteon.cli.data.SampleImages;
import org.osteon.cli.demo.Demo;
import org.osteon.cli.evidence.AuditVerbs;
import org.osteon.cli.evidence.ConformanceVerbs;
import org.osteon.cli.hub.CoordinatorVerbs;
import org.osteon.cli.hub.ModelVerbs;
import org.osteon.cli.hub.RoundVerbs;
import org.osteon.cli.hub.RunVerbs;
import org.osteon.cli.hub.StudyVerbs;
import org.osteon.cli.hub.TrustVerbs;
import org.osteon.cli.officer.OfficerVerbs;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.Failures;
import org.osteon.cli.site.SiteVerbs;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code osteon} command. */
@Command(
        name = "osteon",
        mixinStandardHelpOptions = true,
        version = "osteon 0.1.0",
        description = "Federated learning and data governance across hospitals.",
        footer = {
            "",
            "Exit codes: 0 done and it holds, 1 checked and it does not hold, 2 wrong call or document,",
            "            3 refused by policy, approval or budget, 4 a peer or resource is missing: try again.",
            "",
            "Example:  osteon demo --exit"
        },
        subcommands = {
            Demo.class,
            CoordinatorVerbs.class,
            SiteVerbs.class,
            DataVerbs.class,
            StudyVerbs.class,
            OfficerVerbs.class,
            RunVerbs.class,
            RoundVerbs.class,
            ModelVerbs.class,
            ConformanceVerbs.class,
            AuditVerbs.class,
            TrustVerbs.class,
            SampleImages.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Osteon {
    private Osteon() {}

    /** Runs one verb and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one verb inside this process and returns its exit code. */
    public static int run(String... arguments) {
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        CommandLine command = new CommandLine(new Osteon());
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            CliException ending = Failures.ending(failure);
            err.println("osteon: " + ending.getMessage());
            return ending.exitCode().code();
        });
        return command.execute(arguments);
    }
}
