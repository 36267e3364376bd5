package org.osteon.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Processes of a run: started with their output in files, measured with their children, ended. */
final class Processes {
    private static final double TICKS = 100;
    private static final int USER = 11;

    /** As the daemons begin. */
    private static final String FIRST_HEAP = "64m";

    private Processes() {}

    /** Starts a process whose output goes to {@code NAME.out} and {@code NAME.err}. */
    static Process start(Path folder, String name, java.util.Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** A Java program of this class path, wherever it will run. */
    static List<String> java(String heap, String main, String... arguments) {
        String classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms" + FIRST_HEAP,
                "-Xmx" + heap,
                "-cp",
                classes,
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Waits until the file has so many lines that begin so; returns the last. */
    static String line(Process process, Path file, String beginning, int times, long seconds)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            boolean alive = process.isAlive();
            List<String> lines = Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(beginning))
                    .toList();
            if (lines.size() >= times) {
                return lines.get(times - 1);
            }
            if (System.nanoTime() > until || !alive) {
                String error = file.getFileName().toString().replaceAll("\\.out$", ".err");
                throw new IllegalStateException("no such line in " + file + ", "
                        + (alive ? "after " + seconds + " s" : "and the process has ended") + ": "
                        + end(file.resolveSibling(error)));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** The end of a file. */
    static String end(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file) : "";
        return text.substring(Math.max(0, text.length() - 2_000));
    }

    /** CPU seconds that a process, its living descendants and those they waited for have used. */
    static double cpuSeconds(Process process) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(process.toHandle()), process.descendants())
                .mapToDouble(handle -> cpuSeconds(handle.pid()))
                .sum();
    }

    private static double cpuSeconds(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // proc(5): fields from the third on follow the program's name, which may hold blanks.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = 0;
            for (int i = 0; i < 4; i++) {
                ticks += Long.parseLong(fields[USER + i]);
            }
            return ticks / TICKS;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Ends a process and its descendants. */
    static void end(Process process) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
