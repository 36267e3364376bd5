package org.osteon.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.RegisterFlowerNodeRequest;
import org.osteon.protocol.v1.UngovernedRunRequest;

/** Our hub as it is packaged: TLS, its database and files on disk, every acknowledgement synced. */
final class HubUnderLoad implements FleetServer {
    private static final String MAIN = "org.osteon.coordinator.CoordinatorMain";
    private static final String PYPROJECT = """
            [project]
            name = "speed"
            version = "1.0.0"
            [tool.flwr.app]
            publisher = "osteon"
            [tool.flwr.app.components]
            serverapp = "speed.server_app:app"
            clientapp = "speed.client_app:app"
            """;

    private final Path folder;
    private final Plan plan;
    private final String address;
    private final Process process;
    private String run = "";

    HubUnderLoad(Path work, Plan plan, String heap) throws Exception {
        this(work, plan, heap, command -> command);
    }

    /** A hub that is started by the command that this makes of its own. */
    HubUnderLoad(Path work, Plan plan, String heap, UnaryOperator<List<String>> started) throws Exception {
        this.folder = work.resolve("hub");
        this.plan = plan;
        String grpc = "127.0.0.1:" + Ports.free();
        String http = "127.0.0.1:" + Ports.free();
        this.address = "grpc".equals(plan.carrier()) ? grpc : http;
        Process init = Processes.start(
                work,
                "hub-init",
                Map.of(),
                Processes.java(
                        "256m",
                        MAIN,
                        "init",
                        folder.toString(),
                        "--address",
                        grpc,
                        "--fleet-http",
                        http,
                        "--console",
                        "off",
                        "--allow-ungoverned"));
        if (!init.waitFor(5, TimeUnit.MINUTES) || init.exitValue() != 0) {
            throw new IllegalStateException("hub init: " + Processes.end(work.resolve("hub-init.err")));
        }
        this.process = Processes.start(
                work,
                "hub",
                Map.of("MALLOC_ARENA_MAX", "2", "MALLOC_MMAP_THRESHOLD_", "262144", "MALLOC_TRIM_THRESHOLD_", "262144"),
                started.apply(Processes.java(heap, MAIN, "start", folder.toString())));
        Processes.line(process, work.resolve("hub.out"), "ready ", 1, 300);
    }

    @Override
    public String name() {
        return "hub, on disk";
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public Path certificate() {
        return folder.resolve("tls.crt");
    }

    @Override
    public Process process() {
        return process;
    }

    @Override
    public void know(Path keys) throws Exception {
        try (DaemonFolder hub = DaemonFolder.hub(folder, "operator")) {
            for (String pem : Files.readString(keys).split("(?<=-----END PUBLIC KEY-----\n)")) {
                hub.hub()
                        .registerFlowerNode(RegisterFlowerNodeRequest.newBuilder()
                                .setNodeKeyPem(pem)
                                .build());
            }
        }
    }

    @Override
    public void begin() throws Exception {
        List<NamedArray> arrays = new ArrayList<>();
        for (ArraySpec spec : plan.specs()) {
            // Without bytes: zeros.
            arrays.add(NamedArray.newBuilder()
                    .setName(spec.name())
                    .setDtype(spec.dtype())
                    .addAllShape(spec.shape())
                    .build());
        }
        try (DaemonFolder hub = DaemonFolder.hub(folder, "engineer")) {
            String answer = hub.hub()
                    .startUngovernedRun(UngovernedRunRequest.newBuilder()
                            .setRounds(plan.rounds())
                            .setNodes(plan.nodes())
                            .setStrategy(plan.strategy())
                            .putAllStrategyOptions(plan.constants())
                            .addAllArrays(arrays)
                            .setFab(ByteString.copyFrom(fab()))
                            .build())
                    .getJson();
            run = new ObjectMapper().readTree(answer).path("run").asText();
        }
    }

    @Override
    public Made made() throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        try (Connection hub = DriverManager.getConnection("jdbc:sqlite:file:" + folder.resolve("hub.db") + "?mode=ro");
                PreparedStatement query = hub.prepareStatement(
                        "SELECT round.closed, model.document FROM round JOIN model ON model.digest = round.model"
                                + " WHERE round.run = ? AND round.round = ?")) {
            query.setString(1, run);
            query.setInt(2, plan.rounds());
            while (System.nanoTime() < until) {
                try (ResultSet rows = query.executeQuery()) {
                    if (rows.next()) {
                        String digest = new ObjectMapper()
                                .readTree(rows.getString(2))
                                .path("arrays")
                                .asText();
                        return new Made(rows.getLong(1), digest);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new IllegalStateException("the hub made no model of round " + plan.rounds());
    }

    private static byte[] fab() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("pyproject.toml"));
            zip.write(PYPROJECT.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    @Override
    public void close() throws InterruptedException {
        Processes.end(process);
    }
}
