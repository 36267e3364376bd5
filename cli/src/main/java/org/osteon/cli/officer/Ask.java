package org.osteon.cli.officer;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.StudyRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon officer ask}. */
@Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        description = "Ask the study's engineer something; the hub will read it. The answer is in review.",
        footer = "Example:  osteon officer ask hospital-a 1a2b3c4d --key li.key --text 'Why is the height needed?'")
final class Ask extends Verb {
    @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
    private Path folder = Path.of("");

    @Parameters(index = "1", paramLabel = "S", description = "study digest, or its first digits")
    private String reference = "";

    @Option(
            names = "--text",
            required = true,
            paramLabel = "TEXT",
            description = "the question, at most 2000 characters")
    private String text = "";

    @Mixin
    private final OfficerKey key = new OfficerKey();

    @Override
    protected ExitCode run() {
        try (DaemonFolder folderOfSite = DaemonFolder.site(folder, "officer")) {
            SiteGrpc.SiteBlockingStub site = folderOfSite.site();
            byte[] envelope = site.showStudy(
                            StudyRef.newBuilder().setStudy(reference).build())
                    .getEnvelope()
                    .toByteArray();
            Study study = SignedDocument.read(envelope, Study.class).document();
            if (!study.digest().hex().startsWith(reference)) {
                throw new CliException(
                        ExitCode.DOES_NOT_HOLD,
                        "error.study.other",
                        study.digest().brief(),
                        reference);
            }
            String status = site.status(Empty.getDefaultInstance()).getJson();
            Question question = new Question(
                    Question.SCHEMA,
                    study.federation(),
                    study.digest(),
                    CanonicalJson.readTree(status.getBytes(StandardCharsets.UTF_8))
                            .path("site")
                            .asText(),
                    text,
                    Instant.now().truncatedTo(ChronoUnit.SECONDS));
            byte[] signed = key.sign(List.of(question), output()).get(0);
            output().answerJson(site.ask(Document.newBuilder()
                            .setEnvelope(ByteString.copyFrom(signed))
                            .build())
                    .getJson());
        }
        return ExitCode.DONE;
    }
}
