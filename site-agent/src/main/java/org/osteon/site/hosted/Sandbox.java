package org.osteon.site.hosted;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osteon.site.settings.HostedSettings;

/**
 * Starts a process that can reach its data, a socket folder and nothing else: bubblewrap makes the namespaces, setpriv
 * takes user, groups and capabilities away, a control group limits it. An agent that is not root gets the other user id
 * from its subordinate ids.
 */
final class Sandbox {
    /** Where an app finds the data. */
    static final String DATA = "/data";

    /** Where an app finds the agent's folder of the launch. */
    static final String AGENT = "/run/agent";

    /** Most bytes that are kept of what a launch writes to its output. */
    static final int MOST_OUTPUT = 1024 * 1024;

    private static final int NOT_ENTERED = 97;
    private static final String ENTER =
            "filter=$1; entered=$2; n=$3; shift 3; while [ \"$n\" -gt 0 ]; do echo $$ > \"$1\" || exit " + NOT_ENTERED
                    + "; shift; n=$((n-1)); done; : > \"$entered\"; exec \"$@\" 9< \"$filter\"";
    private static final long LEAST_MEMORY = 1024L * 1024;
    private static final int SCRATCH_SHARE = 4;
    private static final List<String> TOOLS = List.of("bwrap", "setpriv");
    private static final List<String> ROOTLESS = List.of("unshare", "newuidmap", "newgidmap");

    private final HostedSettings settings;
    private final Path site;
    private final Path tools;

    /**
     * The sandbox of a site.
     *
     * @param tools folder of the programs that it is made with
     */
    Sandbox(HostedSettings settings, Path site, Path tools) {
        this.settings = settings;
        this.site = site;
        this.tools = tools;
    }

    /**
     * How a launch ended.
     *
     * @param exit exit status; 128 and more for a signal
     * @param late whether it was ended because its time was over
     * @param memoryKills processes killed for memory
     * @param processRefusals processes refused because there were too many
     * @param lost bytes of its output that were not kept
     */
    record Outcome(int exit, boolean late, long memoryKills, long processRefusals, long lost) {}

    /**
     * What is the same for every launch, looked at before anything is started.
     *
     * @throws HostedFailure with code {@code HOSTING_NOT_ISOLATED} and what to install or to set
     */
    void requireTools() {
        List<String> needed = new ArrayList<>(TOOLS);
        if (!root()) {
            needed.addAll(ROOTLESS);
        }
        for (String tool : needed) {
            if (!Files.isExecutable(tools.resolve(tool))) {
                throw missing(tools.resolve(tool)
                        + " is not there; install the Debian packages bubblewrap, util-linux and, for an agent"
                        + " that is not root, uidmap");
            }
        }
        for (Path folder : List.of(settings.flower(), settings.data())) {
            if (!Files.isDirectory(folder)) {
                throw missing("the folder " + folder + " is not there");
            }
        }
        for (String program : List.of("python", FlowerRelease.CLIENT_APP)) {
            if (!Files.isReadable(settings.flower().resolve("bin").resolve(program))) {
                throw FlowerRelease.unsupported(settings.flower() + " has no bin/" + program);
            }
        }
        Path own = real(site);
        for (Path folder : shown()) {
            if (own.startsWith(real(folder))) {
                throw missing("an app would see the site's own folder in " + folder
                        + "; keep data and environment apart from it");
            }
        }
    }

    /** Whether a launch could be shut in and limited now. */
    void require() {
        requireTools();
        Limits.open(settings, LaunchFolder.prefix(site) + UUID.randomUUID(), LEAST_MEMORY, 1)
                .close();
    }

    private static HostedFailure missing(String why) {
        return new HostedFailure("HOSTING_NOT_ISOLATED", why);
    }

