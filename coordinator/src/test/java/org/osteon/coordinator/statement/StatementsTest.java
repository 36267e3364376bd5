package org.osteon.coordinator.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.QuestionAnswer;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.AnswerQuestionRequest;
import org.osteon.protocol.v1.ConfirmAnswerRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.PullWorkRequest;
import org.osteon.protocol.v1.PushStatementRequest;
import org.osteon.protocol.v1.StudyRef;

/** What no officer of the site signed, or what names more than the site's part, changes nothing at the hub. */
class StatementsTest {
    private static final Instant NOW = Instant.parse("2026-12-04T08:00:00Z");

    @TempDir
    Path folder;

    private final SigningKey officer = SigningKey.ed25519();
    private RunningHub hub;
    private SigningKey north;
    private SigningKey south;
    private Digest study;

    @BeforeEach
    void start() throws Exception {
        hub = new RunningHub(folder.resolve("hub"));
        north = hub.site("north");
        south = hub.site("south");
        hub.as("operator")
                .addKey(AddKeyRequest.newBuilder()
                        .setRole("officer")
                        .setHolder("north")
                        .setKeyPem(officer.publicKey().pem())
                        .build());
        byte[] sample = Files.readAllBytes(Path.of("..", "sample-data", "studies", "fracture-risk.json"));
        Study document = CanonicalJson.read(sample, Study.class);
        study = document.digest();
        hub.as("engineer")
                .publishStudy(Document.newBuilder()
                        .setEnvelope(ByteString.copyFrom(
                                SignedDocument.sign(document).bytes()))
                        .build());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aNoticeThatDoesNotCountIsRefusedAndFlagsNothing() {
        Digest model = Digest.of("no model".getBytes(StandardCharsets.UTF_8));
        WithdrawalNotice notice = notice("north", study, model);

        refused("STATEMENT_SIGNER_UNKNOWN", north, SignedDocument.sign(notice, SigningKey.ed25519()));
        refused("STATEMENT_SIGNER_UNKNOWN", north, SignedDocument.sign(notice));
        refused("STATEMENT_FOR_ANOTHER_SITE", south, SignedDocument.sign(notice, officer));
        refused("STUDY_UNKNOWN", north, SignedDocument.sign(notice("north", model, model), officer));
        refused("NOTICE_NOT_OF_ITS_MODELS", north, SignedDocument.sign(notice, officer));
        assertThat(events())
                .noneMatch(
                        event -> "withdrawal-noticed".equals(event.path("type").asText()));
    }

    @Test
    void aQuestionIsShownWithItsStudyAndItsAnswerGoesToTheSiteUntilItHasIt() {
        // Given
        SignedDocument<Question> question = question("Why is the height needed?");
        push(north, question);
        push(north, question);

        // When
        hub.as("engineer")
                .answerQuestion(
                        answer("north").setText("For the body mass index.").build());

        // Then
        assertThat(hub.link(south)
                        .pullWork(PullWorkRequest.getDefaultInstance())
                        .getAnswersCount())
                .isZero();
        SignedDocument<QuestionAnswer> answer = SignedDocument.read(
                hub.link(north)
                        .pullWork(PullWorkRequest.getDefaultInstance())
                        .getAnswers(0)
                        .toByteArray(),
                QuestionAnswer.class);
        assertThat(answer.signedBy(hub.folder().root().hub())).isTrue();
        assertThat(answer.document().question()).isEqualTo(question.digest());
        assertThat(answer.document().by()).isNotEmpty();
        ConfirmAnswerRequest confirmed = ConfirmAnswerRequest.newBuilder()
                .setAnswer(answer.digest().hex())
                .build();
        hub.link(south).confirmAnswer(confirmed);
        assertThat(hub.link(north)
                        .pullWork(PullWorkRequest.getDefaultInstance())
                        .getAnswersCount())
                .as("another site's word does not confirm it")
                .isEqualTo(1);
        hub.link(north).confirmAnswer(confirmed);
        assertThat(hub.link(north)
                        .pullWork(PullWorkRequest.getDefaultInstance())
                        .getAnswersCount())
                .isZero();
        JsonNode shown = read(hub.as("regulator")
                        .studyQuestions(
                                StudyRef.newBuilder().setStudy(study.hex()).build())
                        .getJson())
                .path("questions");
        assertThat(shown).hasSize(1);
        assertThat(shown.path(0).path("text").asText()).isEqualTo("Why is the height needed?");
        assertThat(shown.path(0).path("answers").path(0).asText()).startsWith("For the body mass index. (");
        assertThat(events().toString())
                .contains("question-asked", "question-answered")
                .doesNotContain("height", "body mass");
        assertThatThrownBy(() -> hub.as("engineer")
                        .answerQuestion(answer("north").setText("Again.").build()))
                .hasMessageContaining("QUESTION_UNKNOWN");
        assertThatThrownBy(() -> hub.as("regulator")
                        .answerQuestion(answer("north").setText("Mine.").build()))
                .hasMessageContaining("ROLE_MISSING");
    }

    @Test
    void aSiteAsksNoMoreThanAHundredTimesAboutAStudy() {
        for (int i = 0; i < 100; i++) {
            push(north, question("Question " + i + "?"));
        }

        refused("QUESTIONS_TOO_MANY", north, question("One more?"));
        assertThatThrownBy(() -> question("x".repeat(2001))).hasMessageContaining("2000");
    }

    private SignedDocument<Question> question(String text) {
        return SignedDocument.sign(new Question(Question.SCHEMA, "ortho-net", study, "north", text, NOW), officer);
    }

    private AnswerQuestionRequest.Builder answer(String site) {
        return AnswerQuestionRequest.newBuilder().setStudy(study.hex()).setSite(site);
    }

    private void push(SigningKey site, SignedDocument<? extends Statement> statement) {
        hub.link(site)
                .pushStatement(PushStatementRequest.newBuilder()
                        .setEnvelope(ByteString.copyFrom(statement.bytes()))
                        .build());
    }

    private void refused(String code, SigningKey site, SignedDocument<? extends Statement> statement) {
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> push(site, statement));
        assertThat(refused).as(code).isNotNull();
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getStatus().getDescription()).startsWith(code + ": ");
    }

    private JsonNode events() {
        return read(hub.as("engineer")
                        .events(EventsRequest.getDefaultInstance())
                        .getJson())
                .path("entries");
    }

    private static JsonNode read(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }

    private static WithdrawalNotice notice(String site, Digest study, Digest model) {
        return new WithdrawalNotice(WithdrawalNotice.SCHEMA, "ortho-net", study, site, List.of(model), NOW);
    }
}
