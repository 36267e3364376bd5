package org.osteon.coordinator.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;

/** Each strategy on cases small enough to do by hand, and what holds for all of them. */
class StrategyTest {
    private static final List<ArraySpec> ONE = List.of(ArraySpec.shared("x", "float64", 1));
    private static final List<ArraySpec> TWO = List.of(ArraySpec.shared("x", "float64", 2));

    private static final List<ArraySpec> MIXED = List.of(
            ArraySpec.shared("scalar", "float64"),
            ArraySpec.shared("empty", "float32", 0),
            ArraySpec.shared("counter", "int64", 2),
            ArraySpec.shared("long", "float32", 9_001));

    @TempDir
    Path folder;

    private ObjectStore store;
    private int files;

    @BeforeEach
    void open() {
        store = new ObjectStore(folder.resolve("store"));
    }

    static List<Aggregation> all() {
        return List.of(
                new Aggregation.FedAvg(),
                new Aggregation.FedProx(0.1),
                new Aggregation.FedSgd(0.5),
                new Aggregation.FedAvgM(0.5, 0.9),
                new Aggregation.FedAdagrad(0.1, 0.2, 1e-3),
                new Aggregation.FedAdam(0.1, 0.9, 0.99, 1e-3),
                new Aggregation.FedYogi(0.1, 0.9, 0.99, 1e-3),
                new Aggregation.FedMedian(),
                new Aggregation.FedTrimmedAvg(2),
                new Aggregation.Krum(1),
                new Aggregation.MultiKrum(1, 3),
                new Aggregation.GeometricMedian(4, 1e-6, 0));
    }

    @Test
    void averagingWeighs() {
        assertThat(step(new Aggregation.FedAvg(), 10, new long[] {1, 3}, 4, 8)).containsExactly(17);
        assertThat(whole(new Aggregation.FedAvg(), 10, new long[] {1, 3}, 4, 8)).containsExactly(7);
        assertThat(whole(new Aggregation.FedProx(0.5), 10, new long[] {1, 3}, 4, 8))
                .containsExactly(7);
    }

    @Test
    void sgdGoesTheServersPartOfTheMeanChange() {
        assertThat(step(new Aggregation.FedSgd(0.5), 10, new long[] {1, 3}, 4, 8))
                .containsExactly(13.5);
        assertThat(whole(new Aggregation.FedSgd(0.5), 10, new long[] {1, 3}, 4, 8))
                .containsExactly(8.5);
    }

    @Test
    void momentumGoesOnFromTheRoundBefore() {
        // m = 2, x = 1 + 0.5·2 = 2; m = 0.5·2 + 4 = 5, x = 2 + 0.5·5 = 4.5
        assertThat(rounds(new Aggregation.FedAvgM(0.5, 0.5), 1, 2, 4)).containsExactly(2, 4.5);
    }

    @Test
    void adaptiveStepsAreThoseOfTheirAlgorithm() {
        // τ = 0.5, v from 0.25; m = 0.5·2 = 1 then 0.5·1 + 0.5·1 = 1
        double v = 0.25 + 4;
        double first = 1 + 0.1 * 1 / (Math.sqrt(v) + 0.5);
        double second = first + 0.1 * 1 / (Math.sqrt(v + 1) + 0.5);
        assertThat(rounds(new Aggregation.FedAdagrad(0.1, 0.5, 0.5), 1, 2, 1)).containsExactly(first, second);

        v = 0.75 * 0.25 + 0.25 * 4;
        first = 1 + 0.1 * 1 / (Math.sqrt(v) + 0.5);
        second = first + 0.1 * 1 / (Math.sqrt(0.75 * v + 0.25 * 1) + 0.5);
        assertThat(rounds(new Aggregation.FedAdam(0.1, 0.5, 0.75, 0.5), 1, 2, 1))
                .containsExactly(first, second);

        // v rises by a quarter of Δ² = 4 to 1.25, then falls by a quarter of 1
        v = 0.25 + 0.25 * 4;
        first = 1 + 0.1 * 1 / (Math.sqrt(v) + 0.5);
        second = first + 0.1 * 1 / (Math.sqrt(v - 0.25) + 0.5);
        assertThat(rounds(new Aggregation.FedYogi(0.1, 0.5, 0.75, 0.5), 1, 2, 1))
                .containsExactly(first, second);
    }

