package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArraySpecTest {
    @Test
    void aShapeWhoseElementsNoNumberHoldsIsMalformed() {
        for (int dimensions : List.of(2, 3, 8)) {
            List<Integer> shape = Collections.nCopies(dimensions, Integer.MAX_VALUE);

            DocumentException refused = catchThrowableOfType(
                    DocumentException.class, () -> new ArraySpec("weight", "float32", shape, "shared"));

            assertThat(refused.code()).isEqualTo("SHAPE_MALFORMED");
        }
    }

    @Test
    void theLargestArrayIsTaken() {
        ArraySpec largest = ArraySpec.shared("weight", "float64", 1 << 30, 128);

        assertThat(largest.elements()).isEqualTo(1L << 37);
        assertThat(ArraySpec.bytes(List.of(largest, ArraySpec.shared("bias", "float32", 3))))
                .isEqualTo((1L << 40) + 12);
    }
}
