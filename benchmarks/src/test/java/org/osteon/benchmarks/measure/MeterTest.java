package org.osteon.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterTest {
    private final Meter meter =
            new Meter(2, 1, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));

    @Test
    void sidesTakeTurnsAndWarmUpsAreNotCounted() throws Exception {
        // Given
        List<String> order = new ArrayList<>();
        Side plain = Side.of("plain", () -> {
            order.add("A");
            return 1;
        });
        Side ours = new Side("ours", 0.5, () -> {
            order.add("B");
            return 2;
        });

        // When
        meter.measure(new Contest("contest", "things", 10, plain, List.of(ours)));

        // Then
        assertThat(order).containsExactly("A", "B", "A", "B", "A", "B");
        assertThat(meter.sink()).isEqualTo(9);
        assertThat(meter.lines()).extracting(Line::side).containsExactly("plain", "ours");
        assertThat(meter.lines().get(0).ratio()).isNull();
        assertThat(meter.lines().get(1).ratio()).isNotNull();
        assertThat(meter.lines().get(1).target()).isEqualTo(0.5);
    }

    @Test
    void aSpreadHasMedianAndEnds() {
        assertThat(Spread.of(3, 1, 2)).isEqualTo(new Spread(2, 1, 3));
        assertThat(Spread.of(4, 1, 2, 3)).isEqualTo(new Spread(2.5, 1, 4));
    }
}