    private static boolean root() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            throw missing("the agent's user cannot be read from /proc; apps are hosted on Linux");
        }
    }

    /**
     * Runs a command to its end, on the calling thread: it dies with it.
     *
     * @param command what runs inside
     * @param folder of the launch, whose shared part it sees as {@link #AGENT}
     * @param output file that its output goes to
     * @throws HostedFailure when it was not started, because it cannot be shut in or limited
     */
    Outcome run(List<String> command, LaunchFolder folder, Path output, Duration most, long memory, int processes) {
        requireTools();
        String name = LaunchFolder.prefix(site) + UUID.randomUUID();
        try (Limits limits = Limits.open(settings, name, memory, processes)) {
            List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", ENTER, "osteon"));
            Path filter = Files.write(folder.own().resolve("filter"), SystemCalls.filter());
            line.add(filter.toString());
            line.add(folder.entered().toString());
            line.add(Integer.toString(limits.entrances().size()));
            limits.entrances().forEach(entrance -> line.add(entrance.toString()));
            line.addAll(prefix(folder.shared(), memory));
            line.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/bin:/bin");
            Process process = builder.start();
            process.getOutputStream().close();
            long[] lost = {0};
            Thread reader = new Thread(() -> lost[0] = keep(process.getInputStream(), output), "hosted-output");
            reader.setDaemon(true);
            reader.start();
            boolean ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            reader.join(Duration.ofSeconds(10).toMillis());
            if (process.exitValue() == NOT_ENTERED && !Files.exists(folder.entered())) {
                throw Limits.unlimited("a process of the agent's user cannot enter a group that it made in "
                        + settings.cgroups().stream().map(Path::toString).collect(Collectors.joining(", ")));
            }
            return new Outcome(process.exitValue(), !ended, limits.memoryKills(), limits.processRefusals(), lost[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostedFailure("HOSTED_APP_FAILED", "interrupted");
        }
    }

    /** The interpreter's own folder, the environment, and the system's programs. */
    private Set<Path> shown() {
        Set<Path> shown = new LinkedHashSet<>();
        shown.add(Path.of("/usr"));
        shown.add(settings.flower());
        Path interpreter = real(settings.flower().resolve("bin/python"));
        if (!interpreter.startsWith("/usr") && interpreter.getNameCount() > 2) {
            // The installation that the environment was made from: the folder above bin.
            shown.add(interpreter.getRoot().resolve(interpreter.subpath(0, interpreter.getNameCount() - 2)));
        }
        shown.add(settings.data());
        return shown;
    }

    private List<String> prefix(Path agent, long memory) {
        List<String> line = new ArrayList<>();
        if (!root()) {
            line.addAll(List.of(
                    tools.resolve("unshare").toString(),
                    "--user",
                    "--map-root-user",
                    "--map-users=auto",
                    "--map-groups=auto",
                    "--"));
        }
        line.addAll(List.of(
                tools.resolve("bwrap").toString(),
                "--unshare-ipc",
                "--unshare-pid",
                "--unshare-net",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--hostname",
                "hosted",
                "--new-session",
                "--die-with-parent",
                "--clearenv",
                "--seccomp",
                "9",
                "--cap-drop",
                "ALL",
                "--cap-add",
                "CAP_SETUID",
                "--cap-add",
                "CAP_SETGID",
                "--cap-add",
                "CAP_SETPCAP"));
        line.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        line.addAll(List.of("--size", Long.toString(memory / SCRATCH_SHARE), "--perms", "1777", "--tmpfs", "/tmp"));
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            line.addAll(List.of("--symlink", "usr/" + link, "/" + link));
        }
        line.addAll(
                List.of("--perms", "0755", "--dir", "/etc", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"));
        Set<Path> parents = new LinkedHashSet<>();
        for (Path folder : shown()) {
            if (folder.equals(settings.data())) {
                continue;
            }
            parents(folder, parents, line);
            line.addAll(List.of("--ro-bind", folder.toString(), folder.toString()));
        }
        line.addAll(List.of("--ro-bind", settings.data().toString(), DATA));
        parents(Path.of(AGENT), parents, line);
        line.addAll(List.of("--ro-bind", agent.toString(), AGENT));
        environment().forEach((key, value) -> line.addAll(List.of("--setenv", key, value)));
        line.addAll(List.of("--chdir", "/tmp", "--"));
        String user = Integer.toString(settings.user());
        line.addAll(List.of(
                "/usr/bin/setpriv",
                "--reuid",
                user,
                "--regid",
                user,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs"));
        return line;
    }

    /** Folders above one that is shown; bubblewrap would give them the rights that they have outside. */
    private static void parents(Path folder, Set<Path> made, List<String> line) {
        for (int i = 1; i < folder.getNameCount(); i++) {
            Path parent = folder.getRoot().resolve(folder.subpath(0, i));
            if (!parent.equals(Path.of("/tmp")) && made.add(parent)) {
                line.addAll(List.of("--perms", "0755", "--dir", parent.toString()));
            }
        }
    }

    private Map<String, String> environment() {
        return Map.of(
                "HOME", "/tmp",
                "TMPDIR", "/tmp",
                "FLWR_HOME", "/tmp/flwr",
                "PATH", settings.flower().resolve("bin") + ":/usr/bin:/bin",
                "LANG", "C.UTF-8",
                "FLWR_TELEMETRY_ENABLED", "0",
                "FLWR_DISABLE_UPDATE_CHECK", "1",
                "PYTHONDONTWRITEBYTECODE", "1",
                "PYTHONUNBUFFERED", "1");
    }

    static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw missing(path + " is not there");
        }
    }

    /** Keeps the first bytes and reads the rest, so that the process is not held up; returns how many were lost. */
    private static long keep(InputStream in, Path output) {
        long lost = 0;
        int room = MOST_OUTPUT;
        byte[] buffer = new byte[8192];
        try (OutputStream out = Files.newOutputStream(output, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rw-------"));
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int kept = Math.min(read, room);
                out.write(buffer, 0, kept);
                room -= kept;
                lost += read - kept;
            }
        } catch (IOException e) {
            // The process was killed in the middle of a line.
            return lost;
        }
        return lost;
    }
}
