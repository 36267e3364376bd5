package org.osteon.coordinator.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;

/** The mean against the specification's own words: one element after the other, in double, in the listed order. */
class CombineTest {
    private static final List<ArraySpec> SPECS = List.of(
            ArraySpec.shared("small", "float32", 3),
            ArraySpec.shared("empty", "float32", 0),
            ArraySpec.shared("wide", "float64", 8195),
            ArraySpec.shared("long", "float32", 400_001));
    private static final long[] WEIGHTS = {7, 1, 1_000_003};

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyBitIsThatOfTheSpecification(boolean withBase) throws IOException {
        // Given: arrays that end within a tile, longer than what is written at a time, magnitudes far apart, both zeros
        ObjectStore store = new ObjectStore(folder);
        List<byte[]> updates = new ArrayList<>();
        List<Combine.Part> parts = new ArrayList<>();
        for (int i = 0; i < WEIGHTS.length; i++) {
            updates.add(values(i));
            parts.add(new Combine.Part(Files.write(folder.resolve("update" + i), updates.get(i)), WEIGHTS[i]));
        }
        byte[] base = values(99);
        Path baseFile = Files.write(folder.resolve("base"), base);

        // When
        Combine.Result result = Combine.mean(SPECS, withBase ? baseFile : null, parts, store);

        // Then
        byte[] expected = expected(updates, withBase ? base : new byte[base.length]);
        assertThat(Files.readAllBytes(result.draft())).isEqualTo(expected);
        assertThat(result.digest()).isEqualTo(Digest.of(expected));
    }

    @Test
    void anUpdateThatEndsEarlyIsRefused() throws IOException {
        // Given
        byte[] cut = new byte[values(1).length - 1];
        List<Combine.Part> parts = List.of(new Combine.Part(Files.write(folder.resolve("cut"), cut), 1));

        // When, Then
        assertThatThrownBy(() -> Combine.mean(SPECS, null, parts, new ObjectStore(folder)))
                .hasMessageContaining("shorter than its arrays");
        assertThat(folder.resolve("drafts")).isEmptyDirectory();
    }

    private static byte[] values(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer buffer = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
        for (ArraySpec spec : SPECS) {
            for (long e = 0; e < spec.elements(); e++) {
                double value = e % 11 == 0
                        ? e % 2 == 0 ? 0.0 : -0.0
                        : (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-9, 9));
                if (spec.elementBytes() == 4) {
                    buffer.putFloat((float) value);
                } else {
                    buffer.putDouble(value);
                }
            }
        }
        return buffer.array();
    }

    private static byte[] expected(List<byte[]> updates, byte[] base) {
        double total = 0;
        for (long weight : WEIGHTS) {
            total += weight;
        }
        List<ByteBuffer> in = new ArrayList<>();
        updates.forEach(bytes -> in.add(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)));
        ByteBuffer start = ByteBuffer.wrap(base).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
        for (ArraySpec spec : SPECS) {
            boolean single = spec.elementBytes() == 4;
            for (long e = 0; e < spec.elements(); e++) {
                double sum = 0;
                for (int i = 0; i < WEIGHTS.length; i++) {
                    sum += WEIGHTS[i]
                            * (single ? in.get(i).getFloat() : in.get(i).getDouble());
                }
                if (single) {
                    out.putFloat((float) (start.getFloat() + sum / total));
                } else {
                    out.putDouble(start.getDouble() + sum / total);
                }
            }
        }
        return out.array();
    }

    private static int size() {
        return Math.toIntExact(SPECS.stream().mapToLong(ArraySpec::bytes).sum());
    }
}
