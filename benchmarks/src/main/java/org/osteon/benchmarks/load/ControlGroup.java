package org.osteon.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A control group for one process, below a folder of {@code /sys/fs/cgroup} of version 1 or 2 that limits memory: the
 * process is in it from its start, and its limit is set when it is known what the process has.
 */
final class ControlGroup implements AutoCloseable {
    private static final List<String> LIMITS = List.of("memory.max", "memory.limit_in_bytes");
    private static final int TRIES = 100;
    private static final int PAUSE_MILLIS = 100;

    private final Path folder;

    private ControlGroup(Path folder) {
        this.folder = folder;
    }

    /** A new group below this folder. */
    static ControlGroup below(Path parent) throws IOException {
        ControlGroup group = new ControlGroup(Files.createDirectory(
                parent.resolve("osteon-memory-" + ProcessHandle.current().pid())));
        if (group.limits().isEmpty()) {
            group.close();
            throw new IOException("no group below " + parent + " limits memory");
        }
        return group;
    }

    private List<Path> limits() {
        return LIMITS.stream().map(folder::resolve).filter(Files::exists).toList();
    }

    /** The command as a process of the group; it keeps its process id. */
    List<String> inside(List<String> command) {
        List<String> inside = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                folder.resolve("cgroup.procs").toString()));
        inside.addAll(command);
        return inside;
    }

    /** Lets the group have no more than so many bytes, files' pages included, which the kernel takes back first. */
    void limit(long bytes) throws IOException {
        for (Path limit : limits()) {
            Files.writeString(limit, Long.toString(bytes));
        }
    }

    /** Removes the group, whose process has ended. */
    @Override
    public void close() throws IOException {
        Optional<IOException> failure = Optional.empty();
        for (int i = 0; i < TRIES; i++) {
            try {
                Files.delete(folder);
                return;
            } catch (IOException e) {
                // The kernel takes a moment to forget a process that has ended.
                failure = Optional.of(e);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw failure.orElseThrow();
    }
}
