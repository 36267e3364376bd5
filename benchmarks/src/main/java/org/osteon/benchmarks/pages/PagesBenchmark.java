package org.osteon.benchmarks.pages;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Line;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Spread;

/**
 * Rounds of one run, a few without and a few with live pages of it open, in turn. A pair's figure is the median round
 * without over the median round with them, by the hub's own times of closing.
 */
public final class PagesBenchmark implements Benchmark {
    private static final String CONTEST = "Rounds of two sites, by wall time";
    private static final int PAGES = 200;
    private static final int WARM_PAIRS = 4;
    private static final int PAIRS = 12;
    private static final int ROUNDS = 5;
    private static final int ROUNDS_OF_STUDY = 2000;
    private static final double TARGET = 0.8;
    private static final int SMALL_PAGES = 8;
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

    @Override
    public String name() {
        return "pages";
    }

    /** Rounds within one span: their seconds, and CPU seconds of the hub a round. */
    private record Span(double[] seconds, double hubCpu, double readersCpu, double wall) {
        double median() {
            return Spread.of(seconds).median();
        }
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        int pairs = setting.size(PAIRS);
        int rounds = setting.divisor() == 1 ? ROUNDS : 1;
        int pages = Math.max(SMALL_PAGES, setting.size(PAGES));
        List<Span> without = new ArrayList<>();
        List<Span> with = new ArrayList<>();
        try (SmallFederation federation = new SmallFederation(setting.repository(), work)) {
            String run = federation.run(ROUNDS_OF_STUDY);
            Process readers = federation.stays(
                    "readers",
                    OpenPages.class.getName(),
                    federation.link(),
                    Path.of(federation.hub(), "tls.crt").toString(),
                    run,
                    Integer.toString(pages));
            federation.said("readers", "ready");
            PrintStream tell = new PrintStream(readers.getOutputStream(), true, StandardCharsets.UTF_8);
            int warm = setting.divisor() == 1 ? WARM_PAIRS : 0;
            for (int pair = 0; pair < warm + pairs; pair++) {
                System.err.printf(
                        "%s: pair %d of %d, the first %d to warm up%n", CONTEST, pair + 1, warm + pairs, warm);
                Span shut = span(federation, run, rounds);
                tell.println("on");
                await(federation, "on", pair + 1);
                Span open = span(federation, run, rounds);
                tell.println("off");
                await(federation, "off", pair + 1);
                if (pair >= warm) {
                    without.add(shut);
                    with.add(open);
                }
            }
            federation.done("run", "stop", run, "--hub", federation.hub());
            tell.println("end");
            readers.waitFor(1, TimeUnit.MINUTES);
            finish(federation, pages, with);
        }
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = without.get(i).median() / with.get(i).median();
        }
        meter.add(line("no page open", without, null, null));
        meter.add(line(pages + " live pages open", with, Spread.of(ratios), TARGET));
    }

    private static Line line(String side, List<Span> spans, @Nullable Spread ratio, @Nullable Double target) {
        return new Line(
                CONTEST,
                side,
                "rounds",
                Spread.of(spans.stream().mapToDouble(span -> 1 / span.hubCpu()).toArray()),
                Spread.of(spans.stream().mapToDouble(span -> 1 / span.median()).toArray()),
                ratio,
                ratio,
                target);
    }

    /** Says what the readers were answered and cost; a failed request ends the benchmark. */
    private static void finish(SmallFederation federation, int pages, List<Span> with)
            throws IOException, InterruptedException {
        String[] words = federation.said("readers", "answered ").split(" ");
        long answered = Long.parseLong(words[1]);
        long failed = Long.parseLong(words[3]);
        double share = with.stream().mapToDouble(Span::readersCpu).sum()
                / with.stream().mapToDouble(Span::wall).sum();
        System.err.printf(
                Locale.ROOT,
                "%s: %d pages were answered %d times with %.1f KiB each, %d failed; holding them took %.0f %% of one processor beside%n",
                CONTEST,
                pages,
                answered,
                Long.parseLong(words[5]) / 1024.0 / answered,
                failed,
                100 * share);
        if (failed > 0 || answered < pages) {
            throw new IllegalStateException(failed + " requests of live pages failed, " + answered + " were answered");
        }
    }

    private static void await(SmallFederation federation, String word, int times)
            throws IOException, InterruptedException {
        federation.saidTimes("readers", word, times);
    }

    /** The next whole rounds; the one under way is left out. */
    private static Span span(SmallFederation federation, String run, int rounds)
            throws SQLException, InterruptedException {
        int from = closed(federation, run).size() + 1;
        until(federation, run, from);
        double hub = federation.cpuSeconds("hub");
        double readers = federation.cpuSecondsOr0("readers");
        long wall = System.nanoTime();
        until(federation, run, from + rounds);
        double seconds = (System.nanoTime() - wall) / 1e9;
        List<Long> times = closed(federation, run);
        int done = times.size() - from;
        double[] each = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            each[i] = (times.get(from + i) - times.get(from + i - 1)) / 1e3;
        }
        return new Span(
                each,
                Math.max(0.01, federation.cpuSeconds("hub") - hub) / done,
                federation.cpuSecondsOr0("readers") - readers,
                seconds);
    }

    private static void until(SmallFederation federation, String run, int rounds)
            throws SQLException, InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        while (closed(federation, run).size() < rounds) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("the run stands still at round "
                        + closed(federation, run).size());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** When each round was closed, epoch milliseconds, as the hub's database has it. */
    private static List<Long> closed(SmallFederation federation, String run) throws SQLException {
        List<Long> times = new ArrayList<>();
        try (Connection hub = DriverManager.getConnection(
                        "jdbc:sqlite:file:" + Path.of(federation.hub(), "hub.db") + "?mode=ro");
                PreparedStatement query =
                        hub.prepareStatement("SELECT closed FROM round WHERE run = ? ORDER BY round")) {
            query.setString(1, run);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    times.add(rows.getLong(1));
                }
            }
        }
        return times;
    }
}
