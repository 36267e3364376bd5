package org.osteon.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.protocol.call.TlsIdentity;

/**
 * An unmodified {@code flower-superlink} with TLS, and a ServerApp with Flower's own FedAvg that {@code flwr run}
 * starts.
 */
final class SuperLinkUnderLoad implements FleetServer {
    private final Path folder;
    private final Plan plan;
    private final Path programs;
    private final String release;
    private final boolean sqlite;
    private final String fleet;
    private final String control;
    private final TlsIdentity tls;
    private final Process process;
    private int runs;

    SuperLinkUnderLoad(Path work, Path repository, Plan plan, FlowerHome flower, boolean sqlite) throws Exception {
        this.folder = Files.createDirectories(work.resolve(sqlite ? "superlink-sqlite" : "superlink-memory"));
        this.plan = plan;
        this.programs = flower.programs();
        this.release = flower.release();
        this.sqlite = sqlite;
        this.control = "127.0.0.1:" + Ports.free();
        this.fleet = "grpc".equals(plan.carrier()) ? "127.0.0.1:" + Ports.free() : control;
        this.tls = TlsIdentity.create(folder, List.of("localhost", "127.0.0.1"));
        copy(repository.resolve("benchmarks/src/main/python/flower-app"), folder.resolve("app"));
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(
                folder.resolve("home/config.toml"),
                "[superlink]\ndefault = \"lab\"\n[superlink.lab]\naddress = \"" + control + "\"\nroot-certificates = \""
                        + tls.certificateFile() + "\"\n");
        List<String> command = new ArrayList<>(List.of(
                programs.resolve("flower-superlink").toString(),
                "--host",
                "127.0.0.1",
                "--port",
                control.substring(control.indexOf(':') + 1),
                "--disable-runtime-dependency-installation",
                "--ssl-ca-certfile",
                tls.certificateFile().toString(),
                "--ssl-certfile",
                tls.certificateFile().toString(),
                "--ssl-keyfile",
                tls.keyFile().toString()));
        if ("grpc".equals(plan.carrier())) {
            command.addAll(List.of("--fleet-api-address", fleet));
        }
        if (sqlite) {
            command.addAll(List.of("--database", folder.resolve("state.db").toString()));
        }
        this.process = Processes.start(folder, "superlink", environment(), command);
        awaitPort();
    }

    private Map<String, String> environment() {
        return Map.of(
                "PATH",
                programs + ":" + System.getenv("PATH"),
                "FLWR_HOME",
                folder.resolve("home").toString(),
                "FLWR_TELEMETRY_ENABLED",
                "0",
                "FLWR_DISABLE_UPDATE_CHECK",
                "1");
    }

    private void awaitPort() throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        for (String address : List.of(control, fleet)) {
            int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            while (true) {
                try (var probe = new java.net.Socket("127.0.0.1", port)) {
                    break;
                } catch (IOException e) {
                    if (System.nanoTime() > until || !process.isAlive()) {
                        throw new IllegalStateException(
                                "flower-superlink did not start: " + Processes.end(folder.resolve("superlink.err")), e);
                    }
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            }
        }
    }

    @Override
    public String name() {
        return "flower-superlink " + release + (sqlite ? ", SQLite" : ", in memory");
    }

    @Override
    public String address() {
        return fleet;
    }

    @Override
    public Path certificate() {
        return tls.certificateFile();
    }

    @Override
    public Process process() {
        return process;
    }

    @Override
    public void know(Path keys) {
        // Nodes register themselves.
    }

    @Override
    public void begin() throws Exception {
        String config = String.format(
                Locale.ROOT,
                "nodes=%d rounds=%d arrays=%d elements=%d out=\"%s\"",
                plan.nodes(),
                plan.rounds(),
                plan.arrays(),
                plan.elements(),
                folder.resolve("made-" + ++runs + ".json"));
        Process flwr = Processes.start(
                folder,
                "flwr",
                environment(),
                List.of(
                        programs.resolve("flwr").toString(),
                        "run",
                        folder.resolve("app").toString(),
                        "lab",
                        "--run-config",
                        config));
        if (!flwr.waitFor(3, TimeUnit.MINUTES) || flwr.exitValue() != 0) {
            throw new IllegalStateException("flwr run: " + Processes.end(folder.resolve("flwr.out"))
                    + Processes.end(folder.resolve("flwr.err")));
        }
    }

    @Override
    public Made made() throws Exception {
        Path file = folder.resolve("made-" + runs + ".json");
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(20);
        while (!Files.exists(file)) {
            if (System.nanoTime() > until || !process.isAlive()) {
                throw new IllegalStateException(
                        "the ServerApp made no model: " + Processes.end(folder.resolve("superlink.err")));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        JsonNode made = new ObjectMapper().readTree(file.toFile());
        return new Made(1000 * made.path("done").asDouble(), made.path("model").asText());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> !f.toString().contains("__pycache__"))
                    .toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        Processes.end(process);
    }
}
