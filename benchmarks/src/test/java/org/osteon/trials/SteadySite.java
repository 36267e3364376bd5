package org.osteon.trials;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/** A site inside the trial that never dies: it answers with numbers of its own and tries again until it is heard. */
final class SteadySite {
    private static final long MOST_BASE = 1 << 20;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(180);
    private static final long PAUSE = 100;
    private static final int MOST_OBJECTS = 1000;

    private final WireSite site;
    private final Study study;
    private final Digest capsule;
    private final Path folder;
    private final Node self;

    SteadySite(WireSite site, Study study, Digest capsule, Path folder) throws IOException {
        this.site = site;
        this.study = study;
        this.capsule = capsule;
        this.folder = Files.createDirectories(folder);
        this.self = site.self();
    }

    /**
     * What the hub asks.
     *
     * @param message Flower's message
     * @param instruction the signed instruction
     * @param base the model's arrays, raw
     */
    record Question(Message message, SignedDocument<Instruction> instruction, byte[] base) {
        int round() {
            return instruction.document().round();
        }
    }

    /** The hub's next question. */
    Question pull() {
        return untilHeard(() -> {
            PullMessagesResponse response = site.fleet()
                    .pullMessages(PullMessagesRequest.newBuilder().setNode(self).build());
            if (response.getMessagesListCount() == 0) {
                throw Status.UNAVAILABLE.withDescription("nothing yet").asRuntimeException();
            }
            return question(response.getMessagesList(0), response.getMessageObjectTrees(0));
        });
    }

    /** Flower's node of the site. */
    Node node() {
        return self;
    }

    /** The answer to a question: a small change of each number. */
    OutgoingMessage answer(Question question) throws IOException {
        Instruction to = question.instruction().document();
        List<ArraySpec> arrays = study.model().arrays();
        int bytes = Math.toIntExact(arrays.stream().mapToLong(ArraySpec::bytes).sum());
        ByteBuffer payload = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(31L * to.site().hashCode() + to.round());
        while (payload.hasRemaining()) {
            payload.putFloat((float) (random.nextDouble(-0.01, 0.01)));
        }
        Path update = Files.write(folder.resolve("update-" + to.round()), payload.array());
        Reply reply = new Reply(
                Reply.SCHEMA,
                to.federation(),
                to.study(),
                to.run(),
                to.round(),
                to.exchange(),
                to.site(),
                to.node(),
                question.instruction().digest(),
                to.fence(),
                "update",
                "",
                arrays,
                Digest.of(payload.array()),
                "le",
                study.plan().weight(),
                capsule);
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(arrays, update))
                .metric("metrics", "num-examples", reply.weight())
                .config(
                        Reply.RECORD,
                        Reply.RECORD,
                        SignedDocument.sign(reply, site.node()).bytes())
                .build(MessageRules.replyMetadata(
                        question.message().getMetadata(), Clock.systemUTC().instant()));
    }

    /** Hands an answer in; true when the hub acknowledged it, false when it says that it has one already. */
    boolean push(OutgoingMessage answer) {
        return untilHeard(() -> {
            PushMessagesResponse wanted;
            try {
                wanted = site.fleet()
                        .pushMessages(PushMessagesRequest.newBuilder()
                                .setNode(self)
                                .addMessagesList(answer.message())
                                .addMessageObjectTrees(answer.tree())
                                .build());
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
                    return false;
                }
                throw e;
            }
            Set<String> missing = Set.copyOf(wanted.getObjectsToPushList());
            for (String id : answer.ids()) {
                if (missing.contains(id) && !stored(answer, id)) {
                    throw Status.UNAVAILABLE.withDescription("not stored").asRuntimeException();
                }
            }
            return true;
        });
    }

    private boolean stored(OutgoingMessage answer, String id) {
        return site.fleet()
                .pushObject(PushObjectRequest.newBuilder()
                        .setNode(self)
                        .setRunId(answer.message().getMetadata().getRunId())
                        .setObjectId(id)
                        .setObjectContent(ByteString.copyFrom(
                                Objects.requireNonNull(answer.object(id)).encoded()))
                        .build())
                .getStored();
    }

    private Question question(Message message, ObjectTree tree) {
        Map<String, byte[]> objects = new HashMap<>();
        for (String id : IncomingMessage.ids(tree, MOST_OBJECTS)) {
            byte[] content = site.fleet()
                    .pullObject(PullObjectRequest.newBuilder()
                            .setNode(self)
                            .setRunId(message.getMetadata().getRunId())
                            .setObjectId(id)
                            .build())
                    .getObjectContent()
                    .toByteArray();
            objects.put(id, content);
        }
        try {
            IncomingMessage incoming = IncomingMessage.read(
                    message.getMetadata().getMessageId(),
                    id -> FlowerObject.decode(Objects.requireNonNull(objects.get(id))));
            for (Map.Entry<String, byte[]> object : objects.entrySet()) {
                Files.write(folder.resolve(object.getKey()), object.getValue());
            }
            Map<String, FlowerObjects.ArrayBody> arrays = incoming.arrays().getOrDefault("arrays", Map.of());
            Path draft = Files.createTempFile(folder, "base", ".part");
            byte[] base = Files.readAllBytes(ReceivedArrays.write(arrays, folder::resolve, draft, MOST_BASE)
                    .file());
            return new Question(
                    message,
                    SignedDocument.read(
                            incoming.configBytes(Instruction.RECORD, Instruction.RECORD)
                                    .orElseThrow(),
                            Instruction.class),
                    base);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private interface Call<T> {
        T make();
    }

    /** After a failure the site says that it is there again, so that open questions are handed out once more. */
    private <T> T untilHeard(Call<T> call) {
        long until = System.nanoTime() + LIMIT;
        while (true) {
            try {
                return call.make();
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("the hub does not hear " + site.name(), e);
                }
                again();
            }
        }
    }

    private void again() {
        try {
            Thread.sleep(PAUSE);
            site.activate();
        } catch (StatusRuntimeException e) {
            // The next try says so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
