package org.osteon.protocol.flower.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.wire.Metadata;

/** Messages built from files, and taken apart again. */
class OutgoingMessageTest {
    private static final Metadata METADATA = Metadata.newBuilder()
            .setRunId(-7)
            .setSrcNodeId(1)
            .setDstNodeId(-5)
            .setMessageType("train")
            .setTtl(600)
            .setCreatedAt(1_795_359_798.458493)
            .build();

    @TempDir
    Path folder;

    @Test
    void aLargeArrayIsCutInChunksThatAreSharedWhereEqual() throws Exception {
        // Given: a first element and then 16 MiB of zeros, a small array, a scalar and an empty one
        List<ArraySpec> specs = List.of(
                ArraySpec.shared("body/weight", "float32", 2048, 2048),
                ArraySpec.shared("head", "float64", 3),
                ArraySpec.shared("scale", "float64"),
                ArraySpec.shared("none", "float32", 0, 4));
        Path file = folder.resolve("payload");
        ByteBuffer payload = ByteBuffer.allocate(16 * 1024 * 1024 + 24 + 8).order(ByteOrder.LITTLE_ENDIAN);
        payload.putFloat(0, 1.5f).putDouble(16 * 1024 * 1024 + 24, -0.25);
        Files.write(file, payload.array());

        // When
        OutgoingMessage message = new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(specs, file))
                .config("config", "server-round", 3)
                .config("osteon.instruction", "document", new byte[] {1, 2})
                .build(METADATA);
        IncomingMessage read = IncomingMessage.read(message.id(), id -> Objects.requireNonNull(message.object(id)));

        // Then
        var arrays = Objects.requireNonNull(read.arrays().get("arrays"));
        assertThat(arrays.keySet()).containsExactly("body/weight", "head", "scale", "none");
        FlowerObjects.ArrayBody large = Objects.requireNonNull(arrays.get("body/weight"));
        assertThat(large.chunks()).hasSize(4);
        assertThat(large.chunks().get(1)).isEqualTo(large.chunks().get(2));
        assertThat(new HashSet<>(large.chunks())).hasSize(3);
        assertThat(large.shape()).containsExactly(2048, 2048);
        assertThat(joined(message, large))
                .startsWith(NumpyFormat.headerBytes("float32", List.of(2048, 2048)))
                .endsWith(new byte[1024]);
        byte[] scale = joined(message, Objects.requireNonNull(arrays.get("scale")));
        assertThat(ByteBuffer.wrap(scale).order(ByteOrder.LITTLE_ENDIAN).getDouble(scale.length - 8))
                .isEqualTo(-0.25);
        assertThat(joined(message, Objects.requireNonNull(arrays.get("none"))))
                .isEqualTo(NumpyFormat.headerBytes("float32", List.of(0, 4)));
        assertThat(read.configBytes("osteon.instruction", "document")).contains(new byte[] {1, 2});
        assertThat(read.metadata()).isEqualTo(METADATA);
    }

    @Test
    void childrenComeBeforeParentsAndEachObjectOnce() throws Exception {
        // Given: an array of 16 MiB zeros whose second and third chunk are equal
        Path file = folder.resolve("payload");
        Files.write(file, new byte[16 * 1024 * 1024]);
        List<ArraySpec> specs = List.of(ArraySpec.shared("zeros", "float32", 4, 1024, 1024));

        // When
        OutgoingMessage message = new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(specs, file))
                .build(METADATA);

        // Then: three chunks for four places, array, record, dictionary, message
        assertThat(message.ids()).hasSize(3 + 4).doesNotHaveDuplicates();
        assertThat(message.ids()).isEqualTo(List.copyOf(IncomingMessage.ids(message.tree(), 100)));
        Set<String> seen = new HashSet<>();
        for (String id : message.ids()) {
            FlowerObject object = Objects.requireNonNull(message.object(id));
            assertThat(object.id()).isEqualTo(id);
            assertThat(seen).containsAll(object.children());
            seen.add(id);
        }
        assertThat(message.ids().get(message.ids().size() - 1)).isEqualTo(message.id());
        assertThat(message.object("0".repeat(64))).isNull();
        assertThat(message.message().hasContent()).isTrue();
        assertThat(message.message().getContent().getSerializedSize()).isZero();
    }

    private static byte[] joined(OutgoingMessage message, FlowerObjects.ArrayBody array) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String chunk : array.chunks()) {
            byte[] body = Objects.requireNonNull(message.object(chunk)).body();
            assertThat(body.length).isLessThanOrEqualTo(FlowerObjects.CHUNK_BYTES);
            out.write(body, 0, body.length);
        }
        return Arrays.copyOf(out.toByteArray(), out.size());
    }
}
