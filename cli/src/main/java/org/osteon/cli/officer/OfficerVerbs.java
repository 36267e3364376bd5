package org.osteon.cli.officer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.connect.Passphrase;
import org.osteon.cli.officer.decision.DecisionFile;
import org.osteon.cli.officer.decision.Desk;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.decision.RunReview;
import org.osteon.cli.officer.decision.SiteDesk;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code osteon officer …}: the data officer's own program. It fetches the study's bytes from the site, renders them
 * itself, and signs the decision with a key that the agent cannot read.
 */
@Command(
        name = "officer",
        mixinStandardHelpOptions = true,
        description =
                "The data officer: key new, passkey new, review, sign, approve, refuse, revoke, prepare, sign-file, send, ask, patient, withdraw.",
        footer = {"", "Example:  osteon officer review hospital-a 1a2b3c4d"},
        subcommands = {
            OfficerVerbs.Key.class,
            OfficerVerbs.Review.class,
            OfficerVerbs.Approve.class,
            OfficerVerbs.Refuse.class,
            OfficerVerbs.Revoke.class,
            SignVerb.class,
            PasskeyVerbs.class,
            FileVerbs.Prepare.class,
            FileVerbs.SignFile.class,
            FileVerbs.Send.class,
            Ask.class,
            FindPatient.class,
            WithdrawPatient.class
        })
public final class OfficerVerbs {

