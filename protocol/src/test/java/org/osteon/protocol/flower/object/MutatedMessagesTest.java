package org.osteon.protocol.flower.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.mutation.Mutations;

/**
 * Messages of a lying peer: whatever is changed in valid objects, a reader either takes them or says with its own
 * exception why not, and writes no more than it may.
 */
class MutatedMessagesTest {
    private static final int TRIES = 4000;
    private static final long MOST = 1 << 16;
    private static final Instant NOW = Instant.parse("2026-11-22T15:03:05Z");
    private static final Map<String, FlowerObject> OBJECTS = new LinkedHashMap<>();
    private static final AtomicInteger REFUSED = new AtomicInteger();
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static Path folder;
    private static OutgoingMessage message;

    @BeforeContainer
    static void writesAValidMessage() throws IOException {
        folder = Files.createTempDirectory("mutated");
        Path payload = Files.write(folder.resolve("payload"), new byte[6 * 4 + 8 + 3 * 8]);
        Metadata metadata = Metadata.newBuilder()
                .setRunId(7)
                .setSrcNodeId(1)
                .setDstNodeId(-5)
                .setMessageType("train")
                .setTtl(600)
                .setCreatedAt(NOW.getEpochSecond())
                .build();
        message = new OutgoingMessage.Builder()
                .arrays(
                        "arrays",
                        ArrayContent.of(
                                List.of(
                                        ArraySpec.shared("weight", "float32", 2, 3),
                                        ArraySpec.shared("bias", "float64"),
                                        ArraySpec.shared("steps", "int64", 3)),
                                payload))
                .config("config", "server-round", 3)
                .config("osteon.instruction", "document", new byte[] {1, 2})
                .build(metadata);
        for (String id : message.ids()) {
            OBJECTS.put(id, message.object(id));
        }
    }

    @AfterContainer
    static void bothHappened() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
        assertThat(REFUSED.get()).isGreaterThan(TRIES / 2);
        assertThat(TAKEN.get()).isPositive();
    }

    @Property(tries = TRIES)
    void anObjectIsReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        List<FlowerObject> all = new ArrayList<>(OBJECTS.values());
        byte[] bytes = Mutations.of(all.get(random.nextInt(all.size())).encoded(), random);
        takenOrRefused(() -> {
            FlowerObject object = FlowerObject.decode(bytes);
            assertThat(object.encoded()).isEqualTo(bytes);
            switch (object.type()) {
                case "Message" -> FlowerObjects.readMessage(object);
                case "Array" -> FlowerObjects.readArray(object);
                case "RecordDict", "ArrayRecord" -> FlowerObjects.readNames(object, object.type());
                case "MetricRecord" -> FlowerObjects.readMetrics(object);
                case "ConfigRecord" -> FlowerObjects.readConfig(object);
                default -> assertThat(object.type()).isEqualTo("ArrayChunk");
            }
        });
    }

    @Property(tries = TRIES)
    void aMessageWithOneObjectChangedIsReadOrRefused(@ForAll long seed) throws IOException {
        // The object lies under its old name, as a store would have it that did not check: the reader must cope.
        Random random = new Random(seed);
        List<String> ids = new ArrayList<>(OBJECTS.keySet());
        String changed = ids.get(random.nextInt(ids.size()));
        byte[] bytes = Mutations.of(OBJECTS.get(changed).encoded(), random);
        Path draft = Files.createFile(folder.resolve("draft"));
        try {
            takenOrRefused(() -> {
                IncomingMessage read = IncomingMessage.read(
                        message.id(), id -> id.equals(changed) ? FlowerObject.decode(bytes) : known(id));
                read.configBytes("osteon.instruction", "document");
                read.arrays().values().forEach(arrays -> {
                    ReceivedArrays.Payloads payloads =
                            ReceivedArrays.write(arrays, id -> file(id, changed, bytes), draft, MOST);
                    assertThat(payloads.specs()).hasSameSizeAs(arrays.keySet());
                });
            });
            assertThat(Files.exists(draft) ? Files.size(draft) : 0).isLessThanOrEqualTo(MOST);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    @Property(tries = TRIES)
    void aCallWithAChangedBodyIsReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = Mutations.of(
                PushMessagesRequest.newBuilder()
                        .addMessagesList(message.message())
                        .addMessageObjectTrees(message.tree())
                        .build()
                        .toByteArray(),
                random);
        takenOrRefused(() -> {
            PushMessagesRequest request;
            try {
                request = PushMessagesRequest.parseFrom(bytes);
            } catch (InvalidProtocolBufferException e) {
                throw new FlowerException("BODY_MALFORMED", "not a message");
            }
            for (int i = 0; i < Math.min(request.getMessagesListCount(), request.getMessageObjectTreesCount()); i++) {
                Message sent = request.getMessagesList(i);
                IncomingMessage.ids(request.getMessageObjectTrees(i), 1000);
                MessageRules.instruction(sent, request.getMessageObjectTrees(i), NOW);
            }
        });
    }

    @Property(tries = TRIES)
    void anArrayHeaderIsReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = Mutations.of(NumpyFormat.headerBytes("float32", List.of(2, 3, 5)), random);
        takenOrRefused(() -> {
            NumpyFormat.Header header = NumpyFormat.header(bytes);
            assertThat(header.payloadBytes()).isNotNegative();
        });
    }

    private static FlowerObject known(String id) {
        FlowerObject object = OBJECTS.get(id);
        if (object == null) {
            throw new FlowerException("OBJECT_MALFORMED", "no such object");
        }
        return object;
    }

    private static Path file(String id, String changed, byte[] bytes) {
        Path file = folder.resolve("object");
        FlowerObject object = OBJECTS.get(id);
        if (object == null) {
            return folder.resolve("nothing");
        }
        try {
            return Files.write(file, id.equals(changed) ? bytes : object.encoded());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void takenOrRefused(Runnable reading) {
        try {
            reading.run();
            TAKEN.incrementAndGet();
        } catch (FlowerException e) {
            assertThat(e.code()).matches("[A-Z_]+");
            REFUSED.incrementAndGet();
        } catch (ReceivedArrays.Malformed e) {
            assertThat(e.code()).matches("[A-Z_]+");
            REFUSED.incrementAndGet();
        }
    }
}
