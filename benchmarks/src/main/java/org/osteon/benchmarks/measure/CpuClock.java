package org.osteon.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of this process's living threads (compiler and collector too), in nanoseconds, and of the children it waited
 * for, in hundredths of a second. Where there is no {@code /proc}, of this process alone as the platform tells it.
 */
public final class CpuClock {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final Path SELF = Path.of("/proc/self");
    private static final double TICKS_PER_SECOND = 100;
    private static final int CHILDREN_USER = 13;

    private CpuClock() {}

    /** Seconds so far. */
    public static double seconds() {
        try {
            return threads() + children();
        } catch (IOException e) {
            return SYSTEM.getProcessCpuTime() / 1e9;
        }
    }

    private static double threads() throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(SELF.resolve("task"))) {
            for (Path thread : threads) {
                nanos += nanos(thread);
            }
        }
        return nanos / 1e9;
    }

    /** Of one thread; 0 when it ended since it was listed. */
    private static long nanos(Path thread) throws IOException {
        try {
            String stat = Files.readString(thread.resolve("schedstat"));
            return Long.parseLong(stat.substring(0, stat.indexOf(' ')));
        } catch (IOException e) {
            if (Files.exists(thread)) {
                throw e;
            }
            return 0;
        }
    }

    private static double children() throws IOException {
        String stat = Files.readString(SELF.resolve("stat"));
        // proc(5): fields from the third on follow the program's name, which may hold blanks.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[CHILDREN_USER]) + Long.parseLong(fields[CHILDREN_USER + 1])) / TICKS_PER_SECOND;
    }
}
