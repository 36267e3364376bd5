package org.osteon.trials;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddDataRequest;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EventsRequest;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.JournalRequest;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.protocol.v1.WithdrawPatientRequest;
import org.osteon.trials.hostile.Request;

/** A valid request of every method at a site's own port, as its officer or operator makes it. */
final class SiteRequests {
    private final HostileFederation trial;
    private final Path site;
    private final SigningKey officerClient;
    private final SigningKey operatorClient;
    private final List<Request> requests = new ArrayList<>();

    SiteRequests(HostileFederation trial) {
        this.trial = trial;
        this.site = trial.federation().site(HostileFederation.AGENT);
        this.officerClient = client("officer");
        this.operatorClient = client("operator");
    }

    /** A client key that the site made. */
    SigningKey client(String name) {
        return KeyFile.readPlain(site.resolve("clients").resolve(name + ".key"));
    }

    List<Request> all() throws IOException {
        for (String method :
                List.of("Status", "ListStudies", "VerifyJournal", "Budget", "StopAll", "Resume", "Policy")) {
            add(method, Empty.getDefaultInstance(), officerClient, null);
        }
        Study undecided = trial.publish("undecided-here", HostileFederation.AGENT);
        trial.federation()
                .done(
                        "study",
                        "dry-run",
                        undecided.digest().hex(),
                        "--hub",
                        trial.federation().hub().toString());
        for (Study study : List.of(undecided, trial.learned())) {
            StudyRef reference =
                    StudyRef.newBuilder().setStudy(study.digest().hex()).build();
            for (String method : List.of("ShowStudy", "Review", "Receipts")) {
                add(method, reference, officerClient, null);
            }
        }
        add(
                "Journal",
                JournalRequest.newBuilder()
                        .setStudy(undecided.digest().hex())
                        .setType("update")
                        .setSince("2026-11-01T00:00:00Z")
                        .setUntil("2126-11-01T00:00:00Z")
                        .build(),
                officerClient,
                null);
        add("Events", EventsRequest.newBuilder().setFrom(2).setLimit(20).build(), operatorClient, null);
        add(
                "IssueLink",
                IssueLinkRequest.newBuilder()
                        .setPerson("Prof Wu")
                        .setRole("officer")
                        .build(),
                operatorClient,
                null);
        decisions(undecided);
        statements(undecided);
        try (Stream<Path> files = Files.list(trial.federation().folder())) {
            Path snapshot = files.filter(file -> file.getFileName().toString().startsWith("snapshot-"))
                    .findFirst()
                    .orElseThrow();
            add(
                    "AddData",
                    AddDataRequest.newBuilder().setSnapshot(snapshot.toString()).build(),
                    operatorClient,
                    null);
        }
        return requests;
    }

    private void decisions(Study study) {
        SigningKey officer = trial.officer(HostileFederation.AGENT);
        Capsule capsule;
        try (SiteNode node = new SiteNode(site, Clock.systemUTC())) {
            String review = node.desk()
                    .review(StudyRef.newBuilder().setStudy(study.digest().hex()).build())
                    .getJson();
            Digest snapshot =
                    new Digest(CanonicalJson.readTree(review.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .path("snapshot")
                            .asText());
            capsule = node.capsule(study, snapshot);
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String federation = study.federation();
        String name = HostileFederation.AGENT;
        for (SignedDocument<?> decision : List.of(
                SignedDocument.sign(capsule, officer),
                SignedDocument.sign(new Refusal(Refusal.SCHEMA, federation, study.digest(), name, "no", now), officer),
                SignedDocument.sign(
                        new Revocation(
                                Revocation.SCHEMA, federation, study.digest(), name, capsule.digest(), "no", now),
                        officer))) {
            add(
                    "Decide",
                    Document.newBuilder()
                            .setEnvelope(ByteString.copyFrom(decision.bytes()))
                            .build(),
                    officerClient,
                    officer);
        }
    }

    private void statements(Study study) {
        SigningKey officer = trial.officer(HostileFederation.AGENT);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String name = HostileFederation.AGENT;
        byte[] question = SignedDocument.sign(
                        new Question(Question.SCHEMA, study.federation(), study.digest(), name, "why?", now), officer)
                .bytes();
        byte[] notice = SignedDocument.sign(
                        new WithdrawalNotice(
                                WithdrawalNotice.SCHEMA,
                                study.federation(),
                                study.digest(),
                                name,
                                List.of(study.digest()),
                                now),
                        officer)
                .bytes();
        add(
                "Ask",
                Document.newBuilder().setEnvelope(ByteString.copyFrom(question)).build(),
                officerClient,
                officer);
        add("FindPatient", PatientRef.newBuilder().setPatient("nobody-1").build(), officerClient, null);
        add(
                "WithdrawPatient",
                WithdrawPatientRequest.newBuilder()
                        .setPatient("nobody-1")
                        .addNotices(ByteString.copyFrom(notice))
                        .build(),
                officerClient,
                officer);
    }

    private void add(String method, Message valid, SigningKey client, @Nullable SigningKey signer) {
        requests.add(new Request("osteon.v1.Site/" + method, valid, new Request.Caller.Signed(client), signer));
    }
}
