package org.osteon.cli.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.HubGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osteon trust …}: whose keys count. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "The federation's trust document: export.",
        footer = {"", "Example:  osteon trust export --out trust.json --hub hub"},
        subcommands = TrustVerbs.Export.class)
public final class TrustVerbs {

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write the trust document; keep it apart from any bundle.",
            footer = "Example:  osteon trust export --out trust.json --hub hub")
    static final class Export extends HubVerb {
        @Option(names = "--out", required = true, paramLabel = "F", description = "file to write")
        private Path out = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            byte[] envelope =
                    hub.trust(Empty.getDefaultInstance()).getEnvelope().toByteArray();
            SignedDocument<TrustDocument> trust = SignedDocument.read(envelope, TrustDocument.class);
            Files.write(out, envelope);
            output().answer(Map.of(
                    "file", out.toString(),
                    "digest", trust.digest().hex(),
                    "federation", trust.document().root().federation(),
                    "keys", trust.document().keys().size()));
            return ExitCode.DONE;
        }
    }
}
