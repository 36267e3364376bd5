package org.osteon.site.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.audit.log.Checkpoint;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.journal.Contents;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.statement.Statements;
import org.osteon.site.training.Outbox;
import org.osteon.site.training.Replies;
import org.osteon.site.training.TrainingRuns;

/**
 * One specimen of each thing that may leave because of a study, built by the same code that sends. It holds zeros where
 * an update has weights or counts, looks at no patient's row, and is signed with a key that is thrown away, so that
 * nobody can pass it off as this site's.
 */
public final class Specimens {
    private static final String RUN = "specimen";
    private static final String ABSENT = "0".repeat(64);

    private final SiteFolder site;
    private final PolicyEvaluator policy;
    private final ClockGuard clock;

    /** The specimens of this site. */
    public Specimens(SiteFolder site, PolicyEvaluator policy, ClockGuard clock) {
        this.site = site;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * One specimen.
     *
     * @param type as the egress journal would list it
     * @param occasion when it leaves: an exchange, a document's name, or the type
     * @param fields as the egress journal would list them
     * @param parts everything that goes over the wire for it, in order
     */
    public record Specimen(String type, String occasion, List<String> fields, List<Part> parts) {
        /** Takes copies. */
        public Specimen {
            fields = List.copyOf(fields);
            parts = List.copyOf(parts);
        }
    }

    /**
     * Bytes that leave together.
     *
     * @param name what they are
     * @param bytes the exact bytes
     * @param readable the same in a form that people read, empty where the bytes are text already
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Part(String name, byte[] bytes, String readable) {}

    /** A specimen of each thing that may leave because of this study. */
    public List<Specimen> of(Study study) {
        SigningKey thrownAway = SigningKey.ecdsaP384();
        List<Specimen> all = new ArrayList<>();
        all.add(document(
                "dry-run-answer",
                HubLink.dryRunAnswer(site, study.digest(), policy.stated(study), clock.now(), thrownAway)));
        decisions(study, all, thrownAway);
        Outbox.Row update = replies(study, all, thrownAway);
        byte[] leaf = TrainingRuns.sent(update)
                .at(site.settings().federation(), site.logOrigin(), 0, clock.now())
                .leaf();
        all.add(new Specimen(
                "log-entries",
                "log-entries",
                HubLink.fields(List.of(leaf)),
                List.of(text("log-entries", HubLink.together(List.of(leaf))))));
        SigningKey logKey = SigningKey.ed25519();
        Checkpoint head = Checkpoint.sign(site.logOrigin(), 1, new byte[32], logKey);
        all.add(new Specimen("checkpoint", "checkpoint", Contents.of(head), List.of(text("checkpoint", head.bytes()))));
        byte[] line =
                head.cosignature(site.settings().site(), logKey, clock.now()).getBytes(StandardCharsets.UTF_8);
        all.add(new Specimen(
                "cosignature", "cosignature", Contents.ofCosignature(line), List.of(text("cosignature", line))));
        return all;
    }

    private void decisions(Study study, List<Specimen> all, SigningKey key) {
        String federation = site.settings().federation();
        String here = site.settings().site();
        Instant now = clock.now().truncatedTo(ChronoUnit.MILLIS);
        Capsule capsule = new Capsule(
                Capsule.SCHEMA,
                federation,
                site.root().digest(),
                study.digest(),
                here,
                Reply.NOTHING,
                SiteFolder.AGENT_RELEASE,
                study.privacy().epsilon(),
                study.privacy().delta(),
                study.plan().rounds(),
                study.releases().stream().map(Study.ReleaseItem::name).toList(),
                study.purpose(),
                List.of(),
                now,
                now.plus(Duration.ofDays(30)),
                now);
        String words = "…";
        for (Decision decision : List.of(
                capsule,
                new Refusal(Refusal.SCHEMA, federation, study.digest(), here, words, now),
                new Revocation(Revocation.SCHEMA, federation, study.digest(), here, capsule.digest(), words, now))) {
            all.add(document("decision", SignedDocument.sign(decision, key)));
        }
        for (Statement statement : List.of(
                new Question(Question.SCHEMA, federation, study.digest(), here, words, now),
                new WithdrawalNotice(
                        WithdrawalNotice.SCHEMA, federation, study.digest(), here, List.of(Reply.NOTHING), now))) {
            all.add(document(Statements.kind(statement), SignedDocument.sign(statement, key)));
        }
    }

    /** The replies to every exchange, and to what cannot be followed; returns the first with an update. */
    private Outbox.Row replies(Study study, List<Specimen> all, SigningKey key) {
        Replies replies = new Replies(key, clock::now);
        SignedDocument<Instruction> train = instruction(study, "train", key);
        Outbox.Row update = update(study, train, replies, all);
        if (study.evaluation().present()) {
            update(study, instruction(study, "evaluate", key), replies, all);
        }
        Outbox.Row refused = replies.refusal(train, metadata(train.document()), "CAPSULE_MISSING");
        OutgoingMessage no = Outbox.message(refused, site.folder());
        all.add(new Specimen("refusal", "refusal", Contents.of(no), FlowerParts.of(no)));
        OutgoingMessage error = FleetSession.error(metadata(train.document()), clock.now(), "MESSAGE_MALFORMED");
        all.add(new Specimen("error", "error", Contents.of(error), FlowerParts.of(error)));
        return update;
    }

    private Outbox.Row update(
            Study study, SignedDocument<Instruction> instruction, Replies replies, List<Specimen> all) {
        String exchange = instruction.document().exchange();
        Path zeros = null;
        try {
            zeros = Files.createTempFile(site.folder(), ".specimen", ".zeros");
            byte[] payload = new byte[Math.toIntExact(ArraySpec.bytes(Replies.arrays(study, exchange)))];
            Files.write(zeros, payload);
            Outbox.Row row = replies.update(
                    instruction, metadata(instruction.document()), study, Digest.of(payload), Reply.NOTHING);
            OutgoingMessage message = Outbox.message(row, zeros);
            all.add(new Specimen("update", exchange, Contents.of(message), FlowerParts.of(message)));
            return row;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            erase(zeros);
        }
    }

    private SignedDocument<Instruction> instruction(Study study, String exchange, SigningKey key) {
        Instant now = clock.now().truncatedTo(ChronoUnit.MILLIS);
        return SignedDocument.sign(
                new Instruction(
                        Instruction.SCHEMA,
                        site.settings().federation(),
                        study.digest(),
                        RUN,
                        1,
                        exchange,
                        site.settings().site(),
                        "0",
                        Reply.NOTHING,
                        Reply.NOTHING,
                        Reply.NOTHING,
                        1,
                        now,
                        now.plus(Duration.ofHours(1))),
                key);
    }

    private Metadata metadata(Instruction instruction) {
        return Metadata.newBuilder()
                .setRunId(1)
                .setMessageId(ABSENT)
                .setSrcNodeId(MessageRules.HUB_NODE)
                .setDstNodeId(2)
                .setGroupId("1")
                .setMessageType(instruction.exchange())
                .setCreatedAt(instruction.issued().getEpochSecond())
                .setTtl(MessageRules.DEFAULT_TTL)
                .build();
    }

    private static Specimen document(String type, SignedDocument<? extends Document> signed) {
        String schema = signed.document().schema();
        String name = schema.substring("osteon.".length(), schema.indexOf('/'));
        return new Specimen(
                type,
                "refusal".equals(name) ? "refused" : name,
                Contents.of(signed),
                List.of(text(name, signed.bytes())));
    }

    private static Part text(String name, byte[] bytes) {
        return new Part(name, bytes, new String(bytes, StandardCharsets.UTF_8));
    }

    private static void erase(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
