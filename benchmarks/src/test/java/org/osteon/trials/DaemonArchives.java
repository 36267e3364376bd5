package org.osteon.trials;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.Digest;

/**
 * Class-data archives of the programs that trials start as processes: with them a program is ready in half the time.
 * They are made once for a class path, from a hub and a site that have done one round and the command that asked about
 * it, and kept in the module's target folder. Where none comes of it, trials go without.
 */
final class DaemonArchives {
    private static final Map<String, String> PROGRAMS = Map.of(
            "org.osteon.coordinator.CoordinatorMain", "hub",
            "org.osteon.site.SiteAgentMain", "site",
            "org.osteon.cli.Osteon", "command");
    private static final String SITE = "site";
    private static @Nullable Path made;

    private DaemonArchives() {}

    /** A program's class path: without this module's own folders, which no archive can be made of. */
    static String classPath(String main, List<String> javaOptions) {
        String whole = System.getProperty("java.class.path");
        // A provider named there is a class of the trials.
        boolean ownClasses = javaOptions.stream().anyMatch(option -> option.startsWith("-Djava.security.properties="));
        if (!PROGRAMS.containsKey(main) || ownClasses) {
            return whole;
        }
        Path target = Path.of("target").toAbsolutePath();
        return String.join(
                File.pathSeparator,
                Stream.of(whole.split(File.pathSeparator))
                        .filter(entry -> !Path.of(entry).toAbsolutePath().startsWith(target))
                        .toList());
    }

    /** Options under which a program starts with its archive; none where there is no archive. */
    static List<String> options(String main, String classPath) {
        String program = PROGRAMS.get(main);
        if (program == null || hasFolders(classPath)) {
            return List.of();
        }
        Path archive = made(classPath).resolve(program + ".jsa");
        return Files.isRegularFile(archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
    }

    /** Options under which a program leaves its archive in a folder when it ends. */
    static List<String> leaving(String main, Path folder) {
        String program = PROGRAMS.get(main);
        // JDK 17 dies in writing an archive when native code for signatures was loaded.
        return program == null
                ? List.of()
                : List.of(
                        "-XX:ArchiveClassesAtExit=" + folder.resolve(program + ".jsa"),
                        "-XX:ErrorFile=" + folder.resolve(program + ".died"),
                        "-Dosteon.signatures=jdk");
    }

    private static boolean hasFolders(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator)).anyMatch(entry -> Files.isDirectory(Path.of(entry)));
    }

    private static synchronized Path made(String classPath) {
        if (made == null) {
            try {
                Path all = Files.createDirectories(Path.of("target", "archives").toAbsolutePath());
                Path folder = all.resolve(key(classPath));
                try (FileChannel lock =
                        FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    // Another fork may be making them.
                    lock.lock();
                    if (!Files.exists(folder)) {
                        make(Files.createDirectory(folder));
                    }
                }
                made = folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made;
    }

    /** The class path with what the virtual machine compares of each of its files. */
    private static String key(String classPath) throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.home"));
        for (String entry : classPath.split(File.pathSeparator)) {
            Path file = Path.of(entry);
            if (Files.exists(file)) {
                text.append('\n')
                        .append(entry)
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis());
            }
        }
        return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8)).hex();
    }

    private static void make(Path archives) throws IOException {
        Path folder = Files.createTempDirectory("archives");
        try (Federation federation =
                new Federation(Files.createDirectory(folder.resolve("federation"))).leavingArchives(archives)) {
            String hub = federation.withHub().hub().toString();
            federation.withSite(SITE, "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5");
            federation.map(SITE, Path.of("..", "sample-data", "hospital-c", "export.csv"));
            Path file = TrialStudy.write(
                    folder.resolve("study.json"),
                    "archives",
                    List.of(SITE),
                    tree -> TrialStudy.part(tree, "plan").put("rounds", 1).put("noiseMultiplier", 20.0));
            String study = federation
                    .done("study", "publish", file.toString(), "--hub", hub)
                    .path("digest")
                    .asText();
            federation.done("study", "dry-run", study, "--hub", hub);
            federation.approve(SITE, study, 1, 1);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            Federation.Answer started = federation.run("run", "start", study, "--hub", hub);
            while (started.exit() != 0 && System.nanoTime() < until) {
                started = federation.run("run", "start", study, "--hub", hub);
            }
            federation.follow(started.json().path("run").asText());
            List<String> asked = new ArrayList<>(List.of("study", "list", "--json", "--hub", hub));
            federation.finish("command", List.of(), "org.osteon.cli.Osteon", asked);
            for (String daemon : List.of(SITE, "hub")) {
                Process process = federation.process(daemon);
                process.destroy();
                process.waitFor(3, TimeUnit.MINUTES);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AssertionError e) {
            System.out.println("trials go without class-data archives: " + e.getMessage());
        } finally {
            try (Stream<Path> left = Files.walk(folder)) {
                left.sorted(java.util.Comparator.reverseOrder())
                        .forEach(one -> one.toFile().delete());
            }
        }
    }
}
