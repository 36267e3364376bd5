package org.osteon.cli.site;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.connect.DaemonProgram;
import org.osteon.cli.connect.InitProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The two verbs that the site's own program does. */
final class SiteProgram {
    private SiteProgram() {}

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Make a site and enrol it at the hub; its operator then compares the node key's fingerprint.",
            footer = {
                "",
                "Example:  osteon site init hospital-a --hub 10.0.0.5:9443 --token T --hub-pin P --officer li.key.pub --epsilon-ceiling 3 --epsilon-total 10 --delta-ceiling 1e-5"
            })
    static final class Init extends InitProgram {
        @Parameters(paramLabel = "DIR", description = "new or empty folder")
        private Path folder = Path.of("");

        @Option(
                names = "--hub",
                paramLabel = "HOST:PORT",
                description =
                        "the hub's address (default: with its pin from osteon.toml in OSTEON_HUB or the current folder)")
        private String hub = "";

        @Option(names = "--token", paramLabel = "T", description = "one-time token from the hub's operator")
        private String token = "";

        @Option(names = "--token-file", paramLabel = "F", description = "file with the token, instead of --token")
        private String tokenFile = "";

        @Option(names = "--hub-pin", paramLabel = "P", description = "TLS pin from the hub's operator")
        private String pin = "";

        @Option(names = "--site", paramLabel = "NAME", description = "the site's name (default: the folder's)")
        private String site = "";

        @Option(
                names = "--address",
                paramLabel = "HOST:PORT",
                description = "where its own port listens, for its own people (default: 127.0.0.1:9543)")
        private String address = "";

        @Option(
                names = "--console",
                paramLabel = "HOST:PORT|off",
                description = "where its pages are (default: the port after the address's); off keeps them shut")
        private String console = "";

        @Option(names = "--officer", paramLabel = "F.pub", description = "public key of a data officer; repeatable")
        private List<Path> officers = new ArrayList<>();

        @Option(
                names = "--officer-key-folder",
                paramLabel = "DIR",
                description =
                        "where officers keep their keys; the agent does not start where it can read one; repeatable")
        private List<Path> officerKeyFolders = new ArrayList<>();

        @Option(names = "--epsilon-ceiling", paramLabel = "E", description = "most ε of one study (default: 0, none)")
        private double epsilonCeiling;

        @Option(names = "--epsilon-total", paramLabel = "E", description = "most ε of all studies (default: 0, none)")
        private double epsilonTotal;

        @Option(names = "--delta-ceiling", paramLabel = "D", description = "largest δ (default: 0, none)")
        private double deltaCeiling;

        @Option(
                names = "--k",
                paramLabel = "K",
                description = "smallest cohort, and smallest cell of an exact release (default: 10)")
        private int k;

        @Option(
                names = "--officers-needed",
                paramLabel = "N",
                description = "officers who must sign an approval (default: 1)")
        private int officersNeeded;

        @Option(names = "--allow-exact", description = "allow studies that release un-noised sums")
        private boolean allowExact;

        @Option(names = "--allow-root", description = "let the agent run as root")
        private boolean allowRoot;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description =
                    "Start a site in the foreground; prints `ready HOST:PORT` once it answers, and stays until it is ended.",
            footer = "Example:  osteon site start hospital-a")
    static final class Start extends DaemonProgram {
        @Parameters(paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");
    }
}
