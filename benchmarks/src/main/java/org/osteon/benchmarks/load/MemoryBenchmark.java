package org.osteon.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Folders;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.protocol.document.Aggregation;

/**
 * How much anonymous memory the hub takes above what it had before a run, for every strategy: two rounds, so that what
 * a strategy keeps is read and written. Nothing is compared; what a run comes to is said on standard error.
 */
public final class MemoryBenchmark implements Benchmark {
    private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");
    private static final String CHOSEN = "osteon.memory";
    private static final String CARRIERS = "osteon.memory.carriers";
    private static final String NODES = "osteon.memory.nodes";
    private static final String CGROUP = "osteon.memory.cgroup";
    private static final int ROUNDS = 2;
    private static final int MIB = 1024 * 1024 / Float.BYTES;
    private static final int ARRAYS = 4;
    private static final int SIZE = 64;
    private static final int FEW = 4;
    private static final int LARGE = 1024;
    private static final int TARGET = 128;
    private static final int LIMIT = 256;
    private static final double KIB_A_MIB = 1024;
    private static final double BYTES_A_MIB = KIB_A_MIB * KIB_A_MIB;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        if (setting.divisor() > 1) {
            once(work, new Plan("grpc", 2, ROUNDS, ARRAYS, MIB / ARRAYS, "fedadam"), 1);
            return;
        }
        for (String carrier : System.getProperty(CARRIERS, "grpc,http").split(",")) {
            // What a strategy takes does not depend on the carrier.
            for (String strategy : "grpc".equals(carrier) ? chosen() : List.of(Plan.MEAN)) {
                for (String nodes : System.getProperty(NODES, "2,8,32").split(",")) {
                    Plan plan =
                            new Plan(carrier, Integer.parseInt(nodes), ROUNDS, ARRAYS, SIZE * MIB / ARRAYS, strategy);
                    if (plan.possible()) {
                        once(work, plan, SIZE);
                    }
                }
            }
        }
        if (System.getProperty(CHOSEN) != null) {
            return;
        }
        for (String strategy : List.of(Plan.MEAN, "fedadam", "fedmedian")) {
            once(work, new Plan("grpc", FEW, ROUNDS, ARRAYS, LARGE * MIB / ARRAYS, strategy), LARGE);
        }
    }

    /** All, or those that the system property names. */
    private static List<String> chosen() {
        return List.of(
                System.getProperty(CHOSEN, String.join(",", Aggregation.NAMES)).split(","));
    }

    private static void once(Path work, Plan plan, int mib) throws Exception {
        String below = System.getProperty(CGROUP);
        if (below == null) {
            once(work, plan, mib, Optional.empty());
            return;
        }
        try (ControlGroup group = ControlGroup.below(Path.of(below))) {
            once(work, plan, mib, Optional.of(group));
        }
    }

    private static void once(Path work, Plan plan, int mib, Optional<ControlGroup> group) throws Exception {
        Path folder = Files.createTempDirectory(work, plan.strategy()).toAbsolutePath();
        try (FleetRun run = new FleetRun(
                new HubUnderLoad(
                        folder,
                        plan,
                        "256m",
                        command -> group.map(g -> g.inside(command)).orElse(command)),
                plan,
                folder)) {
            long pid = run.server().process().pid();
            double before = anonymous(pid);
            if (group.isPresent()) {
                group.orElseThrow().limit((long) ((before + LIMIT) * BYTES_A_MIB));
            }
            List<Double> most = new ArrayList<>(List.of(before));
            Thread watch = new Thread(() -> watch(pid, most), "watch");
            watch.setDaemon(true);
            watch.start();
            FleetRun.Once once = run.once();
            watch.interrupt();
            watch.join();
            double above = most.get(0) - before;
            System.err.printf(
                    Locale.ROOT,
                    "memory: %s, %s, %d nodes of %d MiB: %.0f MiB anonymous before, at most %.0f MiB above it, %s the target of"
                            + " %d%s; %.1f s%n",
                    plan.carrier(),
                    plan.strategy(),
                    plan.nodes(),
                    mib,
                    before,
                    above,
                    above <= TARGET ? "within" : "beyond",
                    TARGET,
                    group.isPresent() ? ", done in a control group limited to " + LIMIT + " MiB above it" : "",
                    once.seconds());
        } finally {
            Folders.remove(folder);
        }
    }

    private static void watch(long pid, List<Double> most) {
        try {
            while (true) {
                most.set(0, Math.max(most.get(0), anonymous(pid)));
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException | IOException e) {
            // The run is over, or the hub is.
        }
    }

    /** MiB, of proc(5). */
    private static double anonymous(long pid) throws IOException {
        Matcher line = ANONYMOUS.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
        if (!line.find()) {
            throw new IOException("this system does not tell how much anonymous memory a process has");
        }
        return Long.parseLong(line.group(1)) / KIB_A_MIB;
    }
}
