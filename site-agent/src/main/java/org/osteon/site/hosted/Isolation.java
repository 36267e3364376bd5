package org.osteon.site.hosted;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.site.settings.HostedSettings;

/**
 * Shows that the sandbox holds on this machine before any app runs in it: a program of ours tries inside what an app
 * must not be able to do, against listeners and folders that are reachable outside. One way that is open, or one that
 * was not tried, and nothing is hosted.
 */
final class Isolation {
    private static final Duration MOST = Duration.ofSeconds(120);
    private static final long PROBE_MEMORY = 128L * 1024 * 1024;
    private static final int PROBE_PROCESSES = 24;
    private static final String PROBE = "probe.py";
    private static final Set<String> WAYS = Set.of(
            "user",
            "privileges",
            "interfaces",
            "tcp-agent",
            "udp-agent",
            "tcp-hub",
            "vsock",
            "site-folder",
            "other-processes",
            "write-data",
            "write-programs",
            "read-data",
            "processes");

    private final Sandbox sandbox;
    private final HostedSettings settings;
    private final Path site;
    private final String hub;

    Isolation(Sandbox sandbox, HostedSettings settings, Path site, String hub) {
        this.sandbox = sandbox;
        this.settings = settings;
        this.site = site;
        this.hub = hub;
    }

    /**
     * Tries every way.
     *
     * @return the release of Flower that the environment has
     * @throws HostedFailure with code {@code HOSTING_NOT_ISOLATED} or {@code HOSTED_FLOWER_UNSUPPORTED}
     */
    String prove() {
        sandbox.requireTools();
        try (LaunchFolder folder = LaunchFolder.make(site);
                ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            AppSocket.require(folder.shared().resolve(AppSocket.NAME));
            reachable(tcp);
            try (InputStream probe = Isolation.class.getResourceAsStream(PROBE)) {
                Files.copy(probe, folder.shared().resolve(PROBE));
            }
            Map<String, String> found = new LinkedHashMap<>();
            Path output = folder.own().resolve("output");
            Sandbox.Outcome outcome = run(folder, output, asked(tcp, udp), PROBE_MEMORY);
            for (String line : Files.readString(output, StandardCharsets.UTF_8).split("\n")) {
                String[] words = line.split("\t", 3);
                if (words.length == 3) {
                    found.put(words[0], words[1] + " " + words[2]);
                }
            }
            if (!found.keySet().containsAll(WAYS)) {
                throw open("a first program in the sandbox did not run to its end (exit " + outcome.exit() + "): "
                        + start(Files.readString(output, StandardCharsets.UTF_8)));
            }
            WAYS.stream()
                    .sorted()
                    .filter(way -> !found.getOrDefault(way, "").startsWith("shut "))
                    .findFirst()
                    .ifPresent(way -> {
                        throw open(way + ": " + found.get(way));
                    });
            unheard(tcp, udp);
            Sandbox.Outcome bomb = run(folder, output, Map.of("bomb", 2 * PROBE_MEMORY), PROBE_MEMORY);
            if (bomb.exit() == 0 || bomb.memoryKills() == 0) {
                throw open("memory: a process took more than its group's limit");
            }
            String release = found.getOrDefault("release", "");
            return FlowerRelease.require(release.startsWith("shut ") ? release.substring("shut ".length()) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Sandbox.Outcome run(LaunchFolder folder, Path output, Map<String, Object> asked, long memory)
            throws IOException {
        Files.deleteIfExists(output);
        return sandbox.run(
                List.of(
                        settings.flower().resolve("bin/python").toString(),
                        "-I",
                        Sandbox.AGENT + "/" + PROBE,
                        new String(CanonicalJson.write(asked), StandardCharsets.UTF_8)),
                folder,
                output,
                MOST,
                memory,
                PROBE_PROCESSES);
    }

    private Map<String, Object> asked(ServerSocket tcp, DatagramSocket udp) {
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("user", settings.user());
        asked.put("tcp", tcp.getLocalPort());
        asked.put("udp", udp.getLocalPort());
        asked.put("hub", hub);
        asked.put("site", site.toAbsolutePath().toString());
        asked.put("data", Sandbox.DATA);
        asked.put("flower", settings.flower().toString());
        asked.put("processes", PROBE_PROCESSES);
        return asked;
    }

    /** A way that is shut outside, too, would show nothing. */
    private static void reachable(ServerSocket tcp) throws IOException {
        tcp.setSoTimeout(5000);
        try (Socket socket = new Socket(tcp.getInetAddress(), tcp.getLocalPort());
                Socket heard = tcp.accept()) {
            if (!heard.isConnected() || !socket.isConnected()) {
                throw open("the agent cannot reach its own port");
            }
        }
    }

    private static void unheard(ServerSocket tcp, DatagramSocket udp) throws IOException {
        tcp.setSoTimeout(50);
        udp.setSoTimeout(50);
        try (Socket heard = tcp.accept()) {
            throw open("tcp-agent: the agent was called from " + heard.getRemoteSocketAddress());
        } catch (SocketTimeoutException e) {
            // Nobody called.
        }
        try {
            udp.receive(new java.net.DatagramPacket(new byte[64], 64));
            throw open("udp-agent: the agent got a datagram");
        } catch (SocketTimeoutException e) {
            // Nobody sent anything.
        }
    }

    private static HostedFailure open(String what) {
        return new HostedFailure(
                "HOSTING_NOT_ISOLATED",
                "no app is hosted, because this machine does not shut it in: " + what
                        + ". Where bubblewrap says that it may not make namespaces, the machine or the container around"
                        + " the agent forbids them: allow the agent's user to make user namespaces"
                        + " (kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), or"
                        + " give the container the right to; see docs/spec/hosted-apps.md");
    }

    private static String start(String text) {
        String line = text.strip().replace('\n', ' ');
        return line.length() > 300 ? line.substring(line.length() - 300) : line;
    }
}
