package org.osteon.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;

/** The demo's processes, each started through the launcher as a deployment would; all ended with the demo. */
final class Daemons implements AutoCloseable {
    private static final long START_LIMIT = TimeUnit.SECONDS.toNanos(60);

    private final Path home;
    private final Path logs;
    private final List<Daemon> running = new ArrayList<>();

    Daemons(Path home, Path logs) throws IOException {
        this.home = home;
        this.logs = Files.createDirectories(logs);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "demo-end"));
    }

    /**
     * A process.
     *
     * @param name what people call it
     * @param process the process
     * @param folder its data folder
     * @param output file with its standard output
     */
    record Daemon(String name, Process process, Path folder, Path output) {
        Map<String, Object> view(List<String> ports) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("name", name);
            view.put("pid", process.pid());
            view.put("dataDir", folder.toString());
            view.put("ports", ports);
            return view;
        }
    }

    /** Starts a process that stays; {@link #ready} waits for it. */
    Daemon start(String name, Path folder, List<String> prefix, List<String> arguments) {
        Daemon daemon = new Daemon(name, launch(name, prefix, arguments), folder, logs.resolve(name + ".out"));
        synchronized (running) {
            running.add(daemon);
        }
        return daemon;
    }

    /** Waits until the daemon says that it is ready; returns the address it listens on. */
    String ready(Daemon daemon) throws IOException, InterruptedException {
        long until = System.nanoTime() + START_LIMIT;
        while (System.nanoTime() < until) {
            for (String line : Files.readAllLines(daemon.output())) {
                if (line.startsWith("ready ")) {
                    return line.substring("ready ".length());
                }
            }
            if (!daemon.process().isAlive()) {
                break;
            }
            Thread.sleep(20);
        }
        throw new CliException(
                ExitCode.TRY_AGAIN, "error.demo.start", daemon.name(), logs.resolve(daemon.name() + ".err"));
    }

    /** Starts a program that ends by itself. */
    Process launch(String name, List<String> prefix, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(home.resolve("osteon").toString());
        command.addAll(arguments);
        return launchCommand(name, command);
    }

    /** Starts a Java program of this installation that is no verb. */
    Daemon startJava(String name, Path folder, List<String> prefix, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(arguments);
        Daemon daemon = new Daemon(name, launchCommand(name, command), folder, logs.resolve(name + ".out"));
        synchronized (running) {
            running.add(daemon);
        }
        return daemon;
    }

    /** What a program that ended well printed. */
    String finish(String name, Process process) throws IOException, InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new CliException(ExitCode.TRY_AGAIN, "error.demo.failed", name, logs.resolve(name + ".err"));
        }
        return Files.readString(logs.resolve(name + ".out"));
    }

    private Process launchCommand(String name, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(logs.resolve(name + ".out").toFile())
                    .redirectError(logs.resolve(name + ".err").toFile());
            builder.environment().put("OSTEON_NO_BUILD", "1");
            builder.environment().putIfAbsent("OSTEON_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<Daemon> all;
        synchronized (running) {
            all = List.copyOf(running);
        }
        all.forEach(daemon -> daemon.process().destroy());
        for (Daemon daemon : all) {
            try {
                if (!daemon.process().waitFor(5, TimeUnit.SECONDS)) {
                    daemon.process().destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                daemon.process().destroyForcibly();
            }
        }
    }
}
