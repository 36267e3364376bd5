package org.osteon.coordinator.statement;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.PushStatementRequest;

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

    private void refused(String code, SigningKey site, SignedDocument<? extends Statement> statement) {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> hub.link(site)
                        .pushStatement(PushStatementRequest.newBuilder()
                                .setEnvelope(ByteString.copyFrom(statement.bytes()))
                                .build()));
        assertThat(refused).as(code).isNotNull();
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getStatus().getDescription()).startsWith(code + ": ");
    }

    private JsonNode events() {
        String json =
                hub.as("engineer").events(EventsRequest.getDefaultInstance()).getJson();
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8)).path("entries");
    }

    private static WithdrawalNotice notice(String site, Digest study, Digest model) {
        return new WithdrawalNotice(WithdrawalNotice.SCHEMA, "ortho-net", study, site, List.of(model), NOW);
    }
}
