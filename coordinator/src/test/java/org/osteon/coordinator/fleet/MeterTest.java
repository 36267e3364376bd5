package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeterTest {
    private final Meter meter = new Meter();

    @Test
    void aMessageIsCountedFromItsFirstByteAndTimesAreThoseOfTheFirstCall() {
        meter.begin("7", "m", true);
        meter.handed("7", "m", 10, 100);
        meter.out("7", "m", 1000);
        meter.taken("7", "m", 20);
        meter.answering("7", "m", 30, 50);
        meter.in("7", "m", 500);

        // When the node lost its connection and does all of it again
        meter.handed("7", "m", 40, 100);
        meter.out("7", "m", 1000);
        meter.taken("7", "m", 50);
        meter.answering("7", "m", 60, 50);

        assertThat(meter.of("7", "m")).isEqualTo(new Traffic(true, 10, 20, 30, 2200, 600));
    }

    @Test
    void aMessageThatLayThereBeforeTheHubStartedIsNotWhole() {
        meter.begin("7", "m", false);
        meter.in("7", "m", 5);

        assertThat(meter.of("7", "m").whole()).isFalse();
        assertThat(meter.of("7", "m").bytesIn()).isEqualTo(5);
    }

    @Test
    void nothingIsKeptOfWhatHasEnded() {
        meter.begin("7", "m", true);
        meter.out("7", "m", 5);

        meter.end("7", "m");
        meter.in("7", "m", 5);
        meter.answering("7", "m", 10, 5);

        assertThat(meter.of("7", "m")).isEqualTo(Traffic.NONE);
    }
}
