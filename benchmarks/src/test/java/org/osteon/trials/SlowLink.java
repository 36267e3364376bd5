package org.osteon.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A thin, lossy link inside this machine: a network namespace for one party, a pair of interfaces with {@code tc tbf}
 * for the rate and iptables' statistic match for the loss. Needs root, iproute2 and iptables; absent it skips visibly
 * unless {@code osteon.require} names {@code netns}.
 */
final class SlowLink implements AutoCloseable {
    private static final String NEAR_ADDRESS = "10.231.77.1";
    private static final String FAR_ADDRESS = "10.231.77.2";

    private final String name = "osteon-" + ProcessHandle.current().pid();
    private final String near = "osn" + ProcessHandle.current().pid() % 1_000_000;
    private final String far = "osf" + ProcessHandle.current().pid() % 1_000_000;
    private final Deque<List<String>> undo = new ArrayDeque<>();

    /**
     * A link of this rate, each way.
     *
     * @param rate as tc writes it, such as {@code 10mbit}
     * @param loss share of packets that vanish, each way
     */
    SlowLink(String rate, double loss) throws IOException {
        try {
            if (!works()) {
                if (Arrays.asList(System.getProperty("osteon.require", "").split(","))
                        .contains("netns")) {
                    throw new AssertionError("network namespaces are required; they need root, iproute2 and iptables");
                }
                Assumptions.abort("no network namespaces: they need root, iproute2 and iptables");
            }
            make(List.of("ip", "netns", "add", name), List.of("ip", "netns", "del", name));
            make(
                    List.of("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name),
                    List.of("ip", "link", "del", near));
            done("ip", "addr", "add", NEAR_ADDRESS + "/30", "dev", near);
            done("ip", "link", "set", near, "up");
            inside("ip", "addr", "add", FAR_ADDRESS + "/30", "dev", far);
            inside("ip", "link", "set", far, "up");
            inside("ip", "link", "set", "lo", "up");
            done("tc", "qdisc", "add", "dev", near, "root", "tbf", "rate", rate, "burst", "16kb", "latency", "200ms");
            inside("tc", "qdisc", "add", "dev", far, "root", "tbf", "rate", rate, "burst", "16kb", "latency", "200ms");
            inside(loses("-A", far, loss));
            make(List.of(loses("-A", near, loss)), List.of(loses("-D", near, loss)));
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** This machine's address on the link. */
    String address() {
        return NEAR_ADDRESS;
    }

    /** Words before a command that run it at the other end of the link. */
    List<String> far() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Ends every TCP connection over the link that sends something in the meantime, and lets none begin. */
    void cut(long millis) throws IOException, InterruptedException {
        inside(resets("-I"));
        try {
            Thread.sleep(millis);
        } finally {
            inside(resets("-D"));
        }
    }

    private static boolean works() {
        try {
            done("iptables", "-m", "statistic", "--help");
            done("tc", "-V");
            done("ip", "netns", "list");
            return "root".equals(System.getProperty("user.name"));
        } catch (IOException e) {
            return false;
        }
    }

    private String[] resets(String how) {
        return new String[] {
            "iptables", how, "OUTPUT", "-o", far, "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"
        };
    }

    private static String[] loses(String how, String device, double loss) {
        return new String[] {
            "iptables",
            how,
            "INPUT",
            "-i",
            device,
            "-m",
            "statistic",
            "--mode",
            "random",
            "--probability",
            String.valueOf(loss),
            "-j",
            "DROP"
        };
    }

    private void make(List<String> command, List<String> undone) throws IOException {
        done(command.toArray(String[]::new));
        undo.push(undone);
    }

    private void inside(String... command) throws IOException {
        String[] all = new String[command.length + 4];
        far().toArray(all);
        System.arraycopy(command, 0, all, 4, command.length);
        done(all);
    }

    private static void done(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        while (!undo.isEmpty()) {
            done(undo.pop().toArray(String[]::new));
        }
    }
}
