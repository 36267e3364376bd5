package org.osteon.cli.hub;

import java.nio.file.Path;
import org.osteon.cli.connect.DaemonProgram;
import org.osteon.cli.connect.InitProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The two verbs that the hub's own program does. */
final class HubProgram {
    private HubProgram() {}

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Make a hub: keys, federation id, TLS material, client keys, database, log.",
            footer = "Example:  osteon coordinator init hub --federation ortho-net --address 10.0.0.5:9443")
    static final class Init extends InitProgram {
        @Parameters(paramLabel = "DIR", description = "new or empty folder")
        private Path folder = Path.of("");

        @Option(names = "--federation", paramLabel = "NAME", description = "the federation's id (default: ortho-net)")
        private String federation = "";

        @Option(
                names = "--address",
                paramLabel = "HOST:PORT",
                description = "where it listens and sites reach it (default: 127.0.0.1:9443)")
        private String address = "";

        @Option(
                names = "--console",
                paramLabel = "HOST:PORT|off",
                description = "where its pages are (default: the port after the address's); off keeps them shut")
        private String console = "";

        @Option(
                names = "--fleet-http",
                paramLabel = "HOST:PORT|off",
                description = "where SuperNodes of Flower 1.40 and newer reach it, over HTTP (default: off)")
        private String fleetHttp = "";

        @Option(
                names = "--allow-ungoverned",
                description = "also take unmodified Flower nodes, whose models can never be released")
        private boolean allowUngoverned;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description =
                    "Start a hub in the foreground; prints `ready HOST:PORT` once it answers, and stays until it is ended.",
            footer = "Example:  osteon coordinator start hub")
    static final class Start extends DaemonProgram {
        @Parameters(paramLabel = "DIR", description = "the hub's folder")
        private Path folder = Path.of("");
    }
}
