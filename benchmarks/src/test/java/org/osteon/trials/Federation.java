package org.osteon.trials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.cli.Osteon;
import org.osteon.protocol.document.CanonicalJson;

/** A hub and sites as processes of their own in one folder; people's verbs run in this process. */
public final class Federation implements AutoCloseable {
    private static final long START_LIMIT = TimeUnit.SECONDS.toNanos(180);

    private final Path folder;
    private final java.util.Map<String, Path> snapshots = new java.util.concurrent.ConcurrentHashMap<>();
    private final Path passphrase;
    private final Map<String, Process> running = new LinkedHashMap<>();
    private final Map<String, List<String>> hubOptions = new LinkedHashMap<>();
    private final List<String> spoken = new ArrayList<>();
    private @Nullable Path archives;
    private String host = "127.0.0.1";
    private String hubAddress = "";

    /** A federation in an empty folder. */
    public Federation(Path folder) throws IOException {
        this.folder = folder;
        this.passphrase = Files.writeString(folder.resolve("passphrase"), "only for this trial\n");
        Files.createDirectories(folder.resolve("logs"));
    }

    /**
     * What a verb answered.
     *
     * @param exit its exit code
     * @param json its last line of output
     * @param error what it wrote to standard error
     */
    public record Answer(int exit, JsonNode json, String error) {}

    public Path folder() {
        return folder;
    }

    public Path site(String name) {
        return folder.resolve(name);
    }

    public Path hub() {
        return folder.resolve("hub");
    }

    String hubAddress() {
        return hubAddress;
    }

    public Path passphrase() {
        return passphrase;
    }

    /** The hub will be at another address of this machine than 127.0.0.1. */
    Federation at(String address) {
        host = address;
        return this;
    }

    /** Its programs leave class-data archives in this folder. */
    Federation leavingArchives(Path made) {
        archives = made;
        return this;
    }

    /** Makes and starts the hub. */
    public Federation withHub(String... javaOptions) throws IOException {
        return withHub(List.of(), javaOptions);
    }

    public Federation withHub(List<String> initOptions, String... javaOptions) throws IOException {
        hubAddress = host + ":" + Ports.free();
        List<String> init = new ArrayList<>(List.of("init", hub().toString(), "--address", hubAddress));
        init.addAll(initOptions);
        pagesShut(init);
        finish("hub-init", List.of(), "org.osteon.coordinator.CoordinatorMain", init);
        hubOptions.put("hub", List.of(javaOptions));
        startHub();
        return this;
    }

    /** Without pages, unless a trial asks for them: most trials start daemons often. */
    private static void pagesShut(List<String> init) {
        if (!init.contains("--console")) {
            init.addAll(List.of("--console", "off"));
        }
    }

    void startHub() throws IOException {
        start(
                "hub",
                hubOptions.getOrDefault("hub", List.of()),
                "org.osteon.coordinator.CoordinatorMain",
                List.of("start", hub().toString()));
    }

    /** Starts the hub with these words before its command and these environment variables as well. */
    void startHub(List<String> before, Map<String, String> environment) throws IOException {
        untilReady(
                "hub",
                launch(
                        "hub",
                        before,
                        hubOptions.getOrDefault("hub", List.of()),
                        "org.osteon.coordinator.CoordinatorMain",
                        List.of("start", hub().toString()),
                        environment));
    }

    /** Makes, enrols, confirms and starts a site with its officer's key. */
    public Federation withSite(String name, String... initOptions) throws IOException {
        enrol(name, initOptions);
        startSite(name);
        return this;
    }

    /** The same for a site whose process has these Java options and environment variables as well. */
    public Federation withSite(
            String name, List<String> javaOptions, Map<String, String> environment, String... initOptions)
            throws IOException {
        enrol(name, initOptions);
        startSite(name, javaOptions, environment);
        return this;
    }

