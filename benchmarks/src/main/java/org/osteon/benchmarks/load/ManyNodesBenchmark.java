package org.osteon.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Spread;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.EcdsaVerifier;
import org.osteon.protocol.sign.SigningKey;

/** Two rounds of a thousand nodes with a model of ten numbers, over either carrier. */
public final class ManyNodesBenchmark implements Benchmark {
    private static final int NODES = 1_000;
    private static final int ELEMENTS = 10;
    private static final int ROUNDS = 2;
    private static final int CHECKS = 200;

    private final String carrier;
    private final String release;
    private final double target;

    /** Over gRPC, against the last release that speaks it. */
    public static ManyNodesBenchmark grpc() {
        return new ManyNodesBenchmark("grpc", "1.39.0", 4);
    }

    /** Over HTTP. */
    public static ManyNodesBenchmark http() {
        return new ManyNodesBenchmark("http", "1.41.0", 8);
    }

    private ManyNodesBenchmark(String carrier, String release, double target) {
        this.carrier = carrier;
        this.release = release;
        this.target = target;
    }

    @Override
    public String name() {
        return "nodes-" + carrier;
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        Optional<FlowerHome> flower = FlowerHome.of(setting.repository(), release);
        if (flower.isEmpty()) {
            System.err.println(name() + ": left out, " + FlowerHome.hint(release));
            return;
        }
        boolean small = setting.divisor() > 1;
        Plan plan = new Plan(carrier, small ? 8 : Integer.getInteger("osteon.nodes", NODES), ROUNDS, 1, ELEMENTS);
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
                    ROUNDS + " rounds of " + plan.nodes() + " nodes over " + ("grpc".equals(carrier) ? "gRPC" : "HTTP"),
                    sides);
            comparison.run(meter.rounds(), small);
            comparison.report(meter, "by wall time", "answers", plan.nodes() * ROUNDS, FleetRun.Once::seconds, target);
            System.err.printf(
                    Locale.ROOT,
                    "%s: the generator took at most %.0f %% of the CPU time that it and a server took together%n",
                    name(),
                    100 * comparison.loadShare());
            checks(comparison.runs(sides.size() - 1));
        } finally {
            for (FleetRun side : sides) {
                side.close();
            }
        }
    }

    private void checks(List<FleetRun.Once> hub) {
        double jdk = seconds();
        EcdsaVerifier.preferNative();
        double fast = seconds();
        double share = Spread.of(hub.stream()
                        .mapToDouble(once -> once.allCalls() * fast / once.cpu())
                        .toArray())
                .median();
        System.err.printf(
                Locale.ROOT,
                "%s: a signature check takes %.2f ms by the JDK and %.2f ms as the hub does it; that is %.0f %% of the"
                        + " hub's CPU time, %.0f calls a run%n",
                name(),
                1e3 * jdk,
                1e3 * fast,
                100 * share,
                Spread.of(hub.stream().mapToDouble(FleetRun.Once::allCalls).toArray())
                        .median());
    }

    /** CPU seconds of a check. */
    private static double seconds() {
        SigningKey key = SigningKey.ecdsaP384();
        NodeSignature signature = NodeSignature.make(key, Instant.now());
        byte[] message = signature.timestamp().getBytes(StandardCharsets.US_ASCII);
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        long begin = 0;
        for (int i = -CHECKS / 2; i < CHECKS; i++) {
            if (i == 0) {
                begin = threads.getCurrentThreadCpuTime();
            }
            if (!key.publicKey().verifiesRaw(message, signature.signature())) {
                throw new IllegalStateException("a good signature does not hold");
            }
        }
        return (threads.getCurrentThreadCpuTime() - begin) / 1e9 / CHECKS;
    }
}
