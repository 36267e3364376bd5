package org.osteon.coordinator.round;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.object.ReadyArrays;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.sign.SigningKey;

/** Writes the messages that ask a site for an exchange: the hub-signed instruction inside a Flower message. */
final class Instructions {
    private static final double FLOWER_TTL = 43_200;

    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final SigningKey hubKey;
    private final String federation;
    private final Clock clock;
    private volatile Ready last = new Ready("", ReadyArrays.of(List.of()));

    Instructions(
            Studies studies, Models models, ObjectStore objects, SigningKey hubKey, String federation, Clock clock) {
        this.studies = studies;
        this.models = models;
        this.objects = objects;
        this.hubKey = hubKey;
        this.federation = federation;
        this.clock = clock;
    }

    /** What asks a site for the run's open exchange, under a fence that no earlier instruction had. */
    InstructionRecord write(RunRecord run, SiteRecord site, long fence) {
        Digest arrays = run.governed() ? models.get(run.model().hex()).arrays() : Reply.NOTHING;
        Instant issued = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        String envelope = "";
        Digest digest;
        if (run.governed()) {
            Digest capsule = studies.capsule(site.name(), run.study())
                    .map(SignedDocument::digest)
                    .orElse(Reply.NOTHING);
            Instruction instruction = new Instruction(
                    Instruction.SCHEMA,
                    federation,
                    run.study(),
                    run.id(),
                    run.round(),
                    run.exchange(),
                    site.name(),
                    site.nodeId(),
                    run.model(),
                    arrays,
                    capsule,
                    fence,
                    issued,
                    Instant.ofEpochMilli(run.deadline()));
            SignedDocument<Instruction> signed = SignedDocument.sign(instruction, hubKey);
            envelope = new String(signed.bytes(), StandardCharsets.UTF_8);
            digest = signed.digest();
        } else {
            digest = Digest.of(
                    (run.id() + "/" + run.round() + "/" + site.name() + "/" + fence).getBytes(StandardCharsets.UTF_8));
        }
        Metadata metadata = Metadata.newBuilder()
                .setRunId(Long.parseUnsignedLong(run.flowerRun()))
                .setSrcNodeId(1)
                .setDstNodeId(Long.parseUnsignedLong(site.nodeId()))
                .setGroupId(Integer.toString(run.round()))
                .setTtl(FLOWER_TTL)
                .setMessageType(run.exchange())
                .setCreatedAt(clock.millis() / 1000.0)
                .build();
        InstructionRecord record = new InstructionRecord(
                digest,
                run.id(),
                run.round(),
                run.exchange(),
                site.name(),
                site.nodeId(),
                fence,
                "",
                Base64.getEncoder().encodeToString(metadata.toByteArray()),
                envelope,
                "open");
        return record.as(message(run, record).id());
    }

    /** The Flower message of an instruction; the same bytes whenever it is built. */
    OutgoingMessage message(RunRecord run, InstructionRecord instruction) {
        OutgoingMessage.Builder builder = new OutgoingMessage.Builder()
                .arrays("arrays", ready(run, instruction))
                .config("config", "server-round", instruction.round(), constants(run));
        if (!instruction.envelope().isEmpty()) {
            builder.config(
                    Instruction.RECORD,
                    Instruction.RECORD,
                    instruction.envelope().getBytes(StandardCharsets.UTF_8));
        }
        try {
            return builder.build(Metadata.parseFrom(Base64.getDecoder().decode(instruction.metadata())));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored message's metadata is damaged", e);
        }
    }

    /** What a strategy tells Flower's clients. */
    private Map<String, Double> constants(RunRecord run) {
        return RunPlan.of(run, studies).aggregation() instanceof Aggregation.FedProx prox
                ? Map.of("proximal-mu", prox.proximalMu())
                : Map.of();
    }

    /** What the instruction starts from; every site of a round gets the same, which is hashed once. */
    private ReadyArrays ready(RunRecord run, InstructionRecord instruction) {
        String start = run.id() + "/" + instruction.exchange() + "/" + instruction.round();
        Ready known = last;
        if (!known.start().equals(start)) {
            ModelVersion model = modelFor(run, instruction);
            known = new Ready(start, ReadyArrays.of(ArrayContent.of(model.specs(), objects.file(model.arrays()))));
            last = known;
        }
        return known.arrays();
    }

    private record Ready(String start, ReadyArrays arrays) {}

    private ModelVersion modelFor(RunRecord run, InstructionRecord instruction) {
        int round = RunPlan.of(run, studies).modelRound(instruction.exchange(), instruction.round());
        return models.ofRound(run.id(), round)
                .orElseThrow(() -> new IllegalStateException("a round has no model to start from"));
    }
}
