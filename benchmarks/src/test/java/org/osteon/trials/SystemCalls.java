package org.osteon.trials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * System calls of a process as {@code strace} saw them enter and leave the kernel; absent it skips visibly unless
 * {@code osteon.require} names it.
 */
final class SystemCalls {
    private static final Pattern WHOLE =
            Pattern.compile("(\\d+) +(\\d+\\.\\d+) (\\w+)\\((.*)\\) += (-?\\d+).*<(\\d+\\.\\d+)>");
    private static final Pattern BEGUN = Pattern.compile("(\\d+) +(\\d+\\.\\d+) (\\w+)\\((.*) <unfinished \\.\\.\\.>");
    private static final Pattern ENDED =
            Pattern.compile("(\\d+) +(\\d+\\.\\d+) <\\.\\.\\. (\\w+) resumed>(.*)\\) += (-?\\d+).*<(\\d+\\.\\d+)>");

    private SystemCalls() {}

    /**
     * One call.
     *
     * @param name its name
     * @param arguments as printed, descriptors with their paths
     * @param begin when it entered the kernel, seconds since 1970; not later than what it does
     * @param end when it had left; not earlier than what it did
     * @param result what it returned
     */
    record Call(String name, String arguments, double begin, double end, long result) {
        boolean on(String file) {
            return arguments.contains("<" + file + ">");
        }

        boolean done() {
            return result >= 0;
        }
    }

    /** Words before a command that trace these calls of it and its threads into a file. */
    static List<String> tracing(Path file, String calls) throws IOException {
        if (!works()) {
            if (Arrays.asList(System.getProperty("osteon.require", "").split(","))
                    .contains("strace")) {
                throw new AssertionError("strace is required and is not there or may not trace");
            }
            Assumptions.abort("strace is not there or may not trace; the package strace brings it");
        }
        return List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-q",
                "-ttt",
                "-T",
                "-yy",
                "-s",
                "4200",
                "-e",
                "trace=" + calls,
                "-e",
                "signal=none",
                "-o",
                file.toString());
    }

    /** The calls of a trace, in the order in which they began. */
    static List<Call> read(List<String> lines) {
        List<Call> calls = new ArrayList<>();
        Map<String, Matcher> open = new HashMap<>();
        for (String line : lines) {
            Matcher ended = ENDED.matcher(line);
            Matcher begun = BEGUN.matcher(line);
            Matcher whole = WHOLE.matcher(line);
            if (ended.matches()) {
                Matcher start = open.remove(ended.group(1));
                if (start != null) {
                    double begin = Double.parseDouble(start.group(2));
                    calls.add(new Call(
                            ended.group(3),
                            start.group(4) + ended.group(4),
                            begin,
                            Double.parseDouble(ended.group(2)),
                            Long.parseLong(ended.group(5))));
                }
            } else if (begun.matches()) {
                open.put(begun.group(1), begun);
            } else if (whole.matches()) {
                double begin = Double.parseDouble(whole.group(2));
                calls.add(new Call(
                        whole.group(3),
                        whole.group(4),
                        begin,
                        begin + Double.parseDouble(whole.group(6)),
                        Long.parseLong(whole.group(5))));
            }
        }
        calls.sort(java.util.Comparator.comparingDouble(Call::begin));
        return calls;
    }

    private static boolean works() throws IOException {
        Path nothing = Files.createTempFile("strace", ".txt");
        try {
            Process process = new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-e", "trace=fsync", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(nothing.toFile())
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            Files.deleteIfExists(nothing);
        }
    }
}