    @Command(
            name = "key",
            mixinStandardHelpOptions = true,
            description = "Officers' keys: new.",
            footer = {"", "Example:  osteon officer key new ~/.osteon-officer/li.key"},
            subcommands = NewKey.class)
    static final class Key {}

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Make a key that only its pass-phrase opens; writes F and F.pub.",
            footer = "Example:  osteon officer key new ~/.osteon-officer/li.key")
    static final class NewKey extends Verb {
        @Parameters(paramLabel = "F", description = "key file to make")
        private Path file = Path.of("");

        @Mixin
        private final Passphrase passphrase = new Passphrase();

        @Override
        protected ExitCode run() throws Exception {
            if (Files.exists(file)) {
                throw CliException.wrongCall("error.key.exists", file);
            }
            char[] typed = passphrase.read(output().messages().say("prompt.passphrase.new"));
            try {
                SigningKey key = SigningKey.ed25519();
                KeyFile.writeEncrypted(file, key, typed);
                Path pub = file.resolveSibling(file.getFileName() + ".pub");
                Files.writeString(pub, key.publicKey().pem());
                output().answer(Map.of(
                        "publicKey", pub.toString(),
                        "keyId", key.publicKey().keyId(),
                        "fingerprint", key.publicKey().fingerprint()));
            } finally {
                Arrays.fill(typed, '\0');
            }
            return ExitCode.DONE;
        }
    }

    /** A verb about one study at one site. */
    private abstract static class StudyVerb extends Verb {
        @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");

        @Parameters(index = "1", paramLabel = "S", description = "study digest, or its first digits")
        private String reference = "";

        @Mixin
        private final OfficerFolder own = new OfficerFolder();

        abstract ExitCode decide(Desk desk, StudyReview review);

        abstract ExitCode decide(Desk desk, RunReview review);

        @Override
        protected final ExitCode run() {
            try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
                Desk desk = new SiteDesk(site);
                FederationRoot hub = KnownHub.of(own.path(), folder).root();
                String name = site.settings().text("site");
                return RunReview.is(desk.study(reference))
                        ? decide(desk, RunReview.fetch(desk, hub, name, reference))
                        : decide(desk, StudyReview.fetch(desk, hub, name, reference));
            }
        }
    }

    /** A verb that signs a decision. */
    private abstract static class SigningVerb extends StudyVerb {
        @Option(names = "--key", required = true, paramLabel = "F", description = "your encrypted key file")
        private Path key = Path.of("");

        @Mixin
        private final Passphrase passphrase = new Passphrase();

        @Option(
                names = "--out",
                paramLabel = "FILE",
                description = "write it there, signed, for another officer or for later, and hand in nothing")
        private Path out = Path.of("");

        final ExitCode signAndHandIn(Desk desk, Decision decision) {
            if (!Files.isReadable(key)) {
                throw CliException.wrongCall("error.file.missing", key);
            }
            output().line(output().messages().say("sign.shown"));
            output().show(CanonicalJson.tree(decision));
            char[] typed = passphrase.read(output().messages().say("prompt.passphrase", key.getFileName()));
            try {
                SignedDocument<Decision> signed = SignedDocument.sign(decision, KeyFile.readEncrypted(key, typed));
                ObjectNode answer;
                if (out.toString().isEmpty()) {
                    answer = (ObjectNode) desk.decide(signed.bytes());
                } else {
                    DecisionFile.write(out, signed);
                    answer = JsonNodeFactory.instance.objectNode();
                    answer.put("file", out.toString());
                    answer.put("signers", signed.signatures().size());
                }
                answer.put("digest", signed.digest().hex());
                if (output().json()) {
                    answer.set("capsule", CanonicalJson.tree(decision));
                }
                output().answer(answer);
            } finally {
                Arrays.fill(typed, '\0');
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "review",
            mixinStandardHelpOptions = true,
            description = "Exactly what a study asks of this site, from the bytes that would be signed for.",
            footer = "Example:  osteon officer review hospital-a 1a2b3c4d")
    static final class Review extends StudyVerb {
        @Override
        ExitCode decide(Desk desk, StudyReview review) {
            Study study = review.study().document();
            JsonNode facts = review.facts();
            ObjectNode view = JsonNodeFactory.instance.objectNode();
            view.put("study", study.digest().hex());
            view.put("name", study.name());
            view.put("version", study.version());
            view.put("purpose", study.purpose());
            view.put("ethics", study.ethics());
            view.set("parties", CanonicalJson.tree(study.parties()));
            view.put("cohort", study.cohort().sql());
            view.put("label", study.cohort().label());
            view.set("columns", facts.path("columns"));
            view.set("patients", facts.path("patients"));
            view.put("guarantee", study.privacy().guarantee());
            view.put("epsilon", study.privacy().epsilon());
            view.put("delta", study.privacy().delta());
            view.put("unit", study.privacy().unit());
            view.put("accountant", study.privacy().accountant());
            view.put("sampling", study.privacy().sampling());
            view.set("remaining", facts.path("remaining"));
            view.put("rounds", study.plan().rounds());
            view.set("releases", CanonicalJson.tree(study.releases()));
            view.set("snapshot", facts.path("snapshot"));
            view.set("policy", facts.path("policy"));
            for (String field : List.of(
                    "planned", "smallestCell", "unavailable", "objections", "decision", "amendment", "questions")) {
                if (facts.has(field)) {
                    view.set(field, facts.path(field));
                }
            }
            output().answer(view);
            return ExitCode.DONE;
        }

        @Override
        ExitCode decide(Desk desk, RunReview review) {
            ObjectNode view = (ObjectNode) CanonicalJson.tree(review.run().document());
            view.put("study", review.run().digest().hex());
            view.put("guarantee", "exact");
            view.set("releases", CanonicalJson.tree(review.run().document().releases()));
            for (String field : List.of(
                    "snapshot",
                    "policy",
                    "decision",
                    "hosting",
                    "roundsCounted",
                    "answered",
                    "approvedRounds",
                    "approvedTypes",
                    "approvedReleases",
                    "data")) {
                view.set(field, review.facts().path(field));
            }
            output().answer(view);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description = "Approve within limits, until a date.",
            footer =
                    "Example:  osteon officer approve hospital-a 1a2b3c4d --key li.key --epsilon 2 --rounds 6 --until 2027-03-01T00:00:00Z")
    static final class Approve extends SigningVerb {
        @Option(
                names = "--epsilon",
                paramLabel = "E",
                description = "most that may be spent (0 for an exact study)",
                required = true)
        private double epsilon;

        @Option(names = "--rounds", paramLabel = "N", description = "rounds at most", required = true)
        private int rounds;

        @Option(names = "--until", paramLabel = "T", description = "valid until, ISO 8601 in UTC", required = true)
        private String until = "";

        @Option(
                names = "--waive",
                paramLabel = "CODE",
                description = "site rule you waive for this study, such as SMALL_CELL")
        private List<String> waivers = new ArrayList<>();

        @Option(
                names = "--cohort",
                paramLabel = "FILE",
                description = "the rows that a foreign run's app may read, as a study's cohort; without it none")
        private Path cohort = Path.of("");

        @Option(
                names = "--types",
                paramLabel = "TYPE",
                split = ",",
                description = "of a foreign run: what its app may be asked, of the message types that the run names"
                        + " (default: the first, train); --rounds counts each, over all runs of the same document")
        private List<String> types = new ArrayList<>();

        @Option(
                names = "--number",
                paramLabel = "NAME",
                description = "of a foreign run: a single number that may leave of an evaluation or a query beside the"
                        + " number of examples, such as eval_loss; without it none")
        private List<String> numbers = new ArrayList<>();

        @Override
        ExitCode decide(Desk desk, StudyReview review) {
            if (!cohort.toString().isEmpty() || !types.isEmpty() || !numbers.isEmpty()) {
                throw CliException.wrongCall("error.cohort.study");
            }
            Instant now = now();
            return signAndHandIn(desk, review.capsule(epsilon, rounds, waivers, now, end(until, now)));
        }

        @Override
        ExitCode decide(Desk desk, RunReview review) {
            if (epsilon != 0) {
                throw CliException.wrongCall("error.epsilon.hosted", epsilon);
            }
            Instant now = now();
            return signAndHandIn(desk, review.capsule(rounds, types, numbers, waivers, named(), now, end(until, now)));
        }

        private List<Study.Cohort> named() {
            if (cohort.toString().isEmpty()) {
                return List.of();
            }
            try {
                return List.of(CanonicalJson.read(Files.readAllBytes(cohort), Study.Cohort.class));
            } catch (IOException e) {
                throw CliException.wrongCall("error.file.missing", cohort);
            }
        }
    }

    @Command(
            name = "refuse",
            mixinStandardHelpOptions = true,
            description = "Refuse with a reason, which the hub will read.",
            footer =
                    "Example:  osteon officer refuse hospital-a 1a2b3c4d --key li.key --reason 'more privacy budget than our board allows'")
    static final class Refuse extends SigningVerb {
        @Option(names = "--reason", paramLabel = "TEXT", description = "why", required = true)
        private String reason = "";

        @Override
        ExitCode decide(Desk desk, StudyReview review) {
            return signAndHandIn(desk, review.refusal(reason, now()));
        }

        @Override
        ExitCode decide(Desk desk, RunReview review) {
            return signAndHandIn(desk, review.refusal(reason, now()));
        }
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Withdraw an approval; nothing leaves under it any more.",
            footer =
                    "Example:  osteon officer revoke hospital-a 1a2b3c4d --key li.key --reason 'board decision of 3 March'")
    static final class Revoke extends SigningVerb {
        @Option(names = "--reason", paramLabel = "TEXT", description = "why", required = true)
        private String reason = "";

        @Override
        ExitCode decide(Desk desk, StudyReview review) {
            return signAndHandIn(desk, review.revocation(reason, now()));
        }

        @Override
        ExitCode decide(Desk desk, RunReview review) {
            return signAndHandIn(desk, review.revocation(reason, now()));
        }
    }

    /** The second at which a decision is made. */
    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** The end of an approval as its option gives it. */
    static Instant end(String until, Instant now) {
        Instant end;
        try {
            end = Instant.parse(until);
        } catch (java.time.DateTimeException e) {
            throw CliException.wrongCall("error.until", until);
        }
        if (!end.isAfter(now)) {
            throw CliException.wrongCall("error.until.past", until);
        }
        return end;
    }
}
