package org.osteon.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An officer's program that shows pages, as a process of its own. */
public final class OfficerProgram implements AutoCloseable {
    private static final Pattern LINK = Pattern.compile("https://localhost:[0-9]+/enter\\?token=[A-Za-z0-9_-]+");
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(180);

    private final Process process;
    private final Path output;
    private final String link;

    /** Starts {@code osteon officer …} and waits for its link. */
    public OfficerProgram(Path folder, String... arguments) throws IOException {
        output = Files.createTempFile(folder, "officer", ".out");
        List<String> command =
                new ArrayList<>(Federation.java("org.osteon.cli.Osteon", List.of("-Duser.timezone=Asia/Shanghai")));
        command.add("officer");
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        link = await();
    }

    /** The link that opens its pages. */
    public String link() {
        return link;
    }

    /** Waits for its end; returns what it wrote. */
    String ended() throws IOException, InterruptedException {
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            throw new AssertionError("the officer's program did not end: " + text());
        }
        return text();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String await() throws IOException {
        long until = System.nanoTime() + PATIENCE;
        while (System.nanoTime() < until) {
            Matcher found = LINK.matcher(text());
            if (found.find()) {
                return found.group();
            }
            if (!process.isAlive()) {
                break;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        process.destroyForcibly();
        throw new AssertionError("the officer's program showed no link: " + text());
    }

    private String text() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
