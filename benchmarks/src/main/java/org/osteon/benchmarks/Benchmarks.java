package org.osteon.benchmarks;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.osteon.benchmarks.aggregation.CombineBenchmark;
import org.osteon.benchmarks.load.AccumulateBenchmark;
import org.osteon.benchmarks.load.LargeModelsBenchmark;
import org.osteon.benchmarks.load.ManyNodesBenchmark;
import org.osteon.benchmarks.load.MemoryBenchmark;
import org.osteon.benchmarks.log.LogBenchmark;
import org.osteon.benchmarks.mapping.MappingBenchmark;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Folders;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Report;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.pages.PagesBenchmark;
import org.osteon.benchmarks.privacy.PrivacyBenchmark;
import org.osteon.benchmarks.training.TrainingBenchmark;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code benchmarks/run}: measures, prints a table, writes the same as JSON. */
@Command(
        name = "benchmarks/run",
        mixinStandardHelpOptions = true,
        description = "Measures each part against a peer or a limit in the same run.",
        footer = {"", "Example:  bash benchmarks/run --only combine,training"})
public final class Benchmarks implements Callable<Integer> {
    private static final int SMALL = 2000;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description =
                    "some of combine, training, mapping, log, privacy, pages, nodes-grpc, nodes-http, models-grpc, models-http, accumulate, memory")
    private List<String> only = List.of();

    @Option(names = "--small", description = "sizes that try the code and measure nothing")
    private boolean small;

    @Option(names = "--rounds", paramLabel = "N", description = "measured rounds (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "folder for files and results (default: ${DEFAULT-VALUE})")
    private Path out = Path.of("benchmarks/target/run");

    @Option(names = "--repository", paramLabel = "DIR", description = "the checkout (default: ${DEFAULT-VALUE})")
    private Path repository = Path.of(".");

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmarks()).execute(arguments));
    }

    /** All benchmarks, in the order in which they run. */
    static List<Benchmark> all() {
        return List.of(
                new CombineBenchmark(),
                new TrainingBenchmark(),
                new MappingBenchmark(),
                new LogBenchmark(),
                new PrivacyBenchmark(),
                new PagesBenchmark(),
                ManyNodesBenchmark.grpc(),
                ManyNodesBenchmark.http(),
                LargeModelsBenchmark.grpc(),
                LargeModelsBenchmark.http(),
                new AccumulateBenchmark(),
                new MemoryBenchmark());
    }

    @Override
    public Integer call() throws Exception {
        List<String> known = all().stream().map(Benchmark::name).toList();
        if (!known.containsAll(only)) {
            System.err.println("--only takes some of " + known + ", was " + only);
            return 2;
        }
        Files.createDirectories(out);
        Meter meter = new Meter(small ? 1 : rounds, small ? 0 : 2, System.err);
        for (Benchmark benchmark : all()) {
            if (only.isEmpty() || only.contains(benchmark.name())) {
                measure(benchmark, meter);
            }
        }
        PrintStream table = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Report.print(table, meter.lines(), !small);
        Path json = out.resolve("results.json");
        Report.write(json, meter.lines());
        table.println();
        table.println("As JSON: " + json);
        return Double.isNaN(meter.sink()) ? 1 : 0;
    }

    private void measure(Benchmark benchmark, Meter meter) throws Exception {
        Path work = Files.createTempDirectory(out, benchmark.name());
        try {
            benchmark.run(new Setting(repository, small ? SMALL : 1), work, meter);
        } finally {
            Folders.remove(work);
        }
    }
}
