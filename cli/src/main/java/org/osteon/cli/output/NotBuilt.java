package org.osteon.cli.output;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** A verb that is planned and not there yet; it says so and does nothing. */
@Command(hidden = true, mixinStandardHelpOptions = true, description = "Not built yet; does nothing.")
public final class NotBuilt extends Verb {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> rest = new ArrayList<>();

    /** Enters a planned verb, such as {@code officer ask}, with the group it needs. */
    public static void enter(CommandLine root, String verb) {
        int space = verb.indexOf(' ');
        CommandLine next = root.getSubcommands().get(space < 0 ? verb : verb.substring(0, space));
        if (next == null) {
            next = new CommandLine(new NotBuilt());
            root.addSubcommand(space < 0 ? verb : verb.substring(0, space), next);
        }
        if (space > 0) {
            enter(next, verb.substring(space + 1));
        }
    }

    @Override
    protected ExitCode run() {
        throw CliException.wrongCallCoded("NOT_BUILT", "error.notBuilt", spec.qualifiedName());
    }
}
