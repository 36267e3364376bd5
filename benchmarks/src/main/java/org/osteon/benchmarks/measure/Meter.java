package org.osteon.benchmarks.measure;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs the sides of a contest in turn, A B A B …, so that what else the machine does meets all of them; a ratio is
 * taken within each round. Rounds before the measured ones warm up.
 */
public final class Meter {
    private record Sample(double cpu, double wall) {}

    private final int rounds;
    private final int warmups;
    private final PrintStream progress;
    private final List<Line> lines = new ArrayList<>();
    private double sink;

    /** That many measured rounds after that many others; says on {@code progress} how far it is. */
    public Meter(int rounds, int warmups, PrintStream progress) {
        this.rounds = rounds;
        this.warmups = warmups;
        this.progress = progress;
    }

    /** Measures a contest. */
    public void measure(Contest contest) throws Exception {
        List<Side> sides = new ArrayList<>(List.of(contest.reference()));
        sides.addAll(contest.others());
        Sample[][] samples = new Sample[sides.size()][rounds];
        for (int round = -warmups; round < rounds; round++) {
            progress.printf("%s: round %d of %d%n", contest.name(), round + 1, rounds);
            for (int s = 0; s < samples.length; s++) {
                Sample sample = sample(sides.get(s));
                if (round >= 0) {
                    samples[s][round] = sample;
                }
            }
        }
        for (int s = 0; s < samples.length; s++) {
            lines.add(line(contest, sides.get(s), samples[s], s == 0 ? new Sample[0] : samples[0]));
        }
    }

    /** A line that was measured otherwise. */
    public void add(Line line) {
        lines.add(line);
    }

    /** How many rounds are to be measured. */
    public int rounds() {
        return rounds;
    }

    /** All lines so far. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** A number that depends on all work done. */
    public double sink() {
        return sink;
    }

    private Sample sample(Side side) throws Exception {
        double cpu = CpuClock.seconds();
        long wall = System.nanoTime();
        sink += side.job().run();
        return new Sample(CpuClock.seconds() - cpu, (System.nanoTime() - wall) / 1e9);
    }

    private Line line(Contest contest, Side side, Sample[] own, Sample[] reference) {
        boolean compared = reference.length > 0;
        return new Line(
                contest.name(),
                side.name(),
                contest.unit(),
                spread(i -> contest.units() / own[i].cpu),
                spread(i -> contest.units() / own[i].wall),
                compared ? spread(i -> reference[i].cpu / own[i].cpu) : null,
                compared ? spread(i -> reference[i].wall / own[i].wall) : null,
                Double.isNaN(side.target()) ? null : side.target());
    }

    private Spread spread(java.util.function.IntToDoubleFunction figure) {
        return Spread.of(IntStream.range(0, rounds).mapToDouble(figure).toArray());
    }
}
