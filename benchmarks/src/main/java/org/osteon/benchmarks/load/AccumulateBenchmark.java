package org.osteon.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.CpuClock;
import org.osteon.benchmarks.measure.Line;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Spread;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.aggregation.Strategy;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;

/**
 * The hub's own combining against Flower's: both read stored bytes, one thread each, in turn. The hub takes the SHA-256
 * of what it comes to and writes it too; Flower's part ends with an array.
 */
public final class AccumulateBenchmark implements Benchmark {
    private static final String RELEASE = "1.39.0";
    private static final int MEAN_UPDATES = 4;
    private static final int MEAN_ELEMENTS = 16 * 1024 * 1024;
    private static final double MEAN_TARGET = 3.5;
    private static final int TRIMMED_UPDATES = 10;
    private static final int TRIMMED_ELEMENTS = 5_000_000;
    private static final double TRIMMED_TARGET = 8;
    private static final int WARM = 3;

    @Override
    public String name() {
        return "accumulate";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        Optional<FlowerHome> flower = FlowerHome.of(setting.repository(), RELEASE);
        if (flower.isEmpty()) {
            System.err.println(name() + ": left out, " + FlowerHome.hint(RELEASE));
            return;
        }
        Path python = flower.orElseThrow().programs().resolve("python");
        Path script = setting.repository().resolve("benchmarks/src/main/python/combine.py");
        measure(
                new Case(
                        "Mean of 4 updates",
                        "fedavg",
                        Map.of(),
                        MEAN_UPDATES,
                        setting.size(MEAN_ELEMENTS),
                        MEAN_TARGET),
                List.of(python.toString(), script.toString()),
                work,
                meter);
        measure(
                new Case(
                        "Trimmed mean of 10 updates",
                        "fedtrimmedavg",
                        Map.of("trim", "2"),
                        TRIMMED_UPDATES,
                        setting.size(TRIMMED_ELEMENTS),
                        TRIMMED_TARGET),
                List.of(python.toString(), script.toString()),
                work,
                meter);
    }

    private record Case(
            String name, String strategy, Map<String, String> options, int updates, int elements, double target) {
        List<ArraySpec> specs() {
            return List.of(ArraySpec.shared("w", "float32", elements));
        }

        boolean averages() {
            return "fedavg".equals(strategy);
        }
    }

    private static void measure(Case what, List<String> python, Path work, Meter meter) throws Exception {
        ObjectStore store = new ObjectStore(work.resolve(what.strategy()));
        List<Combine.Part> parts = new ArrayList<>();
        List<String> command = new ArrayList<>(python);
        command.add("fedavg".equals(what.strategy()) ? "fedavg" : "trimmed");
        command.add(Integer.toString(what.elements()));
        for (int i = 0; i < what.updates(); i++) {
            Path file = update(work.resolve(what.strategy() + "-" + i), what.elements(), i);
            parts.add(new Combine.Part(file, 1));
            command.add(file.toAbsolutePath().toString());
        }
        Path before = update(work.resolve(what.strategy() + "-before"), what.elements(), -1);
        Strategy strategy = new Strategy(Aggregation.of(what.strategy(), what.options()), what.specs(), store);
        double[] peerCpu = new double[meter.rounds()];
        double[] peerWall = new double[meter.rounds()];
        double[] ownCpu = new double[meter.rounds()];
        double[] ownWall = new double[meter.rounds()];
        double[] aloneCpu = new double[meter.rounds()];
        double[] aloneWall = new double[meter.rounds()];
        ByteBuffer alone = ByteBuffer.allocate(what.averages() ? what.elements() * Float.BYTES : 0);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
                .forEach(name -> builder.environment().put(name, "1"));
        Process peer = builder.start();
        try (PrintStream tell = new PrintStream(peer.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader said =
                        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
            answer(said, "ready");
            for (int turn = -WARM; turn < meter.rounds(); turn++) {
                System.err.printf("%s: turn %d of %d%n", what.name(), turn + 1, meter.rounds());
                tell.println("go");
                String[] words = answer(said, "done").split(" ");
                double cpu = CpuClock.seconds();
                long wall = System.nanoTime();
                Combine.Result result = strategy.combine(new Strategy.Before(before, false, Map.of()), parts)
                        .arrays();
                if (turn >= 0) {
                    ownCpu[turn] = CpuClock.seconds() - cpu;
                    ownWall[turn] = (System.nanoTime() - wall) / 1e9;
                    peerCpu[turn] = Double.parseDouble(words[1]);
                    peerWall[turn] = Double.parseDouble(words[2]);
                }
                Files.delete(result.draft());
                same(what, result.digest(), words[3]);
                if (what.averages()) {
                    alone.clear();
                    cpu = CpuClock.seconds();
                    wall = System.nanoTime();
                    Combine.mean(what.specs(), null, parts, alone::put);
                    if (turn >= 0) {
                        aloneCpu[turn] = CpuClock.seconds() - cpu;
                        aloneWall[turn] = (System.nanoTime() - wall) / 1e9;
                    }
                    same(what, Digest.of(alone.array()), words[3]);
                }
            }
        } finally {
            peer.destroy();
        }
        double units = (double) what.elements() * what.updates();
        meter.add(line(what, "Flower " + RELEASE + " and numpy", units, peerCpu, peerWall, peerCpu, peerWall));
        if (what.averages()) {
            meter.add(line(what, "hub, to an array as Flower", units, aloneCpu, aloneWall, peerCpu, peerWall));
        }
        meter.add(line(what, "hub, with SHA-256, written", units, ownCpu, ownWall, peerCpu, peerWall));
    }

    private static Line line(
            Case what, String side, double units, double[] cpu, double[] wall, double[] peerCpu, double[] peerWall) {
        boolean reference = cpu == peerCpu;
        return new Line(
                what.name() + ", " + what.elements() + " elements",
                side,
                "float32 read",
                rate(units, cpu),
                rate(units, wall),
                reference ? null : ratio(peerCpu, cpu),
                reference ? null : ratio(peerWall, wall),
                reference ? null : what.target());
    }

    private static Spread rate(double units, double[] seconds) {
        double[] rates = seconds.clone();
        for (int i = 0; i < rates.length; i++) {
            rates[i] = units / Math.max(1e-6, seconds[i]);
        }
        return Spread.of(rates);
    }

    private static Spread ratio(double[] peer, double[] own) {
        double[] ratios = peer.clone();
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = peer[i] / Math.max(1e-6, own[i]);
        }
        return Spread.of(ratios);
    }

    private static String answer(BufferedReader said, String word) throws IOException {
        String line = said.readLine();
        if (line == null || !line.startsWith(word)) {
            throw new IllegalStateException("the peer said " + line);
        }
        return line;
    }

    /** Values are multiples of 1/4096 below 1, so that sums and quarters are exact in any precision and order. */
    private static Path update(Path file, int elements, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer tile = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        try (var out = Files.newOutputStream(file)) {
            for (int i = 0; i < elements; i++) {
                tile.putFloat(random.nextInt(4096) / 4096f);
                if (!tile.hasRemaining() || i + 1 == elements) {
                    out.write(tile.array(), 0, tile.position());
                    tile.clear();
                }
            }
        }
        return file;
    }

    /** Sums are exact and quotients rounded right in either precision: both sides must come to the same bits. */
    private static void same(Case what, Digest found, String digest) {
        if (!found.hex().equals(digest)) {
            throw new IllegalStateException(what.name() + ": the two sides differ");
        }
    }
}
