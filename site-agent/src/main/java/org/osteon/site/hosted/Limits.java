package org.osteon.site.hosted;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osteon.site.settings.HostedSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control group of one launch, below the folders that the site's settings name: one folder of version 2, or of
 * version 1 one for each of memory, processes and processors. Closing it kills what is left in it.
 */
final class Limits implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Limits.class);
    private static final Set<String> NEEDED = Set.of("memory", "pids", "cpu");
    private static final Set<String> KINDS = Set.of("cgroup", "cgroup2");
    private static final long PERIOD = 100_000;
    private static final int TRIES = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final List<Path> groups;

    private Limits(List<Path> groups) {
        this.groups = groups;
    }

    /**
     * Makes the group.
     *
     * @param settings where, and how much processor time
     * @param name of the group
     * @param memory most bytes
     * @param processes most processes and threads
     * @throws HostedFailure when one of the three cannot be limited
     */
    static Limits open(HostedSettings settings, String name, long memory, int processes) {
        Set<String> limited = new LinkedHashSet<>();
        Limits limits = new Limits(new ArrayList<>());
        try {
            for (Path parent : settings.cgroups()) {
                limits.groups.add(group(parent, name, limited));
                limits.limit(limits.groups.get(limits.groups.size() - 1), memory, processes, settings.cpus());
            }
            if (!limited.containsAll(NEEDED)) {
                Set<String> missing = new TreeSet<>(NEEDED);
                missing.removeAll(limited);
                throw unlimited("no folder of hostedCgroups limits " + String.join(", ", missing)
                        + " (a group of version 2 limits what its cgroup.controllers lists)");
            }
            return limits;
        } catch (IOException e) {
            limits.close();
            throw unlimited("a control group cannot be made or limited: " + e);
        } catch (HostedFailure e) {
            limits.close();
            throw e;
        }
    }

    /** Removes the groups of launches whose agent was killed, with whatever still runs in them. */
    static void sweep(HostedSettings settings, String prefix) {
        for (Path parent : settings.cgroups()) {
            try (Stream<Path> groups = Files.list(parent)) {
                for (Path group : groups.filter(
                                path -> path.getFileName().toString().startsWith(prefix))
                        .toList()) {
                    remove(group);
                }
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("a control group is left behind");
            }
        }
    }

    static HostedFailure unlimited(String why) {
        return new HostedFailure(
                "HOSTING_WITHOUT_LIMITS",
                "no app is hosted: " + why
                        + "; hostedCgroups must name a folder of /sys/fs/cgroup that the agent's user owns and no process"
                        + " is in, or for version 1 one each of memory, pids and cpu (with systemd: Delegate=yes and a"
                        + " subgroup for the agent)");
    }

    private static Path group(Path parent, String name, Set<String> limited) throws IOException {
        if (!Files.isDirectory(parent)) {
            throw unlimited(parent + " is not there");
        }
        if (!KINDS.contains(Files.getFileStore(parent).type())) {
            throw unlimited(parent + " is no control group");
        }
        Path controllers = parent.resolve("cgroup.controllers");
        if (Files.exists(controllers)) {
            // Version 2 limits no group beside processes; only the root of all groups has no type.
            if (Files.exists(parent.resolve("cgroup.type"))
                    && !Files.readString(parent.resolve("cgroup.procs")).isBlank()) {
                throw unlimited("processes are in " + parent);
            }
            Set<String> there = Set.of(Files.readString(controllers).strip().split("\\s+"));
            for (String controller : NEEDED) {
                if (there.contains(controller)) {
                    write(parent.resolve("cgroup.subtree_control"), "+" + controller);
                    limited.add(controller);
                }
            }
        }
        Path group = Files.createDirectory(parent.resolve(name));
        Map.of("memory.limit_in_bytes", "memory", "cpu.cfs_quota_us", "cpu", "pids.max", "pids")
                .forEach((file, what) -> {
                    if (Files.exists(group.resolve(file))) {
                        limited.add(what);
                    }
                });
        return group;
    }

    private void limit(Path group, long memory, int processes, double cpus) throws IOException {
        String quota = Long.toString(Math.max(1000, Math.round(cpus * PERIOD)));
        writeIfThere(group, "memory.max", Long.toString(memory));
        writeIfThere(group, "memory.swap.max", "0");
        writeIfThere(group, "memory.oom.group", "1");
        writeIfThere(group, "cpu.max", quota + " " + PERIOD);
        writeIfThere(group, "memory.limit_in_bytes", Long.toString(memory));
        writeIfThere(group, "memory.memsw.limit_in_bytes", Long.toString(memory));
        writeIfThere(group, "cpu.cfs_period_us", Long.toString(PERIOD));
        writeIfThere(group, "cpu.cfs_quota_us", quota);
        writeIfThere(group, "pids.max", Integer.toString(processes));
    }

    /** The files that a process writes its own id to, to be in the group. */
    List<Path> entrances() {
        return groups.stream().map(group -> group.resolve("cgroup.procs")).toList();
    }

    /** How many processes were killed because the memory was used up. */
    long memoryKills() {
        return Math.max(count("memory.events", "oom_kill"), count("memory.oom_control", "oom_kill"));
    }

    /** How often a process was refused because there were too many. */
    long processRefusals() {
        return count("pids.events", "max");
    }

    private long count(String file, String key) {
        long count = 0;
        for (Path group : groups) {
            Path events = group.resolve(file);
            if (Files.isReadable(events)) {
                try {
                    count += Files.readAllLines(events).stream()
                            .map(line -> line.split(" "))
                            .filter(words -> words.length == 2 && words[0].equals(key))
                            .mapToLong(words -> Long.parseLong(words[1]))
                            .sum();
                } catch (IOException e) {
                    LOG.atWarn().setCause(e).log("the events of a control group cannot be read");
                }
            }
        }
        return count;
    }

    @Override
    public void close() {
        for (Path group : groups) {
            try {
                remove(group);
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("a control group is left behind");
            }
        }
    }

    /** The processes of a launch end with its first; whoever has not ended yet is killed here. */
    private static void remove(Path group) throws IOException {
        for (int i = 0; i < TRIES && Files.isDirectory(group); i++) {
            List<String> left = Files.readAllLines(group.resolve("cgroup.procs"));
            if (left.isEmpty()) {
                Files.delete(group);
                return;
            }
            left.forEach(id -> ProcessHandle.of(Long.parseLong(id)).ifPresent(ProcessHandle::destroyForcibly));
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void writeIfThere(Path group, String file, String value) throws IOException {
        if (Files.exists(group.resolve(file))) {
            write(group.resolve(file), value);
        }
    }

    private static void write(Path file, String value) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            out.write(value.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
