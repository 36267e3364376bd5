package org.osteon.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.osteon.cli.data.DataVerbs;
import org.osteon.cli.data.SampleImages;
import org.osteon.cli.demo.Demo;
import org.osteon.cli.doctor.Doctor;
import org.osteon.cli.evidence.AuditVerbs;
import org.osteon.cli.evidence.ConformanceVerbs;
import org.osteon.cli.hub.CoordinatorVerbs;
import org.osteon.cli.hub.ModelVerbs;
import org.osteon.cli.hub.RoundVerbs;
import org.osteon.cli.hub.RunVerbs;
import org.osteon.cli.hub.StudyVerbs;
import org.osteon.cli.hub.TrustVerbs;
import org.osteon.cli.login.LoginVerb;
import org.osteon.cli.officer.OfficerVerbs;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Failures;
import org.osteon.cli.output.NotBuilt;
import org.osteon.cli.output.Numbers;
import org.osteon.cli.output.Output;
import org.osteon.cli.output.Verb;
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
            LoginVerb.class,
            Doctor.class,
            SampleImages.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Osteon {
    private static final int WIDTH = 110;

    /** Verbs of the reference that are not there yet; each says so, none is in the help. */
    static final List<String> NOT_BUILT = List.of("privacy audit", "coordinator move-database", "key rotate");

    private Osteon() {}

    /** Runs one verb and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // Warnings of libraries go to standard error; the daemons, whose jars may be on the class path, log to their
        // own files.
        System.setProperty("logback.configurationFile", "org/osteon/cli/log.xml");
        System.exit(run(arguments));
    }

    /** All verbs. */
    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Osteon());
        NOT_BUILT.forEach(verb -> NotBuilt.enter(command, verb));
        Numbers.register(command);
        return command;
    }

    /** Runs one verb inside this process and returns its exit code. */
    public static int run(String... arguments) {
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        CommandLine command = commandLine();
        command.setUsageHelpAutoWidth(true).setUsageHelpWidth(WIDTH);
        CommandLine.IParameterExceptionHandler parameters = command.getParameterExceptionHandler();
        command.setParameterExceptionHandler((wrong, words) -> {
            int exit = parameters.handleParseException(wrong, words);
            if (List.of(words).contains("--json")) {
                new PrintStream(System.out, true, StandardCharsets.UTF_8)
                        .println(Output.failure("", String.valueOf(wrong.getMessage()), ExitCode.WRONG_CALL));
            }
            return exit;
        });
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            CliException ending = Failures.ending(failure);
            Output output = line.getCommand() instanceof Verb verb ? verb.output() : new Output();
            err.println("osteon: " + ending.sentence(output.messages()));
            output.failed(ending);
            return ending.exitCode().code();
        });
        return command.execute(arguments);
    }
}
