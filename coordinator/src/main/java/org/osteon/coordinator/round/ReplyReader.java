package org.osteon.coordinator.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.fleet.Spool;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.MetricRecordValue;

/**
 * Reads a reply from the spool and judges it by what the study or the ungoverned plan fixes: signature, binding,
 * capsule, shapes, digest, finiteness, norm, weight. Changes nothing but a draft file.
 */
final class ReplyReader {
    private final Studies studies;
    private final ObjectStore objects;
    private final Spool spool;

    ReplyReader(Studies studies, ObjectStore objects, Spool spool) {
        this.studies = studies;
        this.objects = objects;
        this.spool = spool;
    }

    /** A reply that was read and judged, its update still a draft. */
    record Judged(InstructionRecord to, ReplyRecord reply, String envelope, Optional<Path> draft) {}

    /** Judges what a node replied to an instruction of a run. */
    Judged read(SiteRecord node, RunRecord run, InstructionRecord to, Message message) {
        String rootId = message.getMetadata().getMessageId();
        if (message.hasError()) {
            return without(to, new Digest(rootId), "NODE_ERROR");
        }
        IncomingMessage incoming;
        try {
            incoming = IncomingMessage.read(rootId, id -> spool.read(node.nodeId(), id));
        } catch (FlowerException e) {
            return without(to, new Digest(rootId), "REPLY_MALFORMED");
        }
        RunPlan plan = RunPlan.of(run, studies);
        return plan instanceof RunPlan.Governed governed
                ? governed(node, run, governed.study(), to, rootId, incoming)
                : flower(node, ((RunPlan.Ungoverned) plan).plan(), to, rootId, incoming);
    }

    private Judged governed(
            SiteRecord node,
            RunRecord run,
            Study study,
            InstructionRecord to,
            String rootId,
            IncomingMessage incoming) {
        Optional<byte[]> envelope = incoming.configBytes(Reply.RECORD, Reply.RECORD);
        if (envelope.isEmpty()) {
            return without(to, new Digest(rootId), "REPLY_UNSIGNED");
        }
        SignedDocument<Reply> signed;
        try {
            signed = SignedDocument.read(envelope.orElseThrow(), Reply.class);
        } catch (DocumentException e) {
            return without(to, new Digest(rootId), "REPLY_MALFORMED");
        }
        if (!signed.signedBy(node.nodeKey())) {
            return without(to, new Digest(rootId), "REPLY_UNSIGNED");
        }
        Reply reply = signed.document();
        if (!answers(reply, to, node, run)) {
            // Known by its message: the document may be another site's word for word, whose own reply must still find
            // its place.
            return without(to, new Digest(rootId), "REPLY_TO_ANOTHER_INSTRUCTION");
        }
        String text = new String(envelope.orElseThrow(), StandardCharsets.UTF_8);
        if ("refused".equals(reply.outcome())) {
            ReplyRecord refused = new ReplyRecord(
                    signed.digest(), to.digest(), to.site(), "refused", reply.reason(), Reply.NOTHING, 0);
            return new Judged(to, refused, text, Optional.empty());
        }
        Optional<SignedDocument<Capsule>> capsule = studies.capsule(node.name(), run.study());
        if (capsule.isEmpty() || !capsule.orElseThrow().digest().equals(reply.capsule())) {
            return new Judged(
                    to, rejected(to, signed.digest(), "CAPSULE_NOT_IN_FORCE", reply.update()), text, Optional.empty());
        }
        UpdateRules rules = UpdateRules.of(study, to.exchange());
        try {
            ReceivedArrays.Payloads update = ReceivedArrays.write(
                    incoming.arrays().getOrDefault("arrays", Map.of()),
                    id -> spool.file(node.nodeId(), id),
                    objects.draft(),
                    ArraySpec.bytes(rules.arrays()));
            String fault = fault(update, reply, rules, study);
            return new Judged(
                    to,
                    verdict(to, signed.digest(), fault, update.digest(), reply.weight()),
                    text,
                    Optional.of(update.file()));
        } catch (ReceivedArrays.Malformed e) {
            return new Judged(to, rejected(to, signed.digest(), e.code(), reply.update()), text, Optional.empty());
        }
    }