    /** Makes, enrols and confirms a site; returns its folder. */
    Path enrol(String name, String... initOptions) throws IOException {
        Path people = Files.createDirectories(folder.resolve("people"));
        done(
                "officer",
                "key",
                "new",
                people.resolve(name + ".key").toString(),
                "--passphrase-file",
                passphrase.toString());
        String token = done("coordinator", "enrol", hub().toString(), "--site", name)
                .path("token")
                .asText();
        String pin =
                done("coordinator", "status", hub().toString()).path("tlsPin").asText();
        List<String> init = new ArrayList<>(List.of(
                "init",
                site(name).toString(),
                "--hub",
                hubAddress,
                "--token",
                token,
                "--hub-pin",
                pin,
                "--address",
                "127.0.0.1:" + Ports.free(),
                "--officer",
                people.resolve(name + ".key.pub").toString(),
                "--allow-root",
                "--json"));
        init.addAll(List.of(initOptions));
        pagesShut(init);
        String out = finish(name + "-init", List.of(), "org.osteon.site.SiteAgentMain", init);
        String fingerprint = lastObject(out).path("nodeKey").asText();
        done("coordinator", "confirm", hub().toString(), "--site", name, "--fingerprint", fingerprint);
        return site(name);
    }

    /** Starts a site that was made before. */
    public void startSite(String name, String... javaOptions) throws IOException {
        startSite(name, List.of(javaOptions), Map.of());
    }

    /** Starts a site whose process has these environment variables as well. */
    void startSite(String name, Map<String, String> environment) throws IOException {
        startSite(name, List.of(), environment);
    }

    private void startSite(String name, List<String> javaOptions, Map<String, String> environment) throws IOException {
        untilReady(
                name,
                launch(
                        name,
                        List.of(),
                        javaOptions,
                        "org.osteon.site.SiteAgentMain",
                        List.of("start", site(name).toString()),
                        environment));
    }

    /** Maps a folder or file at a site and gives it to the agent. */
    public JsonNode map(String site, Path input) {
        Path snapshot = folder.resolve("snapshot-" + site + "-" + Long.toString(System.nanoTime(), 36));
        JsonNode mapped = done(
                "data",
                "map",
                "--input",
                input.toString(),
                "--out",
                snapshot.toString(),
                "--site",
                site(site).toString());
        done("site", "data", "add", site(site).toString(), snapshot.toString());
        snapshots.put(site, snapshot);
        return mapped;
    }

    /** The snapshot mapped last for a site. */
    public Path snapshot(String site) {
        return java.util.Objects.requireNonNull(snapshots.get(site), site);
    }

