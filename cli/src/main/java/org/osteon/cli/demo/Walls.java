package org.osteon.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An operating-system user of its own for each daemon and officer, where the demo may give one. */
final class Walls {
    private static final int FIRST_USER = 61_000;
    private final boolean shown;

    private Walls(boolean shown) {
        this.shown = shown;
    }

    /**
     * Tries it.
     *
     * @param home the installation, which such a user must be able to read
     * @param out the demo's folder, which such a user must be able to reach
     */
    static Walls probe(Path home, Path out) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return new Walls(false);
        }
        List<String> test = new ArrayList<>(as(FIRST_USER));
        test.addAll(List.of(
                "test",
                "-x",
                home.resolve("osteon").toString(),
                "-a",
                "-r",
                home.resolve("cli/pom.xml").toString(),
                "-a",
                "-x",
                out.toString()));
        return new Walls(succeeds(test));
    }

    /** Whether each party has a user of its own. */
    boolean shown() {
        return shown;
    }

    /** The words before a command that is to run as the n-th user. */
    List<String> prefix(int n) {
        return shown ? as(FIRST_USER + n) : List.of();
    }

    /** Gives a folder to the n-th user alone. */
    void give(Path folder, int n) throws IOException {
        if (shown && !succeeds(List.of("chown", "-R", (FIRST_USER + n) + ":" + (FIRST_USER + n), folder.toString()))) {
            throw new IOException("the folder cannot be given to its user: " + folder.getFileName());
        }
    }

    private static List<String> as(int user) {
        return List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups");
    }

    private static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
