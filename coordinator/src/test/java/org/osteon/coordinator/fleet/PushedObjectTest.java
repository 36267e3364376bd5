package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/** Objects that are read while they arrive, held against what Protocol Buffers' own reader makes of the same bytes. */
class PushedObjectTest {
    private static final String NODE = "7";
    private static final int TRIES = 20_000;

    @TempDir
    Path folder;

    private static PushObjectRequest request(byte[] content) {
        return PushObjectRequest.newBuilder()
                .setNode(Node.newBuilder().setNodeId(-7))
                .setRunId(Long.MAX_VALUE)
                .setObjectId(Digest.of(content).hex())
                .setObjectContent(ByteString.copyFrom(content))
                .setSessionId("session")
                .build();
    }

    private static PushObjectRequest withoutContent(PushObjectRequest request) {
        return request.toBuilder().clearObjectContent().build();
    }

    private static void take(PushedObject object, byte[] bytes, Random random) throws InvalidProtocolBufferException {
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 100_000));
            object.take(bytes, at, length);
            at += length;
        }
    }

    private long files() throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void anObjectIsKeptHoweverItsBytesCome() throws Exception {
        Random random = new Random(1);
        Spool spool = new Spool(folder);
        for (int size : new int[] {0, 1, 127, 128, 65_536, 300_000}) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            PushObjectRequest whole = request(content);
            try (PushedObject object = new PushedObject(spool)) {
                // When
                take(object, whole.toByteArray(), random);

                // Then
                assertThat(object.request()).isEqualTo(withoutContent(whole));
                assertThat(object.size()).isEqualTo(whole.getSerializedSize());
                assertThat(object.keep(NODE, whole.getObjectId())).isTrue();
            }
            assertThat(spool.has(NODE, whole.getObjectId())).isTrue();
            assertThat(spool.file(NODE, whole.getObjectId())).hasBinaryContent(content);
        }
        assertThat(files()).isEqualTo(6);
    }

    @Test
    void fieldsMayComeInAnyOrderAndNewOnesMayBeAmongThem() throws Exception {
        // Given: the content first, and fields that this release does not know
        byte[] content = "content".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        PushObjectRequest whole = request(content);
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(
                        77,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(-1)
                                .addFixed32(5)
                                .addFixed64(6)
                                .addLengthDelimited(ByteString.copyFromUtf8("new"))
                                .build())
                .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PushObjectRequest.newBuilder()
                .setObjectContent(whole.getObjectContent())
                .setUnknownFields(unknown)
                .build()
                .writeTo(bytes);
        withoutContent(whole).writeTo(bytes);
        Spool spool = new Spool(folder);
        try (PushedObject object = new PushedObject(spool)) {
            // When
            take(object, bytes.toByteArray(), new Random(2));

            // Then
            assertThat(object.request().getUnknownFields()).isEqualTo(unknown);
            assertThat(object.request().getObjectId()).isEqualTo(whole.getObjectId());
            assertThat(object.keep(NODE, whole.getObjectId())).isTrue();
        }
    }

    @Test
    void bytesThatAreNotTheIdsLeaveNothing() throws Exception {
        Spool spool = new Spool(folder);
        try (PushedObject object = new PushedObject(spool)) {
            take(object, request(new byte[1000]).toByteArray(), new Random(3));
            assertThat(object.keep(NODE, "0".repeat(64))).isFalse();
        }
        assertThat(files()).isZero();
    }

    @Test
    void mutatedBytesAreReadAsProtocolBuffersReadsThemOrRefused() throws Exception {
        // Given
        Random random = new Random(4);
        Spool spool = new Spool(folder);
        byte[] content = new byte[50];
        random.nextBytes(content);
        byte[] right = request(content).toByteArray();
        int read = 0;
        for (int i = 0; i < TRIES; i++) {
            byte[] bytes = Arrays.copyOf(right, random.nextInt(3) == 0 ? random.nextInt(right.length) : right.length);
            for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try (PushedObject object = new PushedObject(spool)) {
                // When
                take(object, bytes, random);
                PushObjectRequest got = object.request();

                // Then
                PushObjectRequest expected = PushObjectRequest.parseFrom(bytes);
                assertThat(got).isEqualTo(withoutContent(expected));
                assertThat(object.keep(
                                NODE,
                                Digest.of(expected.getObjectContent().toByteArray())
                                        .hex()))
                        .isTrue();
                read++;
            } catch (InvalidProtocolBufferException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThat(read).isBetween(TRIES / 20, TRIES);
        spool.clear(NODE);
        assertThat(files()).isZero();
    }

    @Test
    void whatNoNodeSendsIsRefusedBeforeItIsAllThere() {
        byte[] twice = PushObjectRequest.newBuilder()
                .setObjectContent(ByteString.copyFromUtf8("a"))
                .build()
                .toByteArray();
        byte[] longRest = PushObjectRequest.newBuilder()
                .setSessionId("s".repeat(70_000))
                .build()
                .toByteArray();
        try (PushedObject object = new PushedObject(new Spool(folder))) {
            assertThatThrownBy(() -> {
                        object.take(twice, 0, twice.length);
                        object.take(twice, 0, twice.length);
                    })
                    .isInstanceOf(InvalidProtocolBufferException.class);
        }
        try (PushedObject object = new PushedObject(new Spool(folder))) {
            assertThatThrownBy(() -> object.take(longRest, 0, longRest.length))
                    .isInstanceOf(InvalidProtocolBufferException.class);
        }
    }

    @Test
    void aDiskThatTakesNothingIsSaidWhenTheObjectIsWanted() throws Exception {
        // Given: a file where the spool's folder would be
        Path blocked = Files.writeString(folder.resolve("blocked"), "");
        PushObjectRequest whole = request(new byte[1000]);
        try (PushedObject object = new PushedObject(new Spool(blocked))) {
            // When
            take(object, whole.toByteArray(), new Random(5));

            // Then
            assertThat(object.request()).isEqualTo(withoutContent(whole));
            assertThatThrownBy(() -> object.keep(NODE, whole.getObjectId())).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void whatWasArrivingBeforeAStartIsErased() throws Exception {
        // Given: a hub that was killed while an object came
        Spool before = new Spool(folder);
        byte[] bytes = request(new byte[1000]).toByteArray();
        new PushedObject(before).take(bytes, 0, bytes.length - 10);
        assertThat(files()).isEqualTo(1);

        // When
        new Spool(folder).forgetArriving();

        // Then
        assertThat(files()).isZero();
    }

    @Test
    void whatACutCallLeftIsErasedAfterAWhile() throws Exception {
        // Given: an object that nobody closes, and later one that still arrives
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
        Spool spool = new Spool(folder, now::get);
        byte[] bytes = request(new byte[1000]).toByteArray();
        new PushedObject(spool).take(bytes, 0, bytes.length);
        now.addAndGet(TimeUnit.MINUTES.toNanos(9));
        PushedObject late = new PushedObject(spool);
        late.take(bytes, 0, bytes.length);
        assertThat(files()).isEqualTo(2);

        // When
        now.addAndGet(TimeUnit.MINUTES.toNanos(2));
        new PushedObject(spool).take(bytes, 0, bytes.length);

        // Then
        assertThat(files()).isEqualTo(2);
        assertThat(late.keep(NODE, late.request().getObjectId())).isTrue();
    }
}
