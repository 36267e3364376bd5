package org.osteon.cli.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A verb that a daemon's own program does: {@code init} and {@code start}, which alone open its folder. The launcher
 * starts that program itself for {@code start} and for whoever reads {@code --json}; this class states the options for
 * {@code --help} and completion, and runs the program otherwise.
 */
public abstract class DaemonProgram extends Verb {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the launcher with these words, in a process of its own, and ends as it ends. */
    @Override
    protected ExitCode run() throws IOException, InterruptedException {
        return ExitCode.of(
                new ProcessBuilder(command(words())).inheritIO().start().waitFor());
    }

    /** The words this verb was called with. */
    protected final List<String> words() {
        return spec.root().commandLine().getParseResult().originalArgs();
    }

    /** The launcher's call with these words. */
    protected final List<String> command(List<String> words) {
        Path launcher =
                Path.of(System.getProperty("osteon.home", "")).resolve("osteon").toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            throw CliException.wrongCall("error.launcher", spec.qualifiedName());
        }
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(words);
        return command;
    }
}
