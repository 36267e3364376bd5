package org.osteon.cli.officer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.decision.SiteDesk;
import org.osteon.cli.officer.decision.WaitingApprovals;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.Digest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon officer sign}: the officer's own pages. */
@Command(
        name = "sign",
        mixinStandardHelpOptions = true,
        description =
                "Review and sign in your browser: this program serves the pages itself, on this machine, and prints the link that opens them once.",
        footer = {
            "",
            "Example:  osteon officer sign hospital-a --key ~/.osteon-officer/li.key",
            "          osteon officer sign hospital-a --key ~/.osteon-officer/li.passkey"
        })
final class SignVerb extends Verb {
    @Parameters(paramLabel = "DIR", description = "the site's folder")
    private Path folder = Path.of("");

    @Option(
            names = {"--key", "--passkey"},
            required = true,
            paramLabel = "F",
            description = "your encrypted key file, or the file of your passkey")
    private Path key = Path.of("");

    @Mixin
    private final PageOptions page = new PageOptions();

    @Mixin
    private final OfficerFolder own = new OfficerFolder();

    @Option(
            names = "--waiting",
            paramLabel = "FOLDER",
            description = "where approvals wait for another officer's signature (default: waiting in your own folder)")
    private Path waiting = Path.of("");

    @Override
    protected ExitCode run() throws Exception {
        if (!Files.isReadable(key)) {
            throw CliException.wrongCall("error.file.missing", key);
        }
        Path place = waiting.toString().isEmpty() ? own.path().resolve("waiting") : waiting;
        try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
            List<Digest> signed = page.session(own, output())
                    .sign(
                            new SiteDesk(site),
                            KnownHub.remembered(own, folder),
                            folder,
                            site.settings().text("site"),
                            key,
                            new WaitingApprovals(place));
            output().answer(Map.of("signed", signed.stream().map(Digest::hex).toList()));
        }
        return ExitCode.DONE;
    }
}
