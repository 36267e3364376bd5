package org.osteon.cli.officer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.connect.Passphrase;
import org.osteon.cli.officer.decision.DecisionFile;
import org.osteon.cli.officer.decision.Desk;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.decision.SiteDesk;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A decision by way of a file: prepared where the agent can be reached, signed where nothing can, by as many officers
 * as it takes, and handed in. The study lies beside it under the same name with {@code .study}.
 */
final class FileVerbs {
    private FileVerbs() {}

    private static Path studyBeside(Path file) {
        return file.resolveSibling(file.getFileName() + ".study");
    }

    @Command(
            name = "prepare",
            mixinStandardHelpOptions = true,
            description =
                    "Write a decision that nobody has signed to a file, and the study beside it, to sign elsewhere.",
            footer = {
                "",
                "Example:  osteon officer prepare hospital-a 1a2b3c4d --out approval.json --epsilon 2 --rounds 6 --until 2027-03-01T00:00:00Z",
                "          osteon officer prepare hospital-a 1a2b3c4d --out refusal.json --refuse 'more than our board allows'"
            })
    static final class Prepare extends Verb {
        @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");

        @Parameters(index = "1", paramLabel = "S", description = "study digest, or its first digits")
        private String reference = "";

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "file to make")
        private Path out = Path.of("");

        @ArgGroup(multiplicity = "1")
        private Kind kind = new Kind();

        @Mixin
        private final OfficerFolder own = new OfficerFolder();

        /** Exactly one of the three decisions. */
        static final class Kind {
            @ArgGroup(exclusive = false)
            private Limits limits = new Limits();

            @Option(names = "--refuse", paramLabel = "TEXT", description = "refuse, for this reason")
            private String refuse = "";

            @Option(names = "--revoke", paramLabel = "TEXT", description = "withdraw the approval, for this reason")
            private String revoke = "";
        }

        /** An approval's limits. */
        static final class Limits {
            @Option(names = "--epsilon", required = true, paramLabel = "E", description = "most ε that may be spent")
            private double epsilon;

            @Option(names = "--rounds", required = true, paramLabel = "N", description = "rounds at most")
            private int rounds;

            @Option(names = "--until", required = true, paramLabel = "T", description = "valid until, ISO 8601 in UTC")
            private String until = "";

            @Option(names = "--waive", paramLabel = "CODE", description = "site rule you waive for this study")
            private List<String> waivers = new ArrayList<>();
        }

        @Override
        protected ExitCode run() throws Exception {
            for (Path one : List.of(out, studyBeside(out))) {
                if (Files.exists(one)) {
                    throw CliException.wrongCall("error.file.there", one);
                }
            }
            try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
                Desk desk = new SiteDesk(site);
                StudyReview review = StudyReview.fetch(
                        desk,
                        KnownHub.of(own.path(), folder).root(),
                        site.settings().text("site"),
                        reference);
                Decision decision = decision(review, OfficerVerbs.now());
                DecisionFile.write(out, new SignedDocument<>(decision, List.of()));
                Files.write(studyBeside(out), review.study().bytes());
                output().answer(Map.of(
                        "file", out.toString(), "digest", decision.digest().hex()));
            }
            return ExitCode.DONE;
        }

        private Decision decision(StudyReview review, Instant now) {
            if (!kind.refuse.isEmpty()) {
                return review.refusal(kind.refuse, now);
            }
            if (!kind.revoke.isEmpty()) {
                return review.revocation(kind.revoke, now);
            }
            Limits limits = kind.limits;
            return review.capsule(
                    limits.epsilon, limits.rounds, limits.waivers, now, OfficerVerbs.end(limits.until, now));
        }
    }

    @Command(
            name = "sign-file",
            mixinStandardHelpOptions = true,
            description = "Show the decision in a file with its study, and sign it; needs no agent and no network.",
            footer = "Example:  osteon officer sign-file approval.json --key li.key")
    static final class SignFile extends Verb {
        @Parameters(paramLabel = "FILE", description = "a decision, with its study beside it")
        private Path file = Path.of("");

        @Option(names = "--key", required = true, paramLabel = "F", description = "your encrypted key file")
        private Path key = Path.of("");

        @Mixin
        private final Passphrase passphrase = new Passphrase();

        @Override
        protected ExitCode run() throws Exception {
            SignedDocument<? extends Decision> found = DecisionFile.read(file);
            Path beside = studyBeside(file);
            if (!Files.isReadable(beside)) {
                throw CliException.wrongCall("error.file.missing", beside);
            }
            Study study =
                    SignedDocument.read(Files.readAllBytes(beside), Study.class).document();
            if (!study.digest().equals(found.document().study())) {
                throw new CliException(
                        ExitCode.DOES_NOT_HOLD,
                        "error.study.other",
                        study.digest().brief(),
                        found.document().study().brief());
            }
            output().line(output().messages().say("sign.study"));
            output().show(CanonicalJson.tree(study));
            output().line(output().messages().say("sign.shown"));
            output().show(CanonicalJson.tree(found.document()));
            char[] typed = passphrase.read(output().messages().say("prompt.passphrase", key.getFileName()));
            try {
                SigningKey opened = KeyFile.readEncrypted(key, typed);
                SignedDocument<? extends Decision> signed =
                        found.signedBy(opened.publicKey()) ? found : found.alsoSignedBy(opened);
                DecisionFile.write(file, signed);
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("file", file.toString());
                answer.put("digest", signed.digest().hex());
                answer.put("signers", signed.signatures().size());
                output().answer(answer);
            } finally {
                Arrays.fill(typed, '\0');
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "send",
            mixinStandardHelpOptions = true,
            description = "Hand in a decision that its officers have signed in a file.",
            footer = "Example:  osteon officer send hospital-a approval.json")
    static final class Send extends Verb {
        @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");

        @Parameters(index = "1", paramLabel = "FILE", description = "the signed decision")
        private Path file = Path.of("");

        @Override
        protected ExitCode run() {
            SignedDocument<? extends Decision> signed = DecisionFile.read(file);
            try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
                ObjectNode answer = (ObjectNode) new SiteDesk(site).decide(signed.bytes());
                answer.put("digest", signed.digest().hex());
                output().answer(answer);
            }
            return ExitCode.DONE;
        }
    }
}
