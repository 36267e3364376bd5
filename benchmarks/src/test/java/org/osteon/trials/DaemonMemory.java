package org.osteon.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Java process holds after a full collection.
 *
 * @param heap bytes of live objects
 * @param tracked bytes that the JVM committed outside the heap, as its native memory tracking counts them; direct
 *     buffers are among them; 0 without tracking
 * @param resident bytes of the whole process in memory; with a heap of fixed size whose pages were touched at the
 *     start, whatever it grows by lies outside the heap, libraries' own allocations included
 */
record DaemonMemory(long heap, long tracked, long resident) {
    private static final Pattern GENERATION =
            Pattern.compile("(?:new|tenured) generation\\s+total \\d+K, used (\\d+)K");
    private static final Pattern TOTAL = Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
    private static final long KIB = 1024;

    /** Options under which a daemon's memory can be read: a serial heap of fixed size, touched, and tracking. */
    static String[] options(String heap) {
        return new String[] {"-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=summary"};
    }

    /** Collects twice and reads. */
    static DaemonMemory of(long pid) throws IOException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        long heap = 0;
        Matcher generation = GENERATION.matcher(jcmd(pid, "GC.heap_info"));
        while (generation.find()) {
            heap += Long.parseLong(generation.group(1)) * KIB;
        }
        if (heap == 0) {
            throw new AssertionError("the heap's size cannot be read");
        }
        String native_ = jcmd(pid, "VM.native_memory", "summary");
        long tracked = native_.contains("Total:") ? kib(TOTAL, native_) - kib(HEAP, native_) : 0;
        return new DaemonMemory(heap, tracked, kib(RESIDENT, Files.readString(status(pid))));
    }

    /** The most memory the process ever had resident, bytes. */
    static long peak(long pid) throws IOException {
        return kib(PEAK, Files.readString(status(pid)));
    }

    /** By how much heap, direct and native memory together are larger than before, the larger of two ways to count. */
    long growthSince(DaemonMemory before) {
        return heap - before.heap + Math.max(tracked - before.tracked, resident - before.resident);
    }

    private static Path status(long pid) {
        return Path.of("/proc", Long.toString(pid), "status");
    }

    private static long kib(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return Long.parseLong(matcher.group(1)) * KIB;
    }

    private static String jcmd(long pid, String... command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid)));
        line.addAll(List.of(command));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("jcmd " + String.join(" ", command) + " failed: " + text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return text;
    }

    @Override
    public String toString() {
        return "heap %.1f MiB, tracked outside %.1f MiB, resident %.1f MiB"
                .formatted(heap / 1048576.0, tracked / 1048576.0, resident / 1048576.0);
    }
}
