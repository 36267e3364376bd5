package org.osteon.protocol.flower.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ObjectTree;

/** Objects against identities that Python computed, round trips, and objects that lie. */
class FlowerObjectsTest {
    private static final String A = Digest.of(new byte[] {0}).hex();
    private static final String B = Digest.of(new byte[] {1}).hex();

    @Test
    void bodiesAreWrittenAsPythonWritesThem() {
        // Given: names in Chinese, beyond the BMP, and with characters that need escapes; one array under two names
        Map<String, String> names = new LinkedHashMap<>();
        names.put("\u6743\u91cd/\u00e9\"\\\u007f\n", A);
        names.put("\ud83d\ude00", B);
        names.put("again", A);

        // When
        FlowerObject record = FlowerObjects.names("ArrayRecord", names);
        FlowerObject array = FlowerObjects.array(new FlowerObjects.ArrayBody(
                "float32", List.of(3), "numpy.ndarray", List.of(chunk(0), chunk(1), chunk(0))));

        // Then
        assertThat(record.id()).isEqualTo("3ea6f9ae93dae2f299f0f543efa7651e1998415f57117ce18bf9911fc52df14f");
        assertThat(array.id()).isEqualTo("25de75f1d4160150cddb4475ee4fa6ffca08784689957221404fe2e3886de981");
        assertThat(FlowerObjects.readNames(record, "ArrayRecord")).containsExactlyEntriesOf(names);
        assertThat(FlowerObjects.readArray(array).chunks()).containsExactly(chunk(0), chunk(1), chunk(0));
    }

    @Property(tries = 300)
    void recordsComeBackToTheSameIdentity(@ForAll("names") List<String> keys, @ForAll long seed) {
        // Given
        Random random = new Random(seed);
        Map<String, String> names = new LinkedHashMap<>();
        new LinkedHashSet<>(keys)
                .forEach(key -> names.put(
                        key, Digest.of(new byte[] {(byte) random.nextInt(5)}).hex()));

        // When
        FlowerObject object = FlowerObjects.names("RecordDict", names);
        FlowerObject decoded = FlowerObject.decode(object.encoded());
        Map<String, String> read = FlowerObjects.readNames(decoded, "RecordDict");

        // Then
        assertThat(new ArrayList<>(read.entrySet())).isEqualTo(new ArrayList<>(names.entrySet()));
        assertThat(FlowerObjects.names("RecordDict", read).id()).isEqualTo(object.id());
        assertThat(Digest.of(object.encoded()).hex()).isEqualTo(object.id());
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.strings()
                .all()
                .ofMaxLength(12)
                .filter(FlowerObjectsTest::wellFormed)
                .list()
                .ofMaxSize(8);
    }

