package org.osteon.site.hosted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.site.settings.HostedSettings;

/** A machine or an environment that lacks something: hosting does not open, says what is missing and what to do. */
class WithoutIsolationTest {
    private static final Path SECOND = Path.of("/sys/fs/cgroup/unified");
    private static final List<String> PROGRAMS = List.of("bwrap", "setpriv", "unshare", "newuidmap", "newgidmap");

    @TempDir
    Path work;

    private Path site;
    private Path data;
    private Path tools;
    private Path flower;
    private Path ran;

    @BeforeEach
    void machineOfPrograms() throws IOException {
        site = Files.createDirectory(work.resolve("site"));
        data = Files.createDirectory(work.resolve("data"));
        tools = Files.createDirectory(work.resolve("tools"));
        flower = Files.createDirectories(work.resolve("flower/bin"));
        ran = work.resolve("ran");
        for (String program : PROGRAMS) {
            program(tools.resolve(program), "touch " + ran + "; exit 0");
        }
        program(flower.resolve("python"), "touch " + ran + "; exit 0");
        program(flower.resolve("flwr-clientapp"), "touch " + ran + "; exit 0");
        flower = flower.getParent();
    }

    private static void program(Path file, String does) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + does + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private HostedSettings settings(List<Path> cgroups) {
        return new HostedSettings(flower, data, 64123, cgroups, 512, 64, 1, 60, Map.of());
    }

    private HostedApps open(HostedSettings settings) {
        return HostedApps.open(settings, site, "127.0.0.1:1", tools);
    }

    private void refuses(HostedSettings settings, String code, String... words) {
        assertThatThrownBy(() -> open(settings))
                .isInstanceOfSatisfying(
                        HostedFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContainingAll(words);
        assertThat(ran).as("nothing of the environment ran").doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bwrap", "setpriv"})
    void withoutAProgramOfTheSandbox(String program) throws IOException {
        Files.delete(tools.resolve(program));

        refuses(settings(List.of()), "HOSTING_NOT_ISOLATED", program + " is not there", "install", "bubblewrap");
    }

    @Test
    void withoutTheEnvironment() throws IOException {
        Files.move(flower, work.resolve("elsewhere"));

        refuses(settings(List.of()), "HOSTING_NOT_ISOLATED", flower + " is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "flwr-clientapp"})
    void withoutAProgramOfTheEnvironment(String program) throws IOException {
        Files.delete(flower.resolve("bin").resolve(program));

        refuses(settings(List.of()), "HOSTED_FLOWER_UNSUPPORTED", "has no bin/" + program, "pip install 'flwr>=1.26");
    }

    @Test
    void withoutAControlGroup() throws IOException {
        refuses(settings(List.of()), "HOSTING_WITHOUT_LIMITS", "limits cpu, memory, pids", "hostedCgroups", "Delegate");
        refuses(settings(List.of(work.resolve("none"))), "HOSTING_WITHOUT_LIMITS", "none is not there");
    }

    @Test
    void withAFolderThatLimitsNothing() throws IOException {
        Path folder = Files.createDirectory(work.resolve("memory"));
        Files.createFile(folder.resolve("cgroup.controllers"));

        refuses(settings(List.of(folder)), "HOSTING_WITHOUT_LIMITS", "is no control group");

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("nothing was made in it").hasSize(1);
        }
    }

    @Test
    void withAGroupOfVersionTwoThatLimitsNothing() throws IOException {
        boolean there = Files.isWritable(SECOND)
                && !Files.readString(SECOND.resolve("cgroup.controllers")).contains("memory");
        Assumptions.assumeTrue(there, "there is no writable hierarchy of version 2 beside version 1 here");
        Path group = Files.createDirectory(SECOND.resolve("osteon-test-" + UUID.randomUUID()));
        Process inside = new ProcessBuilder("sleep", "300").start();
        try {
            refuses(settings(List.of(group)), "HOSTING_WITHOUT_LIMITS", "limits cpu, memory, pids");
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(inside.pid()));
            refuses(settings(List.of(group)), "HOSTING_WITHOUT_LIMITS", "processes are in " + group);
        } finally {
            inside.destroyForcibly().onExit().join();
            Files.delete(group);
        }
    }

    @Test
    void whereBubblewrapMayMakeNoNamespaces() throws IOException {
        try (Machine machine = Machine.find()) {
            program(tools.resolve("bwrap"), "echo 'no permission to make a namespace' >&2; exit 1");

            refuses(
                    settings(machine.settings(data, 60).cgroups()),
                    "HOSTING_NOT_ISOLATED",
                    "exit 1",
                    "no permission to make a namespace",
                    "allow the agent's user to make user namespaces");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.25.0", "1.30.0", "1.41.0"})
    void withAnotherReleaseOfFlower(String release) throws IOException, InterruptedException {
        try (Machine machine = Machine.find()) {
            flower = machine.environment(work.resolve("environment"), release);
            onlyTheSystems();

            refuses(
                    settings(machine.settings(data, 60).cgroups()),
                    "HOSTED_FLOWER_UNSUPPORTED",
                    release.isEmpty() ? "has no Flower" : "has Flower " + release,
                    "Flower 1.26 to 1.29");
        }
    }

    @Test
    void afterTheStart() throws IOException, InterruptedException {
        try (Machine machine = Machine.find()) {
            // Given
            flower = machine.environment(work.resolve("environment"), "1.29.0");
            onlyTheSystems();
            HostedApps apps = open(settings(machine.settings(data, 60).cgroups()));
            assertThat(apps.objection()).isEmpty();

            // When
            Files.delete(tools.resolve("bwrap"));

            // Then
            assertThat(apps.objection()).contains("HOSTING_NOT_ISOLATED");
        }
        assertThat(ran).doesNotExist();
    }

    /** The system's own programs instead of those that only say that they ran. */
    private void onlyTheSystems() throws IOException {
        for (String program : PROGRAMS) {
            Files.delete(tools.resolve(program));
            Files.createSymbolicLink(tools.resolve(program), Path.of("/usr/bin", program));
        }
    }
}
