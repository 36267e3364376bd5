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
 * starts that program itself; this class states the options for {@code --help} and completion, and hands the call to
 * the launcher when it comes by another way.
 */
public abstract class DaemonProgram extends Verb {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the launcher with the same words, in a process of its own, and ends as it ends. */
    @Override
    protected final ExitCode run() throws IOException, InterruptedException {
        Path launcher =
                Path.of(System.getProperty("osteon.home", "")).resolve("osteon").toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            throw CliException.wrongCall("error.launcher", spec.qualifiedName());
        }
        List<String> words = new ArrayList<>();
        words.add(launcher.toString());
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return ExitCode.of(new ProcessBuilder(words).inheritIO().start().waitFor());
    }
}
