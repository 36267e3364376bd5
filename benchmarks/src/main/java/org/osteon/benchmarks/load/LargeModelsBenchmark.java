package org.osteon.benchmarks.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;

/** Rounds of four nodes with a model of 256 MiB, over either carrier. */
public final class LargeModelsBenchmark implements Benchmark {
    private static final int NODES = 4;
    private static final int ROUNDS = 2;
    private static final int ARRAYS = 4;
    private static final int ELEMENTS = 16 * 1024 * 1024;
    private static final double ROUND_TARGET = 5;
    private static final double MOVING_TARGET = 4;
    private static final double MIB = 1024 * 1024;

    private final String carrier;
    private final String release;

    /** Over gRPC, against the last release that speaks it. */
    public static LargeModelsBenchmark grpc() {
        return new LargeModelsBenchmark("grpc", "1.39.0");
    }

    /** Over HTTP. */
    public static LargeModelsBenchmark http() {
        return new LargeModelsBenchmark("http", "1.41.0");
    }

    private LargeModelsBenchmark(String carrier, String release) {
        this.carrier = carrier;
        this.release = release;
    }

    @Override
    public String name() {
        return "models-" + carrier;
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        Optional<FlowerHome> flower = FlowerHome.of(setting.repository(), release);
        if (flower.isEmpty()) {
            System.err.println(name() + ": left out, " + FlowerHome.hint(release));
            return;
        }
        boolean small = setting.divisor() > 1;
        Plan plan = new Plan(carrier, NODES, ROUNDS, ARRAYS, small ? 400_000 : ELEMENTS);
        Path absolute = work.toAbsolutePath();
        List<FleetRun> sides = new ArrayList<>();
        try {
            for (boolean sqlite : Comparison.peers(small)) {
                sides.add(new FleetRun(
                        new SuperLinkUnderLoad(absolute, setting.repository(), plan, flower.orElseThrow(), sqlite),
                        plan,
                        absolute));
            }
            sides.add(new FleetRun(new HubUnderLoad(absolute, plan, "256m"), plan, absolute));
            Comparison comparison = new Comparison(
                    String.format(
                            Locale.ROOT,
                            "%d rounds of %d nodes with %.0f MiB over %s",
                            ROUNDS,
                            NODES,
                            ARRAYS * plan.elements() * 4.0 / MIB,
                            "grpc".equals(carrier) ? "gRPC" : "HTTP"),
                    sides);
            comparison.run(meter.rounds(), small);
            double mib = plan.bytes() / MIB;
            comparison.report(meter, "by wall time", "MiB", mib, FleetRun.Once::seconds, ROUND_TARGET);
            comparison.report(meter, "while nodes move objects", "MiB", mib, FleetRun.Once::moving, MOVING_TARGET);
            comparison.report(meter, "by the server's CPU time", "MiB", mib, FleetRun.Once::cpu, MOVING_TARGET);
            System.err.printf(
                    Locale.ROOT,
                    "%s: the generator took at most %.0f %% of the CPU time that it and a server took together%n",
                    name(),
                    100 * comparison.loadShare());
        } finally {
            for (FleetRun side : sides) {
                side.close();
            }
        }
    }
}
