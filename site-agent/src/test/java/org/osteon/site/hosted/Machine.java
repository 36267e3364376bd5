package org.osteon.site.hosted;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.osteon.protocol.flower.record.Value;
import org.osteon.site.settings.HostedSettings;

/**
 * What hosting needs of a machine: bubblewrap, root or subordinate ids, control groups that may be made, and an
 * environment with Flower, named by {@code OSTEON_HOSTED_FLOWER}. Absent, the test is skipped visibly, or fails where
 * {@code -Dosteon.require=hosting} says so.
 */
final class Machine implements AutoCloseable {
    private static final int MEMORY_MIB = 512;
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final List<Path> groups = new ArrayList<>();
    private final Path flower;

    private Machine(Path flower) {
        this.flower = flower;
    }

    static Machine find() throws IOException {
        String named = System.getenv("OSTEON_HOSTED_FLOWER");
        if (named == null || !Files.isExecutable(Path.of(named, "bin", "flwr-clientapp"))) {
            throw absent("OSTEON_HOSTED_FLOWER names no environment with flwr-clientapp");
        }
        if (!Files.isExecutable(Path.of("/usr/bin/bwrap"))) {
            throw absent("bubblewrap is not installed");
        }
        Machine hosting = new Machine(Path.of(named));
        boolean second = Files.exists(CGROUPS.resolve("cgroup.controllers"));
        for (String controller : second ? List.of("") : List.of("memory", "pids", "cpu")) {
            Path parent = CGROUPS.resolve(controller);
            if (!Files.isWritable(parent)) {
                throw absent("no control group can be made in " + parent);
            }
            hosting.groups.add(Files.createDirectory(parent.resolve("osteon-test-" + UUID.randomUUID())));
        }
        return hosting;
    }

    private static RuntimeException absent(String what) {
        if (List.of(System.getProperty("osteon.require", "").split(",")).contains("hosting")) {
            return fail("hosting is required, and " + what);
        }
        Assumptions.abort("hosting cannot be tried: " + what);
        return new IllegalStateException();
    }

    /** The environment's folder. */
    Path flower() {
        return flower;
    }

    /** An environment of the same Python that calls itself of this release of Flower, or has none. */
    Path environment(Path folder, String release) throws IOException, InterruptedException {
        Process made = new ProcessBuilder(
                        flower.resolve("bin/python").toString(), "-m", "venv", "--without-pip", folder.toString())
                .inheritIO()
                .start();
        if (!made.waitFor(120, TimeUnit.SECONDS) || made.exitValue() != 0) {
            made.destroyForcibly();
            throw new IllegalStateException("no environment was made");
        }
        Files.writeString(folder.resolve("bin").resolve(FlowerRelease.CLIENT_APP), "raise SystemExit(1)\n");
        if (!release.isEmpty()) {
            try (Stream<Path> libraries = Files.list(folder.resolve("lib"))) {
                Path known =
                        libraries.findFirst().orElseThrow().resolve("site-packages/flwr-" + release + ".dist-info");
                Files.writeString(
                        Files.createDirectory(known).resolve("METADATA"),
                        "Metadata-Version: 2.1\nName: flwr\nVersion: " + release + "\n");
            }
        }
        return folder;
    }

    HostedSettings settings(Path data, int seconds) {
        return new HostedSettings(
                flower, data, 64123, groups, MEMORY_MIB, 64, 1, seconds, Map.of("data", new Value.Text(Sandbox.DATA)));
    }

    /** The bundle that {@code flwr build} makes of an app of this project. */
    byte[] bundle(String app, Path work) throws IOException, InterruptedException {
        Path source = Path.of("..", "interop", app).toRealPath();
        Path copy = Files.createDirectories(work.resolve(app));
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> !path.toString().contains("__pycache__"))
                    .toList()) {
                Path target = copy.resolve(source.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        Process build = new ProcessBuilder(flower.resolve("bin/flwr").toString(), "build", "--app", ".")
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("build").toFile())
                .start();
        if (!build.waitFor(120, TimeUnit.SECONDS) || build.exitValue() != 0) {
            build.destroyForcibly();
            throw new IllegalStateException("flwr build: " + Files.readString(work.resolve("build")));
        }
        try (Stream<Path> files = Files.list(copy)) {
            return Files.readAllBytes(files.filter(file -> file.toString().endsWith(".fab"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Override
    public void close() throws IOException {
        for (Path group : groups) {
            Files.delete(group);
        }
    }
}