    private static String fault(ReceivedArrays.Payloads update, Reply reply, UpdateRules rules, Study study) {
        if (!update.specs().equals(rules.arrays()) || !reply.arrays().equals(rules.arrays())) {
            return "SHAPE_MISMATCH";
        }
        if (!update.digest().equals(reply.update())) {
            return "DIGEST_MISMATCH";
        }
        if (!update.finite()) {
            return "NOT_FINITE";
        }
        if (update.norm() > rules.normBound()) {
            return "NORM_BEYOND_BOUND";
        }
        return reply.weight() == study.plan().weight() ? "" : "WEIGHT_NOT_THE_STUDYS";
    }

    private static boolean answers(Reply reply, InstructionRecord to, SiteRecord node, RunRecord run) {
        return reply.instruction().equals(to.digest())
                && reply.run().equals(to.run())
                && reply.round() == to.round()
                && reply.exchange().equals(to.exchange())
                && reply.site().equals(node.name())
                && reply.node().equals(node.nodeId())
                && reply.fence() == to.fence()
                && reply.study().equals(run.study());
    }

    private Judged flower(
            SiteRecord node, UngovernedPlan plan, InstructionRecord to, String rootId, IncomingMessage incoming) {
        Digest digest = new Digest(rootId);
        if (!plan.trains()) {
            return kept(to, digest, incoming);
        }
        if (incoming.arrays().size() != 1 || incoming.metrics().size() != 1) {
            return without(to, digest, "RECORDS_NOT_ONE_EACH");
        }
        long weight = weight(incoming);
        try {
            ReceivedArrays.Payloads update = ReceivedArrays.write(
                    incoming.arrays().values().iterator().next(),
                    id -> spool.file(node.nodeId(), id),
                    objects.draft(),
                    ArraySpec.bytes(plan.arrays()));
            String fault = !update.specs().equals(plan.arrays())
                    ? "SHAPE_MISMATCH"
                    : !update.finite() ? "NOT_FINITE" : weight <= 0 ? "WEIGHT_MISSING" : "";
            return new Judged(to, verdict(to, digest, fault, update.digest(), weight), "", Optional.of(update.file()));
        } catch (ReceivedArrays.Malformed e) {
            return without(to, digest, e.code());
        }
    }

    /** An answer that makes no model: its metrics are kept, arrays are none. */
    private Judged kept(InstructionRecord to, Digest digest, IncomingMessage incoming) {
        if (!incoming.arrays().isEmpty()) {
            return without(to, digest, "ARRAYS_NOT_ASKED");
        }
        byte[] metrics = NodeMetrics.of(incoming.metrics());
        if (incoming.metrics().isEmpty() || metrics.length > NodeMetrics.MOST_BYTES) {
            return without(to, digest, incoming.metrics().isEmpty() ? "METRICS_MISSING" : "METRICS_TOO_LARGE");
        }
        Path draft = objects.draft();
        try {
            Files.write(draft, metrics);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Judged(to, verdict(to, digest, "", Digest.of(metrics), weight(incoming)), "", Optional.of(draft));
    }

    private static long weight(IncomingMessage incoming) {
        return incoming.metrics().values().stream()
                .limit(1)
                .flatMap(record -> record.getItemsList().stream())
                .filter(item -> "num-examples".equals(item.getKey()))
                .map(item -> item.getValue())
                .mapToLong(ReplyReader::whole)
                .findFirst()
                .orElse(0);
    }

    private static long whole(MetricRecordValue value) {
        return value.hasSint64() ? value.getSint64() : value.hasUint64() ? value.getUint64() : (long) value.getDouble();
    }

    /** A reply of which nothing can be kept but that it came; known by its message. */
    private static Judged without(InstructionRecord to, Digest message, String reason) {
        return new Judged(to, rejected(to, message, reason, Reply.NOTHING), "", Optional.empty());
    }

    private static ReplyRecord verdict(InstructionRecord to, Digest digest, String fault, Digest update, long weight) {
        return fault.isEmpty()
                ? new ReplyRecord(digest, to.digest(), to.site(), "accepted", "", update, weight)
                : rejected(to, digest, fault, update);
    }

    private static ReplyRecord rejected(InstructionRecord to, Digest digest, String reason, Digest update) {
        return new ReplyRecord(digest, to.digest(), to.site(), "rejected", reason, update, 0);
    }
}
