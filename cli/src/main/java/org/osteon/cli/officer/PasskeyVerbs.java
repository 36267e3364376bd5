package org.osteon.cli.officer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.sign.Passkey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon officer passkey …}. */
@Command(
        name = "passkey",
        mixinStandardHelpOptions = true,
        description = "Officers' passkeys: new.",
        footer = {"", "Example:  osteon officer passkey new ~/.osteon-officer/li.passkey"},
        subcommands = PasskeyVerbs.New.class)
final class PasskeyVerbs {

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description =
                    "Make a passkey in your browser; writes F, and F.pub for the site's operator. Neither is secret.",
            footer = "Example:  osteon officer passkey new ~/.osteon-officer/li.passkey")
    static final class New extends Verb {
        @Parameters(paramLabel = "F", description = "file to make")
        private Path file = Path.of("");

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "under which your browser lists it (default: the file's)")
        private String name = "";

        @Mixin
        private final PageOptions page = new PageOptions();

        @Mixin
        private final OfficerFolder own = new OfficerFolder();

        @Override
        protected ExitCode run() throws Exception {
            Path pub = file.resolveSibling(file.getFileName() + ".pub");
            for (Path one : List.of(file, pub)) {
                if (Files.exists(one)) {
                    throw CliException.wrongCall("error.key.exists", one);
                }
            }
            String shown = name.isEmpty() ? String.valueOf(file.getFileName()) : name;
            Optional<Passkey> made = page.session(own, output()).makePasskey(file, shown);
            Passkey passkey = made.orElseThrow(() -> new CliException(ExitCode.TRY_AGAIN, "error.passkey.none"));
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("publicKey", pub.toString());
            answer.put("keyId", passkey.key().keyId());
            answer.put("fingerprint", passkey.key().fingerprint());
            answer.put("origins", passkey.key().origins());
            output().answer(answer);
            return ExitCode.DONE;
        }
    }
}
