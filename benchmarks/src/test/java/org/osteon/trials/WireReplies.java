package org.osteon.trials;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;

/** What a site without an agent does in a round: pulls an instruction and makes the right reply to it. */
final class WireReplies {
    private static final int MOST_OBJECTS = 1000;
    private static final int MOST_PULLS = 20;

    private final WireSite site;
    private final Node self;
    private final Study study;
    private final Digest capsule;
    private final Path update;

    /** Replies of a site to a study under this capsule; its updates change nothing. */
    WireReplies(WireSite site, Study study, Digest capsule) throws IOException {
        this.site = site;
        this.self = site.self();
        this.study = study;
        this.capsule = capsule;
        long bytes = study.model().arrays().stream().mapToLong(ArraySpec::bytes).sum();
        this.update = Files.write(site.folder().resolve("update-" + study.name()), new byte[Math.toIntExact(bytes)]);
    }

    Node self() {
        return self;
    }

    /** An instruction and the message it came in. */
    record Asked(Message message, ObjectTree tree, SignedDocument<Instruction> instruction) {}

    /** Waits for the next instruction. */
    Asked next() {
        PullMessagesRequest request =
                PullMessagesRequest.newBuilder().setNode(self).build();
        for (int i = 0; i < MOST_PULLS; i++) {
            PullMessagesResponse response = site.fleet().pullMessages(request);
            if (response.getMessagesListCount() > 0) {
                Message message = response.getMessagesList(0);
                ObjectTree tree = response.getMessageObjectTrees(0);
                return new Asked(message, tree, instruction(message, tree));
            }
        }
        throw new AssertionError("no instruction came");
    }

    /** The right reply. */
    OutgoingMessage reply(Asked asked) {
        return reply(asked, SignedDocument.sign(document(asked), site.node()).bytes());
    }

    /** A reply that carries this document. */
    OutgoingMessage reply(Asked asked, byte[] document) {
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(study.model().arrays(), update))
                .metric("metrics", "num-examples", study.plan().weight())
                .config(Reply.RECORD, Reply.RECORD, document)
                .build(MessageRules.replyMetadata(
                        asked.message().getMetadata(), Clock.systemUTC().instant()));
    }

    /** The document of the right reply. */
    Reply document(Asked asked) {
        Instruction to = asked.instruction().document();
        List<ArraySpec> arrays = study.model().arrays();
        try {
            return new Reply(
                    Reply.SCHEMA,
                    to.federation(),
                    to.study(),
                    to.run(),
                    to.round(),
                    to.exchange(),
                    to.site(),
                    to.node(),
                    asked.instruction().digest(),
                    to.fence(),
                    "update",
                    "",
                    arrays,
                    Digest.of(Files.readAllBytes(update)),
                    "le",
                    study.plan().weight(),
                    capsule);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SignedDocument<Instruction> instruction(Message message, ObjectTree tree) {
        Map<String, FlowerObject> records = new HashMap<>();
        for (String id : IncomingMessage.ids(tree, MOST_OBJECTS)) {
            ByteString content = site.fleet()
                    .pullObject(PullObjectRequest.newBuilder()
                            .setNode(self)
                            .setRunId(message.getMetadata().getRunId())
                            .setObjectId(id)
                            .build())
                    .getObjectContent();
            records.put(id, FlowerObject.decode(content.toByteArray()));
        }
        IncomingMessage incoming = IncomingMessage.read(
                message.getMetadata().getMessageId(), id -> Objects.requireNonNull(records.get(id), id));
        return SignedDocument.read(
                incoming.configBytes(Instruction.RECORD, Instruction.RECORD).orElseThrow(), Instruction.class);
    }
}
