package org.osteon.benchmarks.measure;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osteon.cli.output.Table;

/** The figures as a table for people and as JSON. */
public final class Report {
    private static final List<String> HEADING =
            List.of("", "unit", "a CPU second", "min", "max", "a second", "ratio", "min", "max", "target");

    private Report() {}

    /**
     * Prints a table; ratios are of CPU time, to the first line of their block.
     *
     * @param judged whether to say of each target whether it is met
     */
    public static void print(PrintStream out, List<Line> lines, boolean judged) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADING);
        String contest = "";
        for (Line line : lines) {
            if (!line.contest().equals(contest)) {
                contest = line.contest();
                rows.add(List.of(contest));
            }
            Spread rate = line.perCpuSecond();
            Spread ratio = line.ratio();
            rows.add(List.of(
                    "  " + line.side(),
                    line.unit(),
                    figure(rate.median()),
                    figure(rate.min()),
                    figure(rate.max()),
                    figure(line.perSecond().median()),
                    ratio == null ? "1" : ratio(ratio.median()),
                    ratio == null ? "" : ratio(ratio.min()),
                    ratio == null ? "" : ratio(ratio.max()),
                    target(line.target(), ratio, judged)));
        }
        Table.print(out, "", rows);
    }

    /** Writes the lines, with what is known of the machine, as one JSON object. */
    public static void write(Path file, List<Line> lines) throws IOException {
        Map<String, Object> all = new TreeMap<>();
        all.put("java", System.getProperty("java.vendor") + " " + Runtime.version());
        all.put("processors", Runtime.getRuntime().availableProcessors());
        all.put("lines", lines);
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(file.toFile(), all);
    }

    private static String target(@Nullable Double target, @Nullable Spread ratio, boolean judged) {
        if (target == null || ratio == null) {
            return "";
        }
        String verdict = ratio.median() >= target ? ", met" : ", missed";
        return "≥ " + target + (judged ? verdict : "");
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String figure(double value) {
        return value >= 1e9
                ? String.format(Locale.ROOT, "%.2f G", value / 1e9)
                : value >= 1e6
                        ? String.format(Locale.ROOT, "%.2f M", value / 1e6)
                        : value >= 1e3
                                ? String.format(Locale.ROOT, "%.1f k", value / 1e3)
                                : String.format(Locale.ROOT, "%.1f", value);
    }
}
