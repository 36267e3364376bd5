package org.osteon.protocol.flower.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.object.FlowerObjects.ArrayBody;

class ReceivedArraysTest {
    @TempDir
    Path folder;

    @Test
    void writesThePayloadThatTheHeaderAnnounces() throws IOException {
        // Given
        String chunk = chunk(NumpyFormat.headerBytes("float32", List.of(2)), new byte[8]);

        // When
        ReceivedArrays.Payloads payloads = write(array(List.of(chunk)), 8);

        // Then
        assertThat(payloads.specs()).containsExactly(ArraySpec.shared("weight", "float32", 2));
        assertThat(Files.size(payloads.file())).isEqualTo(8);
        assertThat(payloads.finite()).isTrue();
    }

    @Test
    void aChunkThatIsNotThereIsMalformed() {
        assertMalformed("ARRAY_MALFORMED", array(List.of("0".repeat(64))));
    }

    @Test
    void aShapeOfMoreElementsThanAnyNumberIsMalformed() throws IOException {
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }\n";
        byte[] header = NumpyFormat.headerBytes("float32", List.of());
        byte[] start = {header[0], header[1], header[2], header[3], header[4], header[5], 1, 0, (byte) text.length(), 0
        };

        assertMalformed("ARRAY_MALFORMED", array(List.of(chunk(start, text.getBytes(StandardCharsets.US_ASCII)))));
    }

    @Test
    void aChunkNamedOverAndOverWritesNoMoreThanTheArraysMayHave() throws IOException {
        // Given: 64 KiB that stand for 64 GiB
        int times = 1_000_000;
        String first = chunk(NumpyFormat.headerBytes("float32", List.of(16 * 1024, times)), new byte[0]);
        String zeros = chunk(new byte[0], new byte[64 * 1024]);
        List<String> chunks = new java.util.ArrayList<>(List.of(first));
        chunks.addAll(Collections.nCopies(times, zeros));

        // Then
        assertMalformed("SHAPE_MISMATCH", array(chunks));
    }

    private void assertMalformed(String code, Map<String, ArrayBody> arrays) {
        ReceivedArrays.Malformed refused =
                catchThrowableOfType(ReceivedArrays.Malformed.class, () -> write(arrays, 1 << 20));
        assertThat(refused.code()).isEqualTo(code);
        assertThat(folder.resolve("draft")).doesNotExist();
    }

    private ReceivedArrays.Payloads write(Map<String, ArrayBody> arrays, long most) throws IOException {
        return ReceivedArrays.write(arrays, folder::resolve, Files.createFile(folder.resolve("draft")), most);
    }

    private static Map<String, ArrayBody> array(List<String> chunks) {
        return Map.of("weight", new ArrayBody("float32", List.of(2), "numpy.ndarray", chunks));
    }

    private String chunk(byte[] start, byte[] rest) throws IOException {
        byte[] body = new byte[start.length + rest.length];
        System.arraycopy(start, 0, body, 0, start.length);
        System.arraycopy(rest, 0, body, start.length, rest.length);
        FlowerObject object = FlowerObjects.chunk(body);
        Files.write(folder.resolve(object.id()), object.encoded());
        return object.id();
    }
}