    @Test
    void theMedianIsTheMiddleOneOrTheMeanOfTheTwo() {
        assertThat(whole(new Aggregation.FedMedian(), 0, new long[] {9, 1, 1}, 1000, 2, 1))
                .containsExactly(2);
        assertThat(step(new Aggregation.FedMedian(), 10, new long[] {1, 1, 1, 1}, 4, 1000, 2, 1))
                .containsExactly(13);
    }

    @Test
    void theTrimmedMeanLeavesTheOutermostOut() {
        assertThat(whole(new Aggregation.FedTrimmedAvg(1), 0, new long[] {1, 1, 1, 1}, -1e9, 2, 4, 1e9))
                .containsExactly(3);
    }

    @Test
    void krumTakesTheOneAmongItsNearest() {
        // n = 5, f = 1: scores over the 2 nearest: 0: 1+4, 1: 1+1, 2: 1+4, 100 and 103 far
        assertThat(whole(new Aggregation.Krum(1), 0, new long[] {1, 1, 1, 1, 99}, 0, 1, 2, 100, 103))
                .containsExactly(1);
        assertThat(whole(new Aggregation.MultiKrum(1, 3), 0, new long[] {7, 1, 1, 1, 99}, 0, 1, 2, 100, 103))
                .containsExactly(1);
    }

    @Test
    void ofEqualScoresTheFirstSiteIsTaken() {
        // n = 4, f = 0: every one has the same two nearest, at distance 0 and 16
        assertThat(whole(new Aggregation.Krum(0), 0, new long[] {1, 1, 1, 1}, 5, 1, 5, 1))
                .containsExactly(5);
        assertThat(whole(new Aggregation.Krum(0), 0, new long[] {1, 1, 1, 1}, 1, 5, 5, 1))
                .containsExactly(1);
        assertThat(whole(new Aggregation.MultiKrum(0, 2), 0, new long[] {1, 1, 1, 1}, 1, 5, 5, 1))
                .containsExactly(3);
    }

    @Test
    void theGeometricMedianStaysWithTheMost() {
        // Given: three updates at the origin's corner and one far off; the exact median is among the three
        double[][] updates = {{0, 0}, {1, 0}, {0, 1}, {1000, 1000}};

        // When
        double[] median = combine(
                new Aggregation.GeometricMedian(100, 1e-9, 0), TWO, new double[2], new long[] {1, 1, 1, 9}, updates);

        // Then: where the unit vectors to all four sum to nothing, on the diagonal
        assertThat(median[0]).isCloseTo(median[1], within(1e-9));
        double pull = 0;
        for (double[] update : updates) {
            double distance = Math.hypot(update[0] - median[0], update[1] - median[1]);
            pull += (update[0] - median[0]) / distance;
        }
        assertThat(pull).isCloseTo(0, within(1e-6));
    }

    @Test
    void aWeiszfeldStepIsThatOfItsFormula() {
        // mean 4, distances 4, 3, 7: β = 1/4, 1/3, 1/7
        double total = 1.0 / 4 + 1.0 / 3 + 1.0 / 7;
        double expected = 0 + (1.0 / 3 / total) * 1 + (1.0 / 7 / total) * 11;

        assertThat(whole(new Aggregation.GeometricMedian(1, 1e-6, 0), 0, new long[] {1, 1, 1}, 0, 1, 11))
                .containsExactly(expected);
    }

    @Test
    void tooFewAndTooManyUpdatesAreRefused() {
        for (Aggregation aggregation : all()) {
            int fewest = aggregation.fewest();
            assertThat(Strategy.fault(aggregation, fewest)).isEmpty();
            assertThat(Strategy.fault(aggregation, fewest - 1)).contains("TOO_FEW_UPDATES");
            assertThat(Strategy.fault(aggregation, aggregation.most() + 1)).contains("TOO_MANY_UPDATES");
        }
        assertThatThrownBy(() -> whole(new Aggregation.Krum(1), 0, new long[] {1, 1, 1, 1}, 1, 2, 3, 4))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("krum takes 5 to 1024 updates, there are 4");
    }

