package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyPlacesTest {
    private final BodyPlaces places = new BodyPlaces(4);
    private final List<String> started = new ArrayList<>();

    private Runnable start(String name) {
        return () -> started.add(name);
    }

    @Test
    void aNodeThatHasHalfOfThemWaitsWhileOthersFindOne() {
        assertThat(places.enter("slow", start("1"))).isTrue();
        assertThat(places.enter("slow", start("2"))).isTrue();
        assertThat(places.enter("slow", start("3"))).as("half are its").isFalse();
        assertThat(places.enter("quick", start("4"))).isTrue();

        places.leave("quick");
        assertThat(started)
                .as("a place is free, and not for the node that waits")
                .isEmpty();

        places.leave("slow");
        assertThat(started).containsExactly("3");
    }

    @Test
    void whoLeavesGivesToTheFirstThatMayHaveIt() {
        places.enter("a", start("a1"));
        places.enter("a", start("a2"));
        places.enter("b", start("b1"));
        places.enter("b", start("b2"));
        assertThat(places.enter("a", start("a3"))).isFalse();
        assertThat(places.enter("c", start("c1"))).isFalse();
        assertThat(places.enter("a", start("a4"))).isFalse();

        places.leave("b");
        places.leave("a");
        places.leave("b");

        assertThat(started).containsExactly("c1", "a3");
    }

    @Test
    void whoWaitsNoLongerGetsNone() {
        Runnable waits = start("waits");
        for (String node : List.of("a", "b", "c", "d")) {
            places.enter(node, start(node));
        }
        assertThat(places.enter("e", waits)).isFalse();
        assertThat(places.forget(waits)).isTrue();
        assertThat(places.forget(waits)).isFalse();

        places.leave("a");

        assertThat(started).isEmpty();
        assertThat(places.enter("e", waits)).isTrue();
    }
}
