package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
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
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.sign.KeyFile;

/**
 * A governed round of four sites with 100 MiB updates through the hub's real port, the hub's heap at 256 MiB, while 32
 * connections push at once, some of them of nodes that nobody asked.
 */
class LargeRoundTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SITES = List.of("site-a", "site-b", "site-c", "site-d");
    private static final List<String> STRANGERS = List.of("other-e", "other-f");
    private static final int CONNECTIONS_OF_A_SITE = 6;
    private static final int CONNECTIONS_OF_A_STRANGER = 4;
    private static final int CONNECTIONS = 4 * CONNECTIONS_OF_A_SITE + 2 * CONNECTIONS_OF_A_STRANGER; // 32
    private static final ArraySpec WEIGHT = ArraySpec.shared("weight", "float32", 1024, 25_599);
    private static final ArraySpec BIAS = ArraySpec.shared("bias", "float32", 1024);
    private static final List<ArraySpec> ARRAYS = List.of(WEIGHT, BIAS);
    private static final long UPDATE_BYTES = 100L * 1024 * 1024;
    private static final int TILE = 64 * 1024;

    @TempDir
    Path folder;

    private final CyclicBarrier allPush = new CyclicBarrier(CONNECTIONS);
    private final CountDownLatch sitesPushing = new CountDownLatch(SITES.size());
    private final AtomicInteger strangersPushes = new AtomicInteger();

    @Test
    void fourUpdatesOf100MiBAreCombinedInAHeapOf256MiB() throws Exception {
        assertThat(WEIGHT.bytes() + BIAS.bytes()).isEqualTo(UPDATE_BYTES);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Federation federation = new Federation(folder).withHub("-Xmx256m")) {
            long pid = federation.process("hub").pid();
            Map<String, WireSite> sites = new HashMap<>();
            for (String name : SITES) {
                sites.put(name, new WireSite(federation.enrol(name)));
            }
            List<WireSite> strangers = new ArrayList<>();
            for (String name : STRANGERS) {
                strangers.add(new WireSite(federation.enrol(name)));
            }
            Study study = Study.read(Files.readAllBytes(study()));
            String hub = federation.hub().toString();
            federation.done("study", "publish", folder.resolve("study.json").toString(), "--hub", hub);
            char[] passphrase =
                    Files.readString(federation.passphrase()).strip().toCharArray();
            Map<String, Digest> capsules = new HashMap<>();
            for (String name : SITES) {
                var officer = KeyFile.readEncrypted(federation.officerKey(name), passphrase);
                capsules.put(name, Objects.requireNonNull(sites.get(name)).approve(study, officer));
            }

            long begin = System.nanoTime();
            String run = federation
                    .done("run", "start", study.digest().hex(), "--hub", hub)
                    .path("run")
                    .asText();
            long started = System.nanoTime();
            List<Future<?>> work = new ArrayList<>();
            for (String name : SITES) {
                WireSite site = Objects.requireNonNull(sites.get(name));
                work.add(threads.submit(() -> train(site, study, Objects.requireNonNull(capsules.get(name)), threads)));
            }
            for (WireSite stranger : strangers) {
                for (int i = 0; i < CONNECTIONS_OF_A_STRANGER; i++) {
                    work.add(threads.submit(() -> pushUnasked(stranger)));
                }
            }
            for (Future<?> one : work) {
                one.get(180, TimeUnit.SECONDS);
            }
            long pushed = System.nanoTime();
            JsonNode end = federation.follow(run);
            long closed = System.nanoTime();

            assertThat(end.path("state").asText())
                    .as(end + federation.troubles())
                    .isEqualTo("completed");
            assertThat(end.path("rounds").path(0).path("counted")).hasSize(SITES.size());
            JsonNode model = federation.done("model", "show", end.path("model").asText(), "--hub", hub);
            List<Path> updates = new ArrayList<>();
            for (JsonNode input : model.path("inputs")) {
                Path update = update(input.path("site").asText());
                assertThat(digest(update).hex()).isEqualTo(input.path("update").asText());
                updates.add(update);
            }
            assertThat(updates).hasSize(SITES.size());
            assertThat(model.path("arrays").asText())
                    .as("the mean of the four updates, recomputed here")
                    .isEqualTo(mean(updates).hex());
            assertThat(federation
                            .done("round", "replay", run, "1", "--hub", hub)
                            .path("ok")
                            .asBoolean())
                    .isTrue();

            // The same process, nothing went wrong in it, and it answers.
            assertThat(federation.process("hub").isAlive()).isTrue();
            assertThat(federation.errors("hub")).doesNotContain("OutOfMemory");
            assertThat(log(federation)).doesNotContain("OutOfMemory").doesNotContain("LEAK:");
            assertThat(federation.done("coordinator", "status", hub).path("sites"))
                    .hasSize(6);
            assertThat(strangersPushes).hasValueGreaterThan(0);
            System.out.printf(
                    "large round: start %.1f s, sites and 32 uploads %.1f s, combine %.1f s; %d pushes of other nodes;"
                            + " hub's largest resident size %.0f MiB; now %s%n",
                    (started - begin) / 1e9,
                    (pushed - started) / 1e9,
                    (closed - pushed) / 1e9,
                    strangersPushes.get(),
                    DaemonMemory.peak(pid) / 1048576.0,
                    DaemonMemory.of(pid));
            sites.values().forEach(WireSite::close);
            strangers.forEach(WireSite::close);
        } finally {
            threads.shutdownNow();
        }
    }

    private static String log(Federation federation) throws IOException {
        return Files.readString(federation.hub().resolve("logs").resolve("daemon.log"));
    }

    private Path study() throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        study.put("name", "large-model");
        ObjectNode model = (ObjectNode) study.path("model");
        model.put("template", "softmax");
        model.set("arrays", JSON.valueToTree(ARRAYS));
        ((ObjectNode) study.path("plan")).put("rounds", 1);
        ((ObjectNode) study.path("evaluation")).put("heldOutFraction", 0);
        ObjectNode participation = (ObjectNode) study.path("participation");
        participation.set("sites", JSON.valueToTree(SITES));
        participation.put("quorum", SITES.size());
        participation.put("roundSeconds", 600);
        return Files.write(folder.resolve("study.json"), CanonicalJson.write(study));
    }

    /** One site's part in the round: pull the model, train a moment, push the update over six connections. */
    private Void train(WireSite site, Study study, Digest capsule, ExecutorService threads) throws Exception {
        site.activate();
        Node self = site.self();
        PullMessagesResponse response = site.fleet()
                .pullMessages(PullMessagesRequest.newBuilder().setNode(self).build());
        while (response.getMessagesListCount() == 0) {
            response = site.fleet()
                    .pullMessages(PullMessagesRequest.newBuilder().setNode(self).build());
        }
        Message message = response.getMessagesList(0);
        SignedDocument<Instruction> instruction = pull(site, self, message, response.getMessageObjectTrees(0));
        OutgoingMessage reply = reply(site, message, instruction, study, capsule);
        PushMessagesResponse wanted = site.fleet()
                .pushMessages(PushMessagesRequest.newBuilder()
                        .setNode(self)
                        .addMessagesList(reply.message())
                        .addMessageObjectTrees(reply.tree())
                        .build());
        Queue<String> toPush = new ConcurrentLinkedQueue<>(reply.ids().stream()
                .filter(wanted.getObjectsToPushList()::contains)
                .toList());
        assertThat(toPush).hasSizeGreaterThan(20);
        List<Callable<Void>> pushers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS_OF_A_SITE; i++) {
            pushers.add(() -> push(site, self, message.getMetadata().getRunId(), reply, toPush));
        }
        for (Future<Void> one : threads.invokeAll(pushers)) {
            one.get();
        }
        sitesPushing.countDown();
        return null;
    }

    private static SignedDocument<Instruction> pull(WireSite site, Node self, Message message, ObjectTree tree) {
        Map<String, FlowerObject> records = new HashMap<>();
        for (String id : IncomingMessage.ids(tree, 100_000)) {
            byte[] content = site.fleet()
                    .pullObject(PullObjectRequest.newBuilder()
                            .setNode(self)
                            .setRunId(message.getMetadata().getRunId())
                            .setObjectId(id)
                            .build())
                    .getObjectContent()
                    .toByteArray();
            assertThat(Digest.of(content).hex()).isEqualTo(id);
            FlowerObject object = FlowerObject.decode(content);
            if (!"ArrayChunk".equals(object.type())) {
                records.put(id, object);
            }
        }
        site.fleet()
                .confirmMessageReceived(ConfirmMessageReceivedRequest.newBuilder()
                        .setNode(self)
                        .setRunId(message.getMetadata().getRunId())
                        .setMessageObjectId(message.getMetadata().getMessageId())
                        .build());
        IncomingMessage incoming = IncomingMessage.read(
                message.getMetadata().getMessageId(), id -> Objects.requireNonNull(records.get(id), id));
        return SignedDocument.read(
                incoming.configBytes(Instruction.RECORD, Instruction.RECORD).orElseThrow(), Instruction.class);
    }

    private OutgoingMessage reply(
            WireSite site, Message message, SignedDocument<Instruction> instruction, Study study, Digest capsule)
            throws IOException {
        Instruction to = instruction.document();
        Path update = write(update(site.name()), site.name().hashCode());
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
                ARRAYS,
                digest(update),
                "le",
                study.plan().weight(),
                capsule);
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(ARRAYS, update))
                .metric("metrics", "num-examples", reply.weight())
                .config(
                        Reply.RECORD,
                        Reply.RECORD,
                        SignedDocument.sign(reply, site.node()).bytes())
                .build(MessageRules.replyMetadata(
                        message.getMetadata(), Clock.systemUTC().instant()));
    }

    private Void push(WireSite site, Node self, long run, OutgoingMessage reply, Queue<String> ids) throws Exception {
        ManagedChannel connection = site.connect();
        allPush.await(120, TimeUnit.SECONDS);
        for (String id = ids.poll(); id != null; id = ids.poll()) {
            boolean stored = site.fleet(connection)
                    .pushObject(PushObjectRequest.newBuilder()
                            .setNode(self)
                            .setRunId(run)
                            .setObjectId(id)
                            .setObjectContent(ByteString.copyFrom(
                                    Objects.requireNonNull(reply.object(id)).encoded()))
                            .build())
                    .getStored();
            assertThat(stored).isTrue();
        }
        return null;
    }

    /** Pushes objects of 5 MiB that nobody wants until the sites are done. */
    private Void pushUnasked(WireSite stranger) throws Exception {
        ManagedChannel connection = stranger.connect();
        Node self = stranger.self();
        byte[] content = new byte[5 * 1024 * 1024];
        new SplittableRandom(strangersPushes.get()).nextBytes(content);
        PushObjectRequest request = PushObjectRequest.newBuilder()
                .setNode(self)
                .setRunId(1)
                .setObjectId(Digest.of(content).hex())
                .setObjectContent(ByteString.copyFrom(content))
                .build();
        allPush.await(120, TimeUnit.SECONDS);
        do {
            try {
                assertThat(stranger.fleet(connection).pushObject(request).getStored())
                        .isFalse();
                strangersPushes.incrementAndGet();
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNAVAILABLE);
            }
        } while (!sitesPushing.await(1, TimeUnit.MILLISECONDS));
        return null;
    }

    private Path update(String site) {
        return folder.resolve("update-" + site);
    }

    /** An update of numbers in ±0.01, the same for the same seed. */
    private static Path write(Path file, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer tile = ByteBuffer.allocate(TILE).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long left = UPDATE_BYTES; left > 0; left -= TILE) {
                tile.clear();
                while (tile.hasRemaining()) {
                    long bits = random.nextLong();
                    tile.putFloat(((int) bits) * 0x1.0p-31f * 0.01f);
                    tile.putFloat(((int) (bits >> 32)) * 0x1.0p-31f * 0.01f);
                }
                tile.flip();
                while (tile.hasRemaining()) {
                    out.write(tile);
                }
            }
        }
        return file;
    }

    /** The digest of 0 + (u1 + u2 + u3 + u4) / 4, summed in double and rounded once to float32. */
    private static Digest mean(List<Path> updates) throws IOException {
        MessageDigest sha = Digest.sha256();
        ByteBuffer out = ByteBuffer.allocate(TILE).order(ByteOrder.LITTLE_ENDIAN);
        List<FileChannel> files = new ArrayList<>();
        try {
            List<ByteBuffer> tiles = new ArrayList<>();
            for (Path update : updates) {
                files.add(FileChannel.open(update));
                tiles.add(ByteBuffer.allocate(TILE).order(ByteOrder.LITTLE_ENDIAN));
            }
            for (long at = 0; at < UPDATE_BYTES; at += TILE) {
                for (int i = 0; i < files.size(); i++) {
                    tiles.get(i).clear();
                    while (tiles.get(i).hasRemaining()) {
                        files.get(i).read(tiles.get(i), at + tiles.get(i).position());
                    }
                }
                for (int e = 0; e < TILE; e += Float.BYTES) {
                    double sum = 0;
                    for (ByteBuffer tile : tiles) {
                        sum += tile.getFloat(e);
                    }
                    out.putFloat(e, (float) (sum / updates.size()));
                }
                sha.update(out.array());
            }
        } finally {
            for (FileChannel file : files) {
                file.close();
            }
        }
        return Digest.ofRaw(sha.digest());
    }

    private static Digest digest(Path file) throws IOException {
        MessageDigest sha = Digest.sha256();
        byte[] buffer = new byte[TILE];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha.update(buffer, 0, read);
            }
        }
        return Digest.ofRaw(sha.digest());
    }
}
