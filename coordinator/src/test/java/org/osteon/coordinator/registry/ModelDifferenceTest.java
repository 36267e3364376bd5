package org.osteon.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.registry.ModelDifference.Tensor;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;

class ModelDifferenceTest {
    @TempDir
    Path folder;

    @Test
    void normsAreThoseOfTheElementsInTheirOwnTypes() throws IOException {
        List<ArraySpec> specs = List.of(
                ArraySpec.shared("weight", "float32", 2),
                ArraySpec.shared("bias", "float64", 1),
                ArraySpec.shared("steps", "int64", 1));
        Path before = file(
                "a",
                ByteBuffer.allocate(24)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(3)
                        .putFloat(4)
                        .putDouble(1)
                        .putLong(10));
        Path after = file(
                "b",
                ByteBuffer.allocate(24)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(3)
                        .putFloat(-8)
                        .putDouble(1.5)
                        .putLong(7));

        assertThat(ModelDifference.between(version(specs), before, version(specs), after))
                .containsExactly(
                        new Tensor("weight", "float32", List.of(2), true, 5, Math.sqrt(73), 12, 12),
                        new Tensor("bias", "float64", List.of(1), true, 1, 1.5, 0.5, 0.5),
                        new Tensor("steps", "int64", List.of(1), true, 10, 7, 3, 3));
    }

    @Test
    void arraysOfOtherShapeAreNotSubtracted() throws IOException {
        List<ArraySpec> old = List.of(ArraySpec.shared("weight", "float32", 2), ArraySpec.shared("gone", "float32", 1));
        List<ArraySpec> now = List.of(ArraySpec.shared("new", "float32", 1), ArraySpec.shared("weight", "float32", 1));
        Path before = file(
                "a",
                ByteBuffer.allocate(12)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(3)
                        .putFloat(4)
                        .putFloat(2));
        Path after = file(
                "b",
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(6)
                        .putFloat(9));

        assertThat(ModelDifference.between(version(old), before, version(now), after))
                .containsExactly(
                        new Tensor("weight", "float32", List.of(2), false, 5, 9, 0, 0),
                        new Tensor("gone", "float32", List.of(1), false, 2, 0, 0, 0),
                        new Tensor("new", "float32", List.of(1), false, 0, 6, 0, 0));
    }

    @Test
    void anArrayLongerThanTheBufferIsReadToItsEnd() throws IOException {
        int n = 50_000;
        List<ArraySpec> specs = List.of(ArraySpec.shared("weight", "float32", n));
        ByteBuffer zeros = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer ones = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            ones.putFloat(1);
        }

        Tensor tensor = ModelDifference.between(version(specs), file("a", zeros), version(specs), file("b", ones))
                .get(0);
        assertThat(tensor.distance()).isEqualTo(Math.sqrt(n));
    }

    private Path file(String name, ByteBuffer content) throws IOException {
        return Files.write(folder.resolve(name), content.array());
    }

    private static ModelVersion version(List<ArraySpec> specs) {
        return new ModelVersion(
                ModelVersion.SCHEMA,
                "ortho-net",
                Reply.NOTHING,
                "r-1",
                0,
                specs,
                Reply.NOTHING,
                Reply.NOTHING,
                "initial",
                List.of(),
                List.of(),
                true);
    }
}
