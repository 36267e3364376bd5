package org.osteon.cli.officer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.decision.SiteDesk;
import org.osteon.cli.officer.decision.WaitingApprovals;
import org.osteon.cli.officer.page.SigningSession;
import picocli.CommandLine;

/** The officer's pages as {@code officer sign} serves them, on a thread of the test. */
final class SignedPages implements AutoCloseable {
    private final Thread thread;
    private final String link;
    private final int port;

    SignedPages(Path own, Path site, Path key, Path waiting) throws Exception {
        port = freePort();
        OfficerFolder folder = own(own);
        BlockingQueue<String> opened = new ArrayBlockingQueue<>(1);
        thread = new Thread(() -> {
            try (DaemonFolder daemon = DaemonFolder.site(site, "officer")) {
                new SigningSession(folder, port, Duration.ofMinutes(10), Locale.ENGLISH, opened::add)
                        .sign(
                                new SiteDesk(daemon),
                                KnownHub.remembered(folder, site),
                                site,
                                daemon.settings().text("site"),
                                key,
                                new WaitingApprovals(waiting));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                opened.add("failed: " + e.getMessage());
            }
        });
        thread.setDaemon(true);
        thread.start();
        String answer = opened.poll(60, TimeUnit.SECONDS);
        if (answer == null || answer.startsWith("failed: ")) {
            throw new IllegalStateException(answer);
        }
        link = answer;
    }

    /** An officer's own folder at a place. */
    static OfficerFolder own(Path place) {
        OfficerFolder folder = new OfficerFolder();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("own", CommandLine.Model.CommandSpec.forAnnotatedObject(folder)))
                .parseArgs("--own", place.toString());
        return folder;
    }

    String link() {
        return link;
    }

    String origin() {
        return "https://localhost:" + port;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(20));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