    @Test
    void wholeNumbersAreRoundedToEvenAndNoOptimiserMovesThem() {
        List<ArraySpec> counters = List.of(ArraySpec.shared("batches", "int64", 1));
        double[][] updates = {{2}, {3}, {2}, {3}};
        long[] weights = {1, 1, 1, 1};

        for (Aggregation aggregation : List.of(
                new Aggregation.FedAvg(), new Aggregation.FedMedian(), new Aggregation.FedAdam(0.1, 0.9, 0.99, 1))) {
            assertThat(combine(aggregation, counters, new double[] {40}, weights, updates))
                    .as(aggregation.strategy())
                    .containsExactly(2);
        }
    }

    @Test
    void aValueBeyondItsTypeIsNoModelAndLeavesNoDraft() throws IOException {
        List<ArraySpec> single = List.of(ArraySpec.shared("x", "float32", 1));

        assertThatThrownBy(() -> combine(
                        new Aggregation.FedSgd(1e6), single, new double[1], new long[] {1}, new double[][] {{1e38}}))
                .hasMessageContaining("beyond its type");
        try (var drafts = Files.list(folder.resolve("store").resolve("drafts"))) {
            assertThat(drafts).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theSameFilesGiveTheSameBytesWithTheirState(Aggregation aggregation) {
        Chain first = mixed(aggregation, true);
        Chain again = mixed(aggregation, true);

        assertThat(again.digests).isEqualTo(first.digests);
        assertThat(mixed(aggregation, false).digests).isNotEqualTo(first.digests);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void averagingInTilesGivesTheBytesOfTheFastWay(boolean changes) {
        List<ArraySpec> floats = List.of(MIXED.get(0), MIXED.get(1), MIXED.get(3));
        List<Combine.Part> parts = new ArrayList<>();
        for (int site = 0; site < 3; site++) {
            parts.add(new Combine.Part(file(floats, random(floats, site)), 1 + site * 1000L));
        }
        Path base = file(floats, random(floats, 99));
        Strategy strategy = new Strategy(new Aggregation.FedAvg(), floats, store);
        Strategy.Before before = new Strategy.Before(base, changes, Map.of());

        Digest tiled = strategy.tiled(before, parts).arrays().digest();

        assertThat(tiled).isEqualTo(strategy.combine(before, parts).arrays().digest());
        assertThat(tiled)
                .isEqualTo(Combine.mean(floats, changes ? base : null, parts, store)
                        .digest());
    }

    @Test
    void memoryIsTheSameForEveryNumberOfUpdates() {
        for (int updates : new int[] {1, 7, 128, 1_024, 10_001}) {
            assertThat((long) updates * Tiles.length(updates)).isLessThanOrEqualTo(Tiles.VALUES);
            assertThat(Tiles.length(updates)).isGreaterThanOrEqualTo(100);
        }
    }

    @Test
    void whereATileEndsChangesNothing() {
        // Given: seven updates, and the same seven among so many files that a tile is shorter
        List<ArraySpec> floats = List.of(ArraySpec.shared("x", "float32", 20_011));
        List<Path> seven = new ArrayList<>();
        for (int site = 0; site < 7; site++) {
            seven.add(file(floats, random(floats, site)));
        }
        List<Path> many = new ArrayList<>(seven);
        for (int i = 0; i < 200; i++) {
            many.add(seven.get(0));
        }

        // When
        double[] wide = squared(floats, seven);
        double[] narrow = squared(floats, many);

        // Then
        assertThat(Tiles.length(many.size())).isLessThan(Tiles.length(seven.size()));
        assertThat(Arrays.copyOf(narrow, 7)).containsExactly(wide);
    }

    private static double[] squared(List<ArraySpec> specs, List<Path> updates) {
        double[] sums = new double[updates.size()];
        try (Tiles tiles = new Tiles(specs, updates)) {
            tiles.each((spec, first, values, count) -> {
                for (int i = 0; i < sums.length; i++) {
                    for (int e = 0; e < count; e++) {
                        sums[i] += values[i][e] * values[i][e];
                    }
                }
            });
        }
        return sums;
    }

    private record Chain(List<Digest> digests) {}

    /** Three rounds of arrays of every kind, each from what the one before left in the store. */
    private Chain mixed(Aggregation aggregation, boolean changes) {
        List<Digest> digests = new ArrayList<>();
        Path arrays = file(MIXED, random(MIXED, 99));
        Map<String, Path> state = Map.of();
        for (int round = 0; round < 3; round++) {
            List<Combine.Part> parts = new ArrayList<>();
            for (int site = 0; site < 6; site++) {
                parts.add(new Combine.Part(file(MIXED, random(MIXED, 10L * round + site)), 1 + site));
            }
            Strategy.Outcome outcome =
                    new Strategy(aggregation, MIXED, store).combine(new Strategy.Before(arrays, changes, state), parts);
            arrays = keep(outcome.arrays());
            digests.add(outcome.arrays().digest());
            Map<String, Path> kept = new LinkedHashMap<>();
            outcome.state().forEach((name, result) -> {
                kept.put(name, keep(result));
                digests.add(result.digest());
            });
            state = kept;
        }
        return new Chain(digests);
    }

    private Path keep(Combine.Result result) {
        store.keep(result.draft(), result.digest());
        return store.file(result.digest());
    }

    private double[] rounds(Aggregation aggregation, double start, double... changes) {
        Path arrays = file(ONE, new double[] {start});
        Map<String, Path> state = Map.of();
        double[] after = new double[changes.length];
        for (int round = 0; round < changes.length; round++) {
            Strategy.Outcome outcome = new Strategy(aggregation, ONE, store)
                    .combine(
                            new Strategy.Before(arrays, true, state),
                            List.of(new Combine.Part(file(ONE, new double[] {changes[round]}), 1)));
            Map<String, Path> kept = new LinkedHashMap<>();
            outcome.state().forEach((name, result) -> kept.put(name, keep(result)));
            state = kept;
            arrays = keep(outcome.arrays());
            after[round] = values(ONE, arrays)[0];
        }
        return after;
    }

    private double[] step(Aggregation aggregation, double base, long[] weights, double... updates) {
        return combine(aggregation, true, ONE, new double[] {base}, weights, columns(updates));
    }

    private double[] whole(Aggregation aggregation, double base, long[] weights, double... updates) {
        return combine(aggregation, false, ONE, new double[] {base}, weights, columns(updates));
    }

    private static double[][] columns(double[] updates) {
        return DoubleStream.of(updates).mapToObj(value -> new double[] {value}).toArray(double[][]::new);
    }

    private double[] combine(
            Aggregation aggregation, List<ArraySpec> specs, double[] base, long[] weights, double[][] updates) {
        return combine(aggregation, false, specs, base, weights, updates);
    }

    private double[] combine(
            Aggregation aggregation,
            boolean changes,
            List<ArraySpec> specs,
            double[] base,
            long[] weights,
            double[][] updates) {
        List<Combine.Part> parts = new ArrayList<>();
        for (int i = 0; i < updates.length; i++) {
            parts.add(new Combine.Part(file(specs, updates[i]), weights[i]));
        }
        return values(
                specs,
                new Strategy(aggregation, specs, store)
                        .combine(new Strategy.Before(file(specs, base), changes, Map.of()), parts)
                        .arrays()
                        .draft());
    }

    private static double[] random(List<ArraySpec> specs, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.doubles(specs.stream().mapToLong(ArraySpec::elements).sum())
                .map(value -> (value - 0.5) * 20)
                .toArray();
    }

    private Path file(List<ArraySpec> specs, double[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.toIntExact(ArraySpec.bytes(specs))).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (ArraySpec spec : specs) {
            for (long e = 0; e < spec.elements(); e++) {
                double value = values[at++];
                switch (spec.dtype()) {
                    case "float32" -> buffer.putFloat((float) value);
                    case "float64" -> buffer.putDouble(value);
                    default -> buffer.putLong((long) value);
                }
            }
        }
        try {
            return Files.write(folder.resolve("file" + files++), buffer.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double[] values(List<ArraySpec> specs, Path file) {
        try (Tiles tiles = new Tiles(specs, List.of(file))) {
            List<Double> all = new ArrayList<>();
            tiles.each((spec, first, values, count) -> {
                for (int e = 0; e < count; e++) {
                    all.add(values[0][e]);
                }
            });
            return all.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
