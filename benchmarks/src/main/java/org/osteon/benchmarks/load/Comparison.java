package org.osteon.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osteon.benchmarks.measure.Line;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Spread;

/** Runs servers in turn, A B C A B C …; ratios are taken within a turn. */
final class Comparison {
    private final String contest;
    private final List<FleetRun> sides;
    private final List<List<FleetRun.Once>> turns = new ArrayList<>();

    Comparison(String contest, List<FleetRun> sides) {
        this.contest = contest;
        this.sides = sides;
        sides.forEach(side -> turns.add(new ArrayList<>()));
    }

    /** The peers, by whether they keep their state in SQLite: both, or those of {@code -Dosteon.peers}, or none. */
    static List<Boolean> peers(boolean small) {
        String asked = System.getProperty("osteon.peers", small ? "sqlite" : "sqlite,memory");
        return Stream.of("sqlite", "memory")
                .filter(List.of(asked.split(","))::contains)
                .map("sqlite"::equals)
                .toList();
    }

    /**
     * Runs, after a turn to warm up or as many as {@code -Dosteon.warm}, and says on standard error how each run went.
     */
    void run(int count, boolean small) throws Exception {
        int warm = Integer.getInteger("osteon.warm", small ? 0 : 1);
        for (int turn = -warm; turn < count; turn++) {
            for (int side = 0; side < sides.size(); side++) {
                FleetRun.Once once = sides.get(side).once();
                System.err.printf(
                        Locale.ROOT,
                        "%s: turn %d of %d: %s: %.2f s, server CPU %.2f s, generator CPU %.2f s, moving %.2f s, %d calls,"
                                + " %d signed late, %d failed in the server, load average %s%n",
                        contest,
                        turn + 1,
                        count,
                        sides.get(side).server().name(),
                        once.seconds(),
                        once.cpu(),
                        once.loadCpu(),
                        once.moving(),
                        once.allCalls(),
                        once.late(),
                        once.failed(),
                        load());
                if (turn >= 0) {
                    turns.get(side).add(once);
                }
            }
        }
    }

    /** One line a side: so many units, by CPU time and by what seconds are asked for, the ratio by the latter. */
    void report(
            Meter meter,
            String what,
            String unit,
            double units,
            ToDoubleFunction<FleetRun.Once> seconds,
            @Nullable Double target) {
        for (int side = 0; side < sides.size(); side++) {
            List<FleetRun.Once> own = turns.get(side);
            List<FleetRun.Once> first = turns.get(0);
            double[] ratios = new double[own.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = seconds.applyAsDouble(first.get(i)) / seconds.applyAsDouble(own.get(i));
            }
            boolean last = side == sides.size() - 1;
            meter.add(new Line(
                    contest + ", " + what,
                    sides.get(side).server().name(),
                    unit,
                    Spread.of(own.stream()
                            .mapToDouble(once -> units / Math.max(0.01, once.cpu()))
                            .toArray()),
                    Spread.of(own.stream()
                            .mapToDouble(once -> units / seconds.applyAsDouble(once))
                            .toArray()),
                    side == 0 ? null : Spread.of(ratios),
                    side == 0 ? null : Spread.of(ratios),
                    last ? target : null));
        }
    }

    /** The generator's share of all CPU time, largest of all sides' medians; and the runs of the last side. */
    double loadShare() {
        return turns.stream()
                .mapToDouble(side -> Spread.of(side.stream()
                                .mapToDouble(once -> once.loadCpu() / (once.loadCpu() + once.cpu()))
                                .toArray())
                        .median())
                .max()
                .orElse(0);
    }

    /** The runs of a side that count. */
    List<FleetRun.Once> runs(int side) {
        return turns.get(side);
    }

    private static String load() throws IOException {
        Path file = Path.of("/proc/loadavg");
        return Files.exists(file) ? Files.readString(file).split(" ")[0] : "unknown";
    }
}
