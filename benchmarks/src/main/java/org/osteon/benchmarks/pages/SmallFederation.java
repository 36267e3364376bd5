package org.osteon.benchmarks.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.cli.Osteon;

/** A hub with pages and two sites, as processes of their own, and a study whose rounds are short and nearly free. */
final class SmallFederation implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);
    private static final List<String> SITES = List.of("north", "south");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path repository;
    private final Path folder;
    private final String hubAddress;
    private final Map<String, Process> running = new LinkedHashMap<>();

    SmallFederation(Path repository, Path folder) throws IOException, InterruptedException {
        this.repository = repository;
        this.folder = folder.toAbsolutePath();
        this.hubAddress = "127.0.0.1:" + Ports.free();
        Files.writeString(this.folder.resolve("passphrase"), "only for this benchmark\n");
        ends(
                "hub-init",
                "org.osteon.coordinator.CoordinatorMain",
                "init",
                hub(),
                "--address",
                hubAddress,
                "--console",
                "127.0.0.1:0");
        stays("hub", "org.osteon.coordinator.CoordinatorMain", "start", hub());
        said("hub", "console ");
        for (String site : SITES) {
            withSite(site);
        }
    }

    private void withSite(String name) throws IOException, InterruptedException {
        String key = at(name + ".key");
        done("officer", "key", "new", key, "--passphrase-file", at("passphrase"));
        String token = done("coordinator", "enrol", hub(), "--site", name)
                .path("token")
                .asText();
        String pin = done("coordinator", "status", hub()).path("tlsPin").asText();
        String told = ends(
                name + "-init",
                "org.osteon.site.SiteAgentMain",
                "init",
                at(name),
                "--hub",
                hubAddress,
                "--token",
                token,
                "--hub-pin",
                pin,
                "--address",
                "127.0.0.1:" + Ports.free(),
                "--officer",
                key + ".pub",
                "--epsilon-ceiling",
                "5",
                "--epsilon-total",
                "12",
                "--delta-ceiling",
                "1e-5",
                "--console",
                "off",
                "--allow-root",
                "--json");
        done(
                "coordinator",
                "confirm",
                hub(),
                "--site",
                name,
                "--fingerprint",
                lastObject(told).path("nodeKey").asText());
        stays(name, "org.osteon.site.SiteAgentMain", "start", at(name));
        said(name, "ready ");
        done(
                "data",
                "map",
                "--input",
                repository.resolve("sample-data/hospital-b/export.csv").toString(),
                "--out",
                at("snapshot-" + name),
                "--site",
                at(name));
        done("site", "data", "add", at(name), at("snapshot-" + name));
    }

    /** Publishes a study of that many rounds, has it approved and starts its run; returns the run. */
    String run(int rounds) throws IOException, InterruptedException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                repository.resolve("sample-data/studies/fracture-risk.json").toFile());
        study.put("name", "open-pages");
        ((ObjectNode) study.path("plan")).put("rounds", rounds).put("steps", 1).put("noiseMultiplier", 60);
        ((ObjectNode) study.path("privacy")).put("epsilon", 1);
        ((ObjectNode) study.path("evaluation")).put("heldOutFraction", 0);
        ObjectNode participation = (ObjectNode) study.path("participation");
        participation.set("sites", JSON.valueToTree(SITES));
        participation.put("quorum", SITES.size());
        Path file = folder.resolve("study.json");
        JSON.writeValue(file.toFile(), study);
        String digest = done("study", "publish", file.toString(), "--hub", hub())
                .path("digest")
                .asText();
        for (String site : SITES) {
            String until = Instant.now()
                    .plus(1, ChronoUnit.DAYS)
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString();
            untilDone(
                    "officer",
                    "approve",
                    at(site),
                    digest,
                    "--key",
                    at(site + ".key"),
                    "--passphrase-file",
                    at("passphrase"),
                    "--epsilon",
                    "1",
                    "--rounds",
                    Integer.toString(rounds),
                    "--until",
                    until);
        }
        return untilDone("run", "start", digest, "--hub", hub()).path("run").asText();
    }

    /** A link that opens an engineer's account. */
    String link() {
        return done("coordinator", "link", hub(), "--person", "Reader", "--role", "ml-engineer")
                .path("link")
                .asText();
    }

    String hub() {
        return at("hub");
    }

    /** CPU seconds a process has used. */
    double cpuSeconds(String name) {
        return Objects.requireNonNull(running.get(name))
                        .toHandle()
                        .info()
                        .totalCpuDuration()
                        .orElseThrow()
                        .toNanos()
                / 1e9;
    }

    /** The same, 0 for a process that has not started. */
    double cpuSecondsOr0(String name) {
        return running.containsKey(name) ? cpuSeconds(name) : 0;
    }

    /** Waits until a process has written a line so many times. */
    void saidTimes(String name, String line, int times) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        while (Files.readAllLines(folder.resolve(name + ".out")).stream()
                        .filter(line::equals)
                        .count()
                < times) {
            if (System.nanoTime() > until
                    || !Objects.requireNonNull(running.get(name)).isAlive()) {
                throw new IllegalStateException(
                        name + " did not say \"" + line + "\": " + Files.readString(folder.resolve(name + ".err")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Starts one more Java program of this class path; ended with the others. */
    Process stays(String name, String main, String... arguments) throws IOException {
        Process process = launch(name, main, arguments);
        running.put(name, process);
        return process;
    }

    /** Waits until a process has written a line that begins so. */
    String said(String name, String beginning) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        Path out = folder.resolve(name + ".out");
        boolean alive = true;
        while (System.nanoTime() < until && alive) {
            alive = Objects.requireNonNull(running.get(name)).isAlive();
            for (String line : Files.readAllLines(out)) {
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new IllegalStateException(name + " did not say \"" + beginning.strip() + "\": "
                + Files.readString(folder.resolve(name + ".err")));
    }

    JsonNode done(String... verb) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        JsonNode answer = ask(error, verb);
        if (answer.isMissingNode()) {
            throw new IllegalStateException(
                    "osteon " + String.join(" ", verb) + ": " + error.toString(StandardCharsets.UTF_8));
        }
        return answer;
    }

    private JsonNode untilDone(String... verb) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        while (System.nanoTime() < until) {
            error.reset();
            JsonNode answer = ask(error, verb);
            if (!answer.isMissingNode()) {
                return answer;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new IllegalStateException(
                "osteon " + String.join(" ", verb) + ": " + error.toString(StandardCharsets.UTF_8));
    }

    /** What a verb answers; missing when it is not done. */
    private static JsonNode ask(ByteArrayOutputStream error, String... verb) {
        String[] words = Arrays.copyOf(verb, verb.length + 1);
        words[verb.length] = "--json";
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
            return Osteon.run(words) == 0 ? lastObject(out.toString(StandardCharsets.UTF_8)) : JSON.missingNode();
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    private static JsonNode lastObject(String output) {
        List<String> lines = output.lines().filter(line -> line.startsWith("{")).toList();
        try {
            return JSON.readTree(lines.isEmpty() ? "{}" : lines.get(lines.size() - 1));
        } catch (IOException e) {
            throw new IllegalStateException("a verb's answer is no JSON", e);
        }
    }

    private String ends(String name, String main, String... arguments) throws IOException, InterruptedException {
        Process process = launch(name, main, arguments);
        if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(name + ": " + Files.readString(folder.resolve(name + ".err")));
        }
        return Files.readString(folder.resolve(name + ".out"));
    }

    private Process launch(String name, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
        for (Process process : running.values()) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
