package org.osteon.trials;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
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
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.site.egress.CountedPush;

/**
 * A site at the far end of a link, a process of its own: it approves, takes one instruction, makes up an update, and
 * hands it in as the agent does, from the start again whenever the link fails. No model that the agent's own trainers
 * take is as large as the updates here, so the numbers are made up; the way they go is the agent's.
 */
public final class FarSite {
    private static final int CHUNK_BYTES = 1024 * 1024;
    private static final int MOST_OBJECTS = 100_000;
    private static final long PAUSE_MILLIS = 1000;
    private static final Set<Status.Code> LINK = Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

    private FarSite() {}

    /**
     * Arguments: the site's folder, the study's file, the officer's key, its passphrase's file, a folder to write in.
     */
    public static void main(String[] arguments) throws Exception {
        Path work = Files.createDirectories(Path.of(arguments[4]));
        Study study = Study.read(Files.readAllBytes(Path.of(arguments[1])));
        try (WireSite site = new WireSite(Path.of(arguments[0]))) {
            char[] passphrase = Files.readString(Path.of(arguments[3])).strip().toCharArray();
            Digest capsule = site.approve(study, KeyFile.readEncrypted(Path.of(arguments[2]), passphrase));
            System.out.println("approved");
            site.activate();
            Node self = site.self();
            PullMessagesResponse response;
            do {
                response = site.fleet()
                        .pullMessages(
                                PullMessagesRequest.newBuilder().setNode(self).build());
            } while (response.getMessagesListCount() == 0);
            OutgoingMessage reply = reply(site, self, response, study, capsule, work);
            long unique = 0;
            for (String id : reply.ids()) {
                unique += Objects.requireNonNull(reply.object(id)).encoded().length;
            }
            System.out.println("pushing");
            long begin = System.nanoTime();
            Channel fleet = site.asNode(site.connect());
            CountedPush push = new CountedPush(fleet, self);
            int tries = 1;
            while (!sent(site, push, reply)) {
                tries++;
                Thread.sleep(PAUSE_MILLIS);
            }
            System.out.println(new ObjectMapper()
                    .writeValueAsString(Map.of(
                            "update",
                            Digest.ofRaw(digest(work.resolve("update"))).hex(),
                            "unique",
                            unique,
                            "objects",
                            push.objectBytes(),
                            "announced",
                            push.announcedBytes(),
                            "tries",
                            tries,
                            "seconds",
                            (System.nanoTime() - begin) / 1e9)));
        }
    }

    private static boolean sent(WireSite site, CountedPush push, OutgoingMessage reply) {
        try {
            site.activate();
            push.send(reply);
            return true;
        } catch (StatusRuntimeException e) {
            if (!LINK.contains(e.getStatus().getCode())) {
                throw e;
            }
            System.err.println(e.getStatus());
            return false;
        }
    }

    private static OutgoingMessage reply(
            WireSite site, Node self, PullMessagesResponse response, Study study, Digest capsule, Path work)
            throws IOException {
        var message = response.getMessagesList(0);
        Map<String, FlowerObject> records = new HashMap<>();
        for (String id : IncomingMessage.ids(response.getMessageObjectTrees(0), MOST_OBJECTS)) {
            byte[] content = site.fleet()
                    .pullObject(PullObjectRequest.newBuilder()
                            .setNode(self)
                            .setRunId(message.getMetadata().getRunId())
                            .setObjectId(id)
                            .build())
                    .getObjectContent()
                    .toByteArray();
            if (content.length < CHUNK_BYTES) {
                records.put(id, FlowerObject.decode(content));
            }
        }
        SignedDocument<Instruction> instruction = SignedDocument.read(
                IncomingMessage.read(
                                message.getMetadata().getMessageId(), id -> Objects.requireNonNull(records.get(id), id))
                        .configBytes(Instruction.RECORD, Instruction.RECORD)
                        .orElseThrow(),
                Instruction.class);
        Instruction to = instruction.document();
        List<ArraySpec> arrays = study.model().arrays();
        Path update = work.resolve("update");
        Digest digest =
                write(update, arrays.stream().mapToLong(ArraySpec::bytes).sum());
        Reply reply = new Reply(
                Reply.SCHEMA,
                to.federation(),
                to.study(),
                to.run(),
                to.round(),
                to.exchange(),
                to.site(),
                to.node(),
                instruction.digest(),
                to.fence(),
                "update",
                "",
                arrays,
                digest,
                "le",
                study.plan().weight(),
                capsule);
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(arrays, update, CHUNK_BYTES))
                .metric("metrics", "num-examples", reply.weight())
                .config(
                        Reply.RECORD,
                        Reply.RECORD,
                        SignedDocument.sign(reply, site.node()).bytes())
                .build(MessageRules.replyMetadata(
                        message.getMetadata(), Clock.systemUTC().instant()));
    }

    private static byte[] digest(Path file) throws IOException {
        MessageDigest sha = Digest.sha256();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha)) {
            Files.copy(file, out);
        }
        return sha.digest();
    }

    /** Random floats, which no two chunks share. */
    private static Digest write(Path file, long bytes) throws IOException {
        MessageDigest sha = Digest.sha256();
        SplittableRandom random = new SplittableRandom(795);
        ByteBuffer tile = ByteBuffer.allocate(64 * 1024).order(ByteOrder.LITTLE_ENDIAN);
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), sha)) {
            for (long left = bytes; left > 0; left -= tile.limit()) {
                tile.clear().limit((int) Math.min(tile.capacity(), left));
                while (tile.hasRemaining()) {
                    tile.putFloat((float) random.nextDouble(-0.01, 0.01));
                }
                out.write(tile.array(), 0, tile.limit());
            }
        }
        return Digest.ofRaw(sha.digest());
    }
}
