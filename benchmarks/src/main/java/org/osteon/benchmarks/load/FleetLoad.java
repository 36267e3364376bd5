package org.osteon.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.sign.SigningKey;

/**
 * A process that plays the nodes of a server, the same for every server: {@code CARRIER ADDRESS CERTIFICATE FOLDER
 * NODES ROUNDS ARRAYS ELEMENTS KNOWN}, the last whether it is known what models must be. It writes the nodes' keys and
 * says {@code keys}; told {@code enter}, it registers them; told {@code go}, it signs headers, says {@code ready},
 * polls, and when every node has answered all rounds says {@code done} with figures.
 */
public final class FleetLoad {
    private static final int WORKERS = 16;
    private static final long PAUSE_MILLIS = 3_000;
    private static final int CALLS_OF_A_ROUND = 24;
    private static final String NATIVE = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private final int rounds;
    private final List<Headers> headers = new ArrayList<>();
    private final Wire wire;
    private final Updates updates;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS, task -> thread(task, "work"));
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, task -> thread(task, "timer"));
    private LoadNode[] entered = new LoadNode[0];
    private final BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private FleetLoad(String[] arguments) throws Exception {
        int nodes = Integer.parseInt(arguments[4]);
        rounds = Integer.parseInt(arguments[5]);
        Path folder = Path.of(arguments[3]);
        updates = new Updates(
                folder,
                nodes,
                Integer.parseInt(arguments[6]),
                Integer.parseInt(arguments[7]),
                Boolean.parseBoolean(arguments[8]));
        StringBuilder keys = new StringBuilder();
        for (int node = 0; node < nodes; node++) {
            SigningKey key = SigningKey.ecdsaP384();
            headers.add(new Headers(key));
            keys.append(key.publicKey().pem());
        }
        Files.writeString(folder.resolve("keys.pem"), keys);
        for (int round = 0; round <= rounds; round++) {
            updates.chunks(round);
            for (int node = 0; node < Math.min(nodes, updates.kinds()) && round > 0; node++) {
                updates.ready(round, node);
            }
        }
        ExecutorService answers = Executors.newFixedThreadPool(2, task -> thread(task, "answers"));
        Path certificate = Path.of(arguments[2]);
        wire = "grpc".equals(arguments[0])
                ? new GrpcWire(arguments[1], certificate, nodes, answers)
                : new HttpWire(arguments[1], certificate, answers);
    }

    /** Runs until standard input ends. */
    public static void main(String[] arguments) throws Exception {
        // Signing must not be what is measured: native code where it loads.
        try {
            Provider provider =
                    (Provider) Class.forName(NATIVE).getDeclaredConstructor().newInstance();
            if (provider.getService("Signature", "SHA256withECDSA") != null) {
                Security.insertProviderAt(provider, 1);
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            System.err.println("signing in Java: " + e);
        }
        try {
            new FleetLoad(arguments).serve();
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void serve() throws Exception {
        System.out.println("keys");
        for (String line = told.readLine(); line != null; line = told.readLine()) {
            if ("enter".equals(line)) {
                LoadNode[] nodes = nodes(new Tally());
                all(nodes, node -> {
                    node.enter();
                    return node;
                });
                System.out.println("entered");
            } else if ("go".equals(line)) {
                go();
            }
        }
        wire.close();
    }

    private LoadNode[] nodes(Tally tally) {
        LoadNode[] nodes = new LoadNode[headers.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = entered.length == 0
                    ? new LoadNode(i, headers.get(i), wire, updates, tally)
                    : entered[i].again(tally);
        }
        entered = nodes;
        return nodes;
    }

    private void go() throws Exception {
        Tally tally = new Tally();
        LoadNode[] nodes = nodes(tally);
        for (Headers each : headers) {
            each.sign(CALLS_OF_A_ROUND * rounds);
        }
        int late = late();
        CountDownLatch left = new CountDownLatch(nodes.length);
        CompletableFuture<Void> failed = new CompletableFuture<>();
        System.out.println("ready");
        double cpu = cpuSeconds();
        for (LoadNode node : nodes) {
            later(node, ThreadLocalRandom.current().nextLong(PAUSE_MILLIS), left, failed);
        }
        while (!left.await(100, TimeUnit.MILLISECONDS)) {
            if (failed.isCompletedExceptionally()) {
                failed.join();
            }
        }
        Map<String, Object> figures = tally.figures();
        figures.put("cpuSeconds", cpuSeconds() - cpu);
        figures.put("signedLate", late() - late);
        System.out.println("done " + new ObjectMapper().writeValueAsString(figures));
    }

    private void later(LoadNode node, long millis, CountDownLatch left, CompletableFuture<Void> failed) {
        timer.schedule(() -> poll(node, left, failed), millis, TimeUnit.MILLISECONDS);
    }

    private void poll(LoadNode node, CountDownLatch left, CompletableFuture<Void> failed) {
        node.poll().whenComplete((response, failure) -> {
            if (failure != null) {
                failed.completeExceptionally(failure);
            } else if (response.getMessagesListCount() == 0) {
                later(node, PAUSE_MILLIS, left, failed);
            } else {
                workers.execute(() -> work(node, response, left, failed));
            }
        });
    }

    private void work(
            LoadNode node, PullMessagesResponse response, CountDownLatch left, CompletableFuture<Void> failed) {
        try {
            node.answer(response);
        } catch (IOException | RuntimeException e) {
            failed.completeExceptionally(e);
            return;
        }
        if (node.round() == rounds) {
            left.countDown();
        } else {
            poll(node, left, failed);
        }
    }

    private int late() {
        return headers.stream().mapToInt(Headers::late).sum();
    }

    /** What is done for one node. */
    @FunctionalInterface
    private interface Step {
        Object of(LoadNode node) throws Exception;
    }

    private void all(LoadNode[] nodes, Step step) throws Exception {
        List<Callable<Object>> steps = new ArrayList<>();
        for (LoadNode node : nodes) {
            steps.add(() -> step.of(node));
        }
        for (Future<Object> done : workers.invokeAll(steps)) {
            done.get();
        }
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