    /** Names with half a surrogate pair cannot be UTF-8 and no Python peer sends them. */
    private static boolean wellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ArrayChunk  1",
                "ArrayChunk 1\u0000x",
                "ArrayChunk  2\u0000x",
                "ArrayChunk  01\u0000x",
                "ArrayChunk  -1\u0000x",
                "ArrayChunk  99999999999999999999\u0000x",
                "ArrayChunk   1\u0000x",
                "arraychunk  1\u0000x",
                "Pickle  1\u0000x",
                "Array ,, 0\u0000",
                "Array ../../etc/passwd 0\u0000",
                "ArrayChunk CHILD 1\u0000x",
                "Array CHILD,CHILD 0\u0000",
                "Message CHILD,OTHER 0\u0000"
            })
    void refusesMalformedHeaders(String object) {
        byte[] bytes = object.replace("CHILD", A).replace("OTHER", B).getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> FlowerObject.decode(bytes)).isInstanceOf(FlowerException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{\"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": 4, \"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": [-1], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": [1.0], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": [4294967296], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": {\"0\": 1}, \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": [1]}",
                "{\"dtype\": \"f\", \"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": [-1]}",
                "{\"dtype\": \"f\", \"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": [\"0\"]}",
                "{\"dtype\": \"f\", \"shape\": [1], \"stype\": \"n\", \"arraychunk_ids\": []}",
                "{\"dtype\": \"f\", \"dtype\": \"g\", \"shape\": [], \"stype\": \"n\", \"arraychunk_ids\": [0]}",
                "{\"dtype\": \"f\", \"shape\": [], \"stype\": \"n\", \"arraychunk_ids\": [0]} {}"
            })
    void refusesArraysThatAreNone(String body) {
        FlowerObject object = new FlowerObject("Array", List.of(A), body.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> FlowerObjects.readArray(object)).isInstanceOf(FlowerException.class);
    }

    @Test
    void refusesDeepJsonLongNumbersAndManyDimensions() {
        for (String body : List.of(
                "{\"a\":".repeat(50) + "1" + "}".repeat(50),
                "{\"dtype\": \"f\", \"shape\": [" + "9".repeat(100_000) + "], \"stype\": \"n\"}",
                "{\"dtype\": \"f\", \"shape\": [" + "1,".repeat(32)
                        + "1], \"stype\": \"n\", \"arraychunk_ids\": [0]}")) {
            FlowerObject object = new FlowerObject("Array", List.of(A), body.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> FlowerObjects.readArray(object)).isInstanceOf(FlowerException.class);
        }
    }

    @Test
    void refusesNamesOfChildrenItDoesNotHaveAndChildrenWithoutName() {
        FlowerObject stranger =
                new FlowerObject("RecordDict", List.of(A), ("{\"x\": \"" + B + "\"}").getBytes(StandardCharsets.UTF_8));
        FlowerObject unnamed = new FlowerObject(
                "RecordDict", List.of(A, B), ("{\"x\": \"" + A + "\"}").getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> FlowerObjects.readNames(stranger, "RecordDict"))
                .hasMessageContaining("does not have");
        assertThatThrownBy(() -> FlowerObjects.readNames(unnamed, "RecordDict")).hasMessageContaining("does not name");
        assertThatThrownBy(() -> FlowerObjects.readNames(unnamed, "ArrayRecord"))
                .hasMessageContaining("expected an object of type");
    }

    @Test
    void treesAreBoundedInDepthAndNodes() {
        // Given
        ObjectTree deep = ObjectTree.newBuilder().setObjectId(A).build();
        for (int i = 0; i < 9; i++) {
            deep = ObjectTree.newBuilder().setObjectId(B).addChildren(deep).build();
        }
        ObjectTree.Builder wide = ObjectTree.newBuilder().setObjectId(B);
        for (int i = 0; i < 100; i++) {
            wide.addChildren(ObjectTree.newBuilder().setObjectId(A));
        }
        ObjectTree tooDeep = deep;
        ObjectTree malformed = ObjectTree.newBuilder().setObjectId("../x").build();

        // When, Then: repeats count as well
        assertThat(IncomingMessage.ids(wide.build(), 101)).containsExactly(A, B);
        assertThatThrownBy(() -> IncomingMessage.ids(wide.build(), 100)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> IncomingMessage.ids(tooDeep, 1_000)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> IncomingMessage.ids(malformed, 1_000)).isInstanceOf(FlowerException.class);
    }

    @Test
    void oneRecordUnderManyNamesIsCountedEachTime() {
        // Given: 300 names for a record of 400 names for one array; few bytes, 120,000 arrays
        Map<String, FlowerObject> objects = new LinkedHashMap<>();
        FlowerObject array = keep(
                objects,
                FlowerObjects.array(
                        new FlowerObjects.ArrayBody("float32", List.of(1), "numpy.ndarray", List.of(chunk(0)))));
        FlowerObject record = keep(objects, FlowerObjects.names("ArrayRecord", many(400, array.id())));
        FlowerObject content = keep(objects, FlowerObjects.names("RecordDict", many(300, record.id())));
        FlowerObject root = keep(
                objects,
                FlowerObjects.message(
                        org.osteon.protocol.flower.wire.Metadata.newBuilder()
                                .setRunId(1)
                                .build(),
                        content.id()));

        // When, Then
        assertThatThrownBy(() -> IncomingMessage.read(root.id(), objects::get))
                .isInstanceOfSatisfying(
                        FlowerException.class, e -> assertThat(e.code()).isEqualTo("MESSAGE_TOO_LARGE"));
    }

    @Property(tries = 4_000)
    void mutatedObjectsAreReadOrRefused(@ForAll long seed) {
        // Given: a valid object of each kind with a few bytes changed, cut or doubled
        Random random = new Random(seed);
        List<FlowerObject> valid = List.of(
                FlowerObjects.array(
                        new FlowerObjects.ArrayBody("float32", List.of(3), "numpy.ndarray", List.of(chunk(0)))),
                FlowerObjects.names("ArrayRecord", many(3, A)),
                FlowerObjects.names("RecordDict", many(2, B)),
                FlowerObjects.message(
                        org.osteon.protocol.flower.wire.Metadata.newBuilder()
                                .setRunId(-1)
                                .setTtl(5)
                                .build(),
                        A),
                new FlowerObject("MetricRecord", List.of(), new byte[] {10, 5, 10, 1, 'x', 18, 0}),
                new FlowerObject("ConfigRecord", List.of(), new byte[] {10, 5, 10, 1, 'x', 18, 0}));
        byte[] bytes = valid.get(random.nextInt(valid.size())).encoded();
        for (int i = 0; i <= random.nextInt(3); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        if (random.nextInt(5) == 0) {
            bytes = java.util.Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
        }

        // When, Then: nothing but our own refusal
        try {
            FlowerObject object = FlowerObject.decode(bytes);
            assertThat(object.encoded()).isEqualTo(bytes);
            switch (object.type()) {
                case "Array" -> FlowerObjects.readArray(object);
                case "ArrayRecord", "RecordDict" -> FlowerObjects.readNames(object, object.type());
                case "MetricRecord" ->
                    org.osteon.protocol.flower.record.NamedValues.of(FlowerObjects.readMetrics(object));
                case "ConfigRecord" ->
                    org.osteon.protocol.flower.record.NamedValues.of(FlowerObjects.readConfig(object));
                case "Message" -> FlowerObjects.readMessage(object);
                default -> assertThat(object.children()).isEmpty();
            }
        } catch (FlowerException e) {
            assertThat(e.code()).isNotEmpty();
        }
    }

    private static FlowerObject keep(Map<String, FlowerObject> objects, FlowerObject object) {
        objects.put(object.id(), object);
        return object;
    }

    private static Map<String, String> many(int count, String id) {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            names.put("n" + i, id);
        }
        return names;
    }

    private static String chunk(int value) {
        byte[] bytes = new byte[4];
        java.util.Arrays.fill(bytes, (byte) value);
        return FlowerObjects.chunk(bytes).id();
    }
}
