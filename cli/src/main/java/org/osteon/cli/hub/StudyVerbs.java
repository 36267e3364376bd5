package org.osteon.cli.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.StudyDifference;
import org.osteon.protocol.v1.AnswerQuestionRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.StudyRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon study …}: study documents. */
@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        description = "Study documents: validate, publish, list, show, answer, dry-run, amend.",
        footer = {"", "Example:  osteon study validate study.json && osteon study publish study.json --hub hub"},
        subcommands = {
            StudyVerbs.Validate.class,
            StudyVerbs.Publish.class,
            StudyVerbs.ListStudies.class,
            StudyVerbs.Show.class,
            StudyVerbs.AnswerQuestion.class,
            StudyVerbs.DryRun.class,
            StudyVerbs.Amend.class
        })
public final class StudyVerbs {

    static Study read(Path file) throws Exception {
        if (!Files.isReadable(file)) {
            throw CliException.wrongCall("error.file.missing", file);
        }
        return Study.read(Files.readAllBytes(file));
    }

    private static Document unsigned(Study study) {
        return Document.newBuilder()
                .setEnvelope(ByteString.copyFrom(SignedDocument.sign(study).bytes()))
                .build();
    }

    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            description = "Check a study document; prints its digest.",
            footer = "Example:  osteon study validate study.json")
    static final class Validate extends Verb {
        @Parameters(paramLabel = "F", description = "study document")
        private Path file = Path.of("");

        @Override
        protected ExitCode run() throws Exception {
            output().answer(Map.of("digest", read(file).digest().hex()));
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            description = "Publish a study to the sites it names.",
            footer = "Example:  osteon study publish study.json --hub hub")
    static final class Publish extends HubVerb {
        @Parameters(paramLabel = "F", description = "study document")
        private Path file = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            output().answerJson(hub.publishStudy(unsigned(read(file))).getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "The studies at the hub.",
            footer = "Example:  osteon study list --hub hub")
    static final class ListStudies extends HubVerb {
        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(hub.listStudies(Empty.getDefaultInstance()).getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "A study's document, and what sites' officers asked about it.",
            footer = "Example:  osteon study show 1a2b3c4d --hub hub")
    static final class Show extends HubVerb {
        @Parameters(paramLabel = "S", description = "study digest, or its first digits")
        private String study = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            byte[] envelope = hub.showStudy(
                            StudyRef.newBuilder().setStudy(study).build())
                    .getEnvelope()
                    .toByteArray();
            ObjectNode tree = (ObjectNode) CanonicalJson.readTree(envelope).path("document");
            String digest = SignedDocument.read(envelope, Study.class).digest().hex();
            String questions = hub.studyQuestions(
                            StudyRef.newBuilder().setStudy(digest).build())
                    .getJson();
            tree.set(
                    "questions",
                    CanonicalJson.readTree(questions.getBytes(StandardCharsets.UTF_8))
                            .path("questions"));
            output().answer(tree);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "answer",
            mixinStandardHelpOptions = true,
            description = "Answer an officer's question; it changes nothing of the study.",
            footer = "Example:  osteon study answer 1a2b3c4d --site hospital-a --text 'To compute the BMI.' --hub hub")
    static final class AnswerQuestion extends HubVerb {
        @Parameters(paramLabel = "S", description = "study digest, or its first digits")
        private String study = "";

        @Option(names = "--site", required = true, paramLabel = "NAME", description = "the site that asked")
        private String site = "";

        @Option(
                names = "--text",
                required = true,
                paramLabel = "TEXT",
                description = "the answer, at most 4000 characters")
        private String text = "";

        @Option(
                names = "--question",
                paramLabel = "Q",
                description = "which question, by its first digits (default: the oldest without an answer)")
        private String question = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(hub.answerQuestion(AnswerQuestionRequest.newBuilder()
                            .setStudy(study)
                            .setSite(site)
                            .setText(text)
                            .setQuestion(question)
                            .build())
                    .getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "dry-run",
            mixinStandardHelpOptions = true,
            description = "Ask each site's policy whether it would accept, and why not.",
            footer = "Example:  osteon study dry-run 1a2b3c4d --hub hub")
    static final class DryRun extends HubVerb {
        @Parameters(paramLabel = "S", description = "study digest, or its first digits")
        private String study = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            String json =
                    hub.dryRun(StudyRef.newBuilder().setStudy(study).build()).getJson();
            output().answerJson(json);
            JsonNode answers = CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8))
                    .path("answers");
            for (JsonNode answer : answers) {
                if (!"would-accept".equals(answer.path("verdict").asText())) {
                    return ExitCode.REFUSED;
                }
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "amend",
            mixinStandardHelpOptions = true,
            description =
                    "Publish a new version and show what it changes; F must name S as its predecessor. Each version needs new approvals.",
            footer = "Example:  osteon study amend 1a2b3c4d study-2.json --hub hub")
    static final class Amend extends HubVerb {
        @Parameters(index = "0", paramLabel = "S", description = "digest of the version before, or its first digits")
        private String study = "";

        @Parameters(index = "1", paramLabel = "F", description = "study document of the new version")
        private Path file = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            Study next = read(file);
            if (study.isEmpty() || !next.previous().startsWith(study)) {
                throw CliException.wrongCall("error.study.predecessor", next.previous(), study);
            }
            byte[] before = hub.showStudy(
                            StudyRef.newBuilder().setStudy(next.previous()).build())
                    .getEnvelope()
                    .toByteArray();
            List<StudyDifference> changes = StudyDifference.between(
                    SignedDocument.read(before, Study.class).document(), next);
            String answer = hub.publishStudy(unsigned(next)).getJson();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put(
                    "digest",
                    CanonicalJson.readTree(answer.getBytes(StandardCharsets.UTF_8))
                            .path("digest")
                            .asText());
            view.put("previous", next.previous());
            view.put("changes", changes);
            view.put("signature", "needed");
            output().answer(view);
            return ExitCode.DONE;
        }
    }
}
