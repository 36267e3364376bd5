package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.document.Digest;

/** npy headers and payloads against bytes that NumPy 2.4.6 wrote, and hostile headers. */
class NumpyFormatTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|cf0ebf69b6306344a9265eb5bf27861a0408f68b5d308b18224494e724f27242",
                "4|d5fb0a05005f3b44b0be420474802c51159466d8e3a34f13c76dc367d395fb62",
                "3 2|7b972544f52ec20b87c91096802b117cb4701be1f81fed47f3dc9362888ec946",
                "1000000|1c95102468c9efb5f968c76808b3494696330e6ce6eb618fb1fb6b7ca77e8bf3",
                "100 200 300 400|cfa91d3a07acf87b52cf5850fd1db96903552481f973b09ec7edbcdf4dd04c41",
                "1 2 3 4 5 6 7 8 9 10|f7f829dd63122c575eff82e77762e82aeceea1f91f3612b8b189b27e73495f5f",
                "2 10 10 10 10 10 10 10 10 10 10 10|8334a28d24be5fd815e6813f7addca22a2e27909225a4c1c993a7b7ceb1e7cb8",
                "2 10 10 1 1 1 1 1 1 1 1 1 1 1|f5222ce9cb0c3031b5ea14605afc4948ef09ea74e68c17a8f67440ff63c8049b",
                "0 3|f12304587232b93be216cce0f81674635df2730385202e391e39cc9f8942d779",
                "1234567 2 30 40 50 60 70|7f9bff8dce374ff26c3a57139f6c8a744dc389ce043e1a39cb08d82ba8fed98d"
            })
    void writesTheHeaderThatNumpyWrites(@org.jspecify.annotations.Nullable String extents, String sha256) {
        // Given
        List<Integer> shape = extents == null
                ? List.of()
                : java.util.Arrays.stream(extents.split(" "))
                        .map(Integer::valueOf)
                        .toList();

        // When
        byte[] header = NumpyFormat.headerBytes("float32", shape);

        // Then
        assertThat(Digest.of(header).hex()).isEqualTo(sha256);
        assertThat(NumpyFormat.header(header).shape()).isEqualTo(shape);
    }

    @Test
    void readsFortranOrderBigEndianAsNumpyDoes() {
        // Given: numpy.asfortranarray(arange(24).reshape(2,3,4).astype('>i2'))
        byte[] npy = npy(
                1,
                "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3, 4), }",
                "0000000c00040010000800140001000d00050011000900150002000e00060012000a00160003000f00070013000b0017");

        // When
        NumpyFormat.Header header = NumpyFormat.header(npy);
        ByteBuffer elements = NumpyPayload.canonical(header, payload(npy, header));

        // Then
        assertThat(header.dtype()).isEqualTo("int16");
        assertThat(header.canonical()).isFalse();
        assertThat(HexFormat.of().formatHex(elements.array()))
                .isEqualTo("00000100020003000400050006000700080009000a000b000c000d000e000f00100011001200130014001500"
                        + "16001700");
    }

    @Test
    void readsVersionsTwoAndThree() {
        // Given
        byte[] two =
                npy(2, "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }", "3ff8000000000000c000000000000000");
        byte[] three = npy(3, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "0100");

        // When
        NumpyFormat.Header doubles = NumpyFormat.header(two);
        NumpyFormat.Header truths = NumpyFormat.header(three);

        // Then
        ByteBuffer read = NumpyPayload.canonical(doubles, payload(two, doubles)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(read.getDouble()).isEqualTo(1.5);
        assertThat(read.getDouble()).isEqualTo(-2);
        assertThat(truths.dtype()).isEqualTo("bool");
        assertThat(truths.payloadBytes()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
                "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,), }",
                "{'descr': '<U8', 'fortran_order': False, 'shape': (1,), }",
                "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }",
                "{'descr': '<m8', 'fortran_order': False, 'shape': (1,), }"
            })
    void refusesWhatIsNoPlainNumber(String header) {
        assertThatThrownBy(() -> NumpyFormat.header(npy(1, header, "")))
                .isInstanceOfSatisfying(
                        FlowerException.class, e -> assertThat(e.code()).isEqualTo("NPY_DTYPE"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{'descr': '<f4', 'fortran_order': False, }",
                "{'descr': '<f4', 'descr': '<f8', 'shape': (1,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (L,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': '<f4', }",
                "{'descr': '<f4', 'fortran_order': (1,), 'shape': (1,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }",
                "{'descr': '<f4' 'fortran_order': False, 'shape': (1,), }"
            })
    void refusesMalformedHeaders(String header) {
        assertThatThrownBy(() -> NumpyFormat.header(npy(1, header, "")))
                .isInstanceOfSatisfying(
                        FlowerException.class, e -> assertThat(e.code()).isEqualTo("NPY_MALFORMED"));
    }

    @Test
    void refusesManyDimensionsLongHeadersAndPayloadsOfAnotherLength() {
        String many = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, ".repeat(33) + "), }";
        String digits = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1".repeat(60_000);
        assertThatThrownBy(() -> NumpyFormat.header(npy(1, many, ""))).hasMessageContaining("dimensions");
        assertThatThrownBy(() -> NumpyFormat.header(npy(1, digits, ""))).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> NumpyFormat.header(npy(2, " ".repeat(70_000), "")))
                .isInstanceOf(FlowerException.class);
        NumpyFormat.Header header = NumpyFormat.header(NumpyFormat.headerBytes("float64", List.of(3)));
        assertThatThrownBy(() -> NumpyPayload.canonical(header, ByteBuffer.allocate(23)))
                .hasMessageContaining("24 bytes has 23");
        assertThatThrownBy(() -> NumpyPayload.canonical(header, ByteBuffer.allocate(25)))
                .isInstanceOf(FlowerException.class);
    }

    @Property(tries = 300)
    void headersComeBack(@ForAll("dtypes") String dtype, @ForAll("shapes") List<Integer> shape) {
        // When
        byte[] bytes = NumpyFormat.headerBytes(dtype, shape);
        NumpyFormat.Header header = NumpyFormat.header(bytes);

        // Then
        assertThat(header.dtype()).isEqualTo(dtype);
        assertThat(header.shape()).isEqualTo(shape);
        assertThat(header.payloadOffset()).isEqualTo(bytes.length);
        assertThat(bytes.length % 64).isZero();
        assertThat(header.canonical()).isTrue();
    }

    @Property(tries = 200)
    void orderAndEndiannessDoNotChangeElements(
            @ForAll("shapes") List<Integer> shape, @ForAll boolean little, @ForAll boolean fortran, @ForAll long seed) {
        // Given: element n in C order has the value of its place
        NumpyFormat.Header header = new NumpyFormat.Header('i', 4, little, fortran, shape, 0);
        int count = (int) header.elements();
        ByteBuffer payload =
                ByteBuffer.allocate(count * 4).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int salt = new Random(seed).nextInt();
        for (int n = 0; n < count; n++) {
            payload.putInt(4 * place(n, shape, fortran), n ^ salt);
        }

        // When
        ByteBuffer elements = NumpyPayload.canonical(header, payload).order(ByteOrder.LITTLE_ENDIAN);

        // Then
        for (int n = 0; n < count; n++) {
            assertThat(elements.getInt()).isEqualTo(n ^ salt);
        }
    }

    /** Where the n-th element in C order lies, by the definition of the two orders. */
    private static int place(int n, List<Integer> shape, boolean fortran) {
        if (!fortran) {
            return n;
        }
        int rest = n;
        int place = 0;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            int stride = shape.subList(0, axis).stream().reduce(1, (a, b) -> a * b);
            place += rest % shape.get(axis) * stride;
            rest /= shape.get(axis);
        }
        return place;
    }

    @Property(tries = 2_000)
    void mutatedHeadersAreReadOrRefused(@ForAll long seed) {
        // Given
        Random random = new Random(seed);
        byte[] bytes = NumpyFormat.headerBytes("float32", List.of(3, 5));
        for (int i = 0; i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }

        // When, Then: nothing but our own refusal
        try {
            assertThat(NumpyFormat.header(bytes).payloadOffset()).isLessThanOrEqualTo(bytes.length);
        } catch (FlowerException e) {
            assertThat(e.code()).startsWith("NPY_");
        }
    }

    @Provide
    Arbitrary<String> dtypes() {
        return Arbitraries.of(
                "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
                "uint64", "bool");
    }

    @Provide
    Arbitrary<List<Integer>> shapes() {
        return Arbitraries.integers().between(0, 5).list().ofMaxSize(5);
    }

    private static ByteBuffer payload(byte[] npy, NumpyFormat.Header header) {
        return ByteBuffer.wrap(npy, header.payloadOffset(), npy.length - header.payloadOffset());
    }

    private static byte[] npy(int version, String dictionary, String payloadHex) {
        byte[] text = (dictionary + "\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] payload = HexFormat.of().parseHex(payloadHex);
        ByteBuffer out = ByteBuffer.allocate(12 + text.length + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        out.put(text).put(payload);
        return java.util.Arrays.copyOf(out.array(), out.position());
    }
}
