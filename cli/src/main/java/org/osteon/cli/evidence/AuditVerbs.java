package org.osteon.cli.evidence;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.bundle.BundleVerifier;
import org.osteon.audit.bundle.Verdict;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.connect.HubOption;
import org.osteon.cli.hub.Chunks;
import org.osteon.cli.hub.HubVerb;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.ProveRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon audit …}: events, proofs and evidence bundles. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Evidence: log, prove, bundle, verify.",
        footer = {"", "Example:  osteon audit verify evidence.zip --trust trust.json"},
        subcommands = {AuditVerbs.Log.class, AuditVerbs.Prove.class, AuditVerbs.Bundle.class, AuditVerbs.Verify.class})
public final class AuditVerbs {

    @Command(
            name = "log",
            mixinStandardHelpOptions = true,
            description = "The events of the hub, or of a site.",
            footer = {
                "",
                "Example:  osteon audit log --from 100 --hub hub",
                "          osteon audit log --site hospital-a"
            })
    static final class Log extends Verb {
        @Mixin
        private final HubOption hub = new HubOption();

        @Option(names = "--site", paramLabel = "DIR", description = "the site's folder, for its own log")
        private String site = "";

        @Option(names = "--from", paramLabel = "N", description = "first sequence number")
        private long from;

        @Option(names = "--limit", paramLabel = "N", description = "events at most")
        private int limit = 1000;

        @Override
        protected ExitCode run() {
            EventsRequest request =
                    EventsRequest.newBuilder().setFrom(from).setLimit(limit).build();
            try (DaemonFolder daemon =
                    site.isEmpty() ? hub.connect("regulator") : DaemonFolder.site(Path.of(site), "operator")) {
                output().answerJson(
                                site.isEmpty()
                                        ? daemon.hub().events(request).getJson()
                                        : daemon.site().events(request).getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "prove",
            mixinStandardHelpOptions = true,
            description = "The proof that an event is in the log.",
            footer = "Example:  osteon audit prove 17 --hub hub")
    static final class Prove extends HubVerb {
        @Parameters(paramLabel = "EVENT", description = "sequence number")
        private long event;

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(
                            hub.prove(ProveRequest.newBuilder().setEvent(event).build())
                                    .getJson());
            return ExitCode.DONE;
        }

        @Override
        protected String defaultRole() {
            return "regulator";
        }
    }

    @Command(
            name = "bundle",
            mixinStandardHelpOptions = true,
            description = "Write the evidence bundle of a released model.",
            footer = "Example:  osteon audit bundle 1a2b3c4d --out evidence.zip --hub hub")
    static final class Bundle extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(names = "--out", required = true, paramLabel = "F", description = "file to write")
        private Path out = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            var sha = Chunks.write(
                    hub.bundle(ModelRef.newBuilder().setModel(model).build()), out);
            output().answer(Map.of("bundle", out.toString(), "sha256", sha.hex()));
            return ExitCode.DONE;
        }

        @Override
        protected String defaultRole() {
            return "regulator";
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Check a bundle offline; the trust file comes from outside it.",
            footer = "Example:  osteon audit verify evidence.zip --trust trust.json")
    static final class Verify extends Verb {
        @Parameters(paramLabel = "BUNDLE", description = "evidence bundle")
        private Path bundle = Path.of("");

        @Option(names = "--trust", paramLabel = "F", description = "trust file; without it the verdict is UNANCHORED")
        private Path trust = Path.of("");

        @Override
        protected ExitCode run() throws Exception {
            if (!Files.isReadable(bundle)) {
                throw CliException.wrongCall("error.file.missing", bundle);
            }
            Verdict verdict = BundleVerifier.verify(bundle, trustDocument());
            output().answer(Map.of(
                    "verdict",
                    verdict.outcome().name(),
                    "findings",
                    verdict.findings().stream()
                            .map(f -> Map.of("code", f.code(), "where", f.where()))
                            .toList()));
            return verdict.outcome() == Verdict.Outcome.VERIFIED ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }

        private Optional<SignedDocument<TrustDocument>> trustDocument() throws Exception {
            if (trust.toString().isEmpty()) {
                return Optional.empty();
            }
            if (!Files.isReadable(trust)) {
                throw CliException.wrongCall("error.file.missing", trust);
            }
            return Optional.of(SignedDocument.read(Files.readAllBytes(trust), TrustDocument.class));
        }
    }
}