    /** Approves a study at a site as its officer. */
    public Answer approve(String site, String study, double epsilon, int rounds, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "officer",
                "approve",
                site(site).toString(),
                study,
                "--key",
                officerKey(site).toString(),
                "--passphrase-file",
                passphrase.toString(),
                "--epsilon",
                Double.toString(epsilon),
                "--rounds",
                Integer.toString(rounds),
                "--until",
                Instant.now()
                        .plus(1, ChronoUnit.DAYS)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    public Path officerKey(String site) {
        return folder.resolve("people").resolve(site + ".key");
    }

    /** All that verbs wrote so far, with the servers' status texts. */
    public List<String> spoken() {
        return List.copyOf(spoken);
    }

    /** Follows a run until it is not running any more. */
    public JsonNode follow(String run) {
        JsonNode view = done("run", "show", run, "--hub", hub().toString());
        for (int i = 0; i < 200 && "running".equals(view.path("state").asText()); i++) {
            view = done(
                    "run", "show", run, "--unless-state", view.path("stateKey").asText(), "--hub", hub().toString());
        }
        return view;
    }

    /** Runs a verb that must be done. */
    public JsonNode done(String... arguments) {
        Answer answer = run(arguments);
        if (answer.exit() != 0) {
            throw new AssertionError("osteon " + String.join(" ", arguments) + " ended with " + answer.exit() + ": "
                    + answer.error() + troubles());
        }
        return answer.json();
    }

    /** The last errors in the daemons' logs. */
    String troubles() {
        StringBuilder text = new StringBuilder();
        for (String name : running.keySet()) {
            Path log = folder.resolve(name).resolve("logs").resolve("daemon.log");
            if (Files.exists(log)) {
                try {
                    List<String> lines = Files.readAllLines(log);
                    int at = lines.stream()
                            .filter(line -> line.contains(" ERROR "))
                            .mapToInt(lines::lastIndexOf)
                            .max()
                            .orElse(lines.size());
                    lines.subList(at, Math.min(lines.size(), at + 12))
                            .forEach(line ->
                                    text.append('\n').append(name).append("  ").append(line));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return text.toString();
    }

    /** Runs a verb, whatever its exit code. */
    public synchronized Answer run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--json";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int exit = Osteon.run(all);
            spoken.add(out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8));
            return new Answer(
                    exit, lastObject(out.toString(StandardCharsets.UTF_8)), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    Process process(String name) {
        return Objects.requireNonNull(running.get(name), name);
    }

    /** Ends a process at once, as a power cut would. */
    public void kill(String name) {
        Process process = process(name);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a process as an operator would; what it runs under goes with it. */
    void end(String name) {
        Process process = process(name);
        if (process.descendants().findAny().isPresent()) {
            process.descendants().forEach(ProcessHandle::destroy);
        } else {
            process.destroy();
        }
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String errors(String name) {
        try {
            return Files.readString(folder.resolve("logs").resolve(name + ".err"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a process and returns without waiting for it to be ready. */
    Process launch(String name, List<String> javaOptions, String main, List<String> arguments) throws IOException {
        return launch(name, List.of(), javaOptions, main, arguments, Map.of());
    }

    Process launch(
            String name,
            List<String> before,
            List<String> javaOptions,
            String main,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        if (archives == null) {
            command.addAll(java(main, javaOptions));
        } else {
            command.addAll(java(
                    main,
                    javaOptions,
                    arguments.contains("init") ? List.of() : DaemonArchives.leaving(main, archives)));
        }
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(folder.resolve("logs").resolve(name + ".out").toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("logs").resolve(name + ".err").toFile()))
                .start();
        running.put(name, process);
        return process;
    }

    /** The command that starts a program, up to its arguments. */
    static List<String> java(String main, List<String> javaOptions) {
        return java(main, javaOptions, DaemonArchives.options(main, DaemonArchives.classPath(main, javaOptions)));
    }

    private static List<String> java(String main, List<String> javaOptions, List<String> sharing) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                // What the virtual machine itself says is no answer of the program.
                "-Xlog:disable",
                "-Xlog:all=error:stderr"));
        command.addAll(sharing);
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", DaemonArchives.classPath(main, javaOptions), main));
        return command;
    }

    private void start(String name, List<String> javaOptions, String main, List<String> arguments) throws IOException {
        untilReady(name, launch(name, javaOptions, main, arguments));
    }

    private void untilReady(String name, Process process) throws IOException {
        long until = System.nanoTime() + START_LIMIT;
        Path out = folder.resolve("logs").resolve(name + ".out");
        while (System.nanoTime() < until && process.isAlive()) {
            if (Files.readString(out).contains("ready ")) {
                return;
            }
            pause();
        }
        throw new AssertionError(name + " did not start: " + errors(name));
    }

    /** Where a daemon's pages are, as {@code https://host:port}, once they are open. */
    public String console(String name) throws IOException {
        long until = System.nanoTime() + START_LIMIT;
        Path out = folder.resolve("logs").resolve(name + ".out");
        while (System.nanoTime() < until) {
            for (String line : Files.readAllLines(out)) {
                if (line.startsWith("console ")) {
                    return line.substring("console ".length());
                }
            }
            pause();
        }
        throw new AssertionError("the pages of " + name + " did not open: " + errors(name) + troubles());
    }

    String finish(String name, List<String> javaOptions, String main, List<String> arguments) throws IOException {
        Process process = launch(name, javaOptions, main, arguments);
        try {
            if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(name + " failed: " + errors(name));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(name + " was interrupted");
        }
        return Files.readString(folder.resolve("logs").resolve(name + ".out"));
    }

    @Override
    public void close() {
        for (Process process : running.values()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static JsonNode lastObject(String output) {
        List<String> lines = output.lines().filter(line -> line.startsWith("{")).toList();
        return lines.isEmpty()
                ? JsonNodeFactory.instance.objectNode()
                : CanonicalJson.readTree(lines.get(lines.size() - 1).getBytes(StandardCharsets.UTF_8));
    }

    private static void pause() {
        try {
            Thread.sleep(25);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
