package org.osteon.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.Digest;

/**
 * A server and the generator that plays its nodes; both stay up over all runs, so that neither is new in any but one.
 */
final class FleetRun implements AutoCloseable {
    private static final long PATIENCE = 1_800;

    private final FleetServer server;
    private final Plan plan;
    private final Path folder;
    private final Process load;
    private final PrintStream tell;
    private final String expected;
    private int runs;

    FleetRun(FleetServer server, Plan plan, Path work) throws Exception {
        this.server = server;
        this.plan = plan;
        this.folder =
                Files.createDirectories(work.resolve("load-" + server.name().replaceAll("[^a-zA-Z0-9.]", "-")));
        List<String> command = new ArrayList<>(Processes.java(
                "1g",
                FleetLoad.class.getName(),
                plan.carrier(),
                server.address(),
                server.certificate().toString(),
                folder.toString(),
                Integer.toString(plan.nodes()),
                Integer.toString(plan.rounds()),
                Integer.toString(plan.arrays()),
                Integer.toString(plan.elements()),
                Boolean.toString(plan.known())));
        command.add(1, "-Djdk.httpclient.keepalive.timeout=4");
        this.load = Processes.start(folder, "load", Map.of(), command);
        this.tell = new PrintStream(load.getOutputStream(), true, StandardCharsets.UTF_8);
        await("keys", 1);
        server.know(folder.resolve("keys.pem"));
        tell.println("enter");
        await("entered", 1);
        this.expected = digest(folder.resolve("model-" + plan.rounds()));
    }

    /**
     * One run.
     *
     * @param seconds from the first instruction that a node got to the last model
     * @param cpu CPU seconds of the server and its children meanwhile
     * @param loadCpu the same of the generator
     * @param moving seconds in which at least one node was moving objects
     * @param calls calls by name
     * @param late headers that were not signed beforehand
     * @param failed calls that the server answered with an internal error
     */
    record Once(double seconds, double cpu, double loadCpu, double moving, JsonNode calls, int late, long failed) {
        long allCalls() {
            long all = 0;
            for (JsonNode count : calls) {
                all += count.asLong();
            }
            return all;
        }
    }

    FleetServer server() {
        return server;
    }

    /** Runs once; what the server made is compared with what is right. */
    Once once() throws Exception {
        runs++;
        tell.println("go");
        await("ready", runs);
        server.begin();
        String first = await("first ", runs);
        double before = Processes.cpuSeconds(server.process());
        String done = await("done ", runs);
        FleetServer.Made made = server.made();
        double cpu = Processes.cpuSeconds(server.process()) - before;
        if (plan.known() && !made.digest().equals(expected)) {
            throw new IllegalStateException(
                    server.name() + " made the model " + made.digest() + ", right is " + expected);
        }
        JsonNode figures = new ObjectMapper().readTree(done.substring("done ".length()));
        return new Once(
                (made.millis() - Long.parseLong(first.substring("first ".length()))) / 1e3,
                cpu,
                figures.path("cpuSeconds").asDouble(),
                figures.path("busySeconds").asDouble(),
                figures.path("calls"),
                figures.path("signedLate").asInt(),
                figures.path("failed").asLong());
    }

    private String await(String beginning, int times) throws IOException, InterruptedException {
        return Processes.line(load, folder.resolve("load.out"), beginning, times, PATIENCE);
    }

    private static String digest(Path file) throws IOException {
        MessageDigest sha = Digest.sha256();
        byte[] buffer = new byte[1 << 16];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha.update(buffer, 0, read);
            }
        }
        return Digest.ofRaw(sha.digest()).hex();
    }

    @Override
    public void close() throws Exception {
        Processes.end(load);
        server.close();
    }
}
