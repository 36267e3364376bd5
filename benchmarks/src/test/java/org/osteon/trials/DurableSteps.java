package org.osteon.trials;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * The durable steps of one daemon, numbered as it makes them, and its death by SIGKILL right before or right after one
 * of them: a small library that is loaded before the C library ({@code src/test/c/durable_steps.c}) kills the process
 * in the thread that makes the step, so nothing runs between the step and the kill. Needs a C compiler; absent it skips
 * visibly unless {@code osteon.require} names it.
 */
final class DurableSteps {
    private static final int CONTROL_BYTES = 4096;
    private static final int RECORDING = 0;
    private static final int TARGET = 8;
    private static final int AFTER = 16;
    private static final int COUNT = 24;
    private static final int OF_KIND = 32;
    private static final int KIND = 40;
    private static final int TEXT_BYTES = 64;
    private static final int PLACE = KIND + TEXT_BYTES;
    private static final Pattern LINE = Pattern.compile("(done|before|after) (\\d+) (\\S+) (.*)");

    private final Path library;
    private final Path file;
    private final Path log;
    private final MappedByteBuffer control;

    /** Steps of a daemon that is started with {@link #environment}. */
    DurableSteps(Path library, Path file) throws IOException {
        this.library = library;
        this.file = file;
        this.log = Path.of(file + ".log");
        Files.write(file, new byte[CONTROL_BYTES]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            this.control = channel.map(FileChannel.MapMode.READ_WRITE, 0, CONTROL_BYTES);
        }
        control.order(ByteOrder.nativeOrder());
        Files.write(log, new byte[0]);
    }

    /** What a step does to what is kept or known elsewhere. */
    enum Kind {
        /** A file or a folder is synced. */
        SYNC,
        /** A file gets its name. */
        RENAME,
        /** The first write of a transaction into the database's log. */
        FRAMES,
        /** The database's log is synced: the transaction is on disk. */
        COMMIT,
        /** Bytes go to a peer. */
        SEND;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Kind of(String label) {
            return valueOf(label.toUpperCase(java.util.Locale.ROOT));
        }
    }

    /**
     * A step that was made.
     *
     * @param number its number since recording began
     * @param kind what it does
     * @param path to what, empty or a word where it is no file
     */
    record Step(long number, Kind kind, String path) {}

    /**
     * The step the daemon died at.
     *
     * @param step the step
     * @param after whether it was made
     * @param previous the step that ended last before, if any: the kill came after it, too
     */
    record Death(Step step, boolean after, Optional<Step> previous) {}

    /** The compiled library. */
    static Path library(Path folder) throws IOException {
        Path source = Path.of("src", "test", "c", "durable_steps.c").toAbsolutePath();
        Path library = folder.resolve("durable_steps.so");
        Path messages = folder.resolve("gcc.txt");
        try {
            Process compiler = new ProcessBuilder(
                            "gcc",
                            "-shared",
                            "-fPIC",
                            "-O2",
                            "-Wall",
                            "-Wextra",
                            "-o",
                            library.toString(),
                            source.toString(),
                            "-ldl")
                    .redirectErrorStream(true)
                    .redirectOutput(messages.toFile())
                    .start();
            if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
                throw new AssertionError("the library cannot be compiled: " + Files.readString(messages));
            }
            return library;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (IOException e) {
            if (Arrays.asList(System.getProperty("osteon.require", "").split(","))
                    .contains("gcc")) {
                throw new AssertionError("gcc is required and not there", e);
            }
            Assumptions.abort("gcc is not there; the packages gcc and libc6-dev bring it");
            throw new IllegalStateException("not reached");
        }
    }

    /** Variables the daemon is started with. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "OSTEON_STEPS", file.toString());
    }

    /** Numbers steps from 1 on. */
    void record() {
        begin("", "", 0, false);
    }

    /** Numbers steps from 1 on; the daemon dies before or after that one of all kinds. */
    void killAt(long number, boolean after) {
        begin("", "", number, after);
    }

    /** Numbers steps from 1 on; the daemon dies before or after that one of the kind. */
    void killAt(Kind kind, long number, boolean after) {
        begin(kind.label(), "", number, after);
    }

    /** The daemon dies before the next step of the kind on a file whose path has this part. */
    void killBefore(Kind kind, String place) {
        begin(kind.label(), place, 1, false);
    }

    /** Numbers and kills no more. */
    void rest() {
        control.putLong(RECORDING, 0);
        control.putLong(TARGET, 0);
        control.force();
    }

    /** Steps begun since recording began. */
    long count() {
        return control.getLong(COUNT);
    }

    /** Steps that ended since recording began. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        lines().forEach(line -> {
            if ("done".equals(line.group(1))) {
                steps.add(step(line));
            }
        });
        return steps;
    }

    /** Where the daemon died since recording began, if it did. */
    Optional<Death> death() {
        Optional<Step> previous = Optional.empty();
        for (Matcher line : lines()) {
            if (!"done".equals(line.group(1))) {
                return Optional.of(new Death(step(line), "after".equals(line.group(1)), previous));
            }
            previous = Optional.of(step(line));
        }
        return Optional.empty();
    }

    private void begin(String kind, String place, long number, boolean after) {
        rest();
        try {
            // Emptied, not replaced: a running daemon appends to it.
            Files.write(log, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        control.put(KIND, Arrays.copyOf(kind.getBytes(StandardCharsets.US_ASCII), TEXT_BYTES));
        control.put(PLACE, Arrays.copyOf(place.getBytes(StandardCharsets.US_ASCII), TEXT_BYTES));
        control.putLong(COUNT, 0);
        control.putLong(OF_KIND, 0);
        control.putLong(AFTER, after ? 1 : 0);
        control.putLong(TARGET, number);
        control.putLong(RECORDING, 1);
        control.force();
    }

    private static Step step(Matcher line) {
        return new Step(Long.parseLong(line.group(2)), Kind.of(line.group(3)), line.group(4));
    }

    private List<Matcher> lines() {
        try {
            return Files.readAllLines(log).stream()
                    .map(LINE::matcher)
                    .filter(Matcher::matches)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
