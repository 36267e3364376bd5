package org.osteon.trials.hostile;

import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osteon.protocol.sign.SigningKey;

/**
 * Malformed inputs at one port, each made from the trial's seed and its own number alone: three of four are changed
 * valid requests, the others wrong callers and noise.
 */
public final class PortTrial implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int IN_FLIGHT = 48;
    private static final int DRAIN = 90;
    private static final Set<Status.Code> NOT_DONE = Set.of(
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNIMPLEMENTED,
            Status.Code.UNAVAILABLE);

    private final long seed;
    private final Noise noise;
    private final PortCalls calls;
    private final PortCalls doomed;
    private final Strangers strangers;
    private final List<Request> all;
    private final List<Request> last;
    private final Map<String, List<Request>> handlers = new LinkedHashMap<>();
    private final List<String> turns = new ArrayList<>();
    private final Tally tally = new Tally();
    private final Semaphore free = new Semaphore(IN_FLIGHT);
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /**
     * A trial of a port.
     *
     * @param seed all inputs follow from it
     * @param address the port's
     * @param pin of the port's TLS key
     * @param requests valid requests, at least one of every method
     * @param last what ends calls that the port holds
     * @param heavy methods that cost the daemon much work and are called less often
     * @param others keys that the daemon knows as somebody else's
     */
    public PortTrial(
            long seed,
            String address,
            String pin,
            List<Request> requests,
            List<Request> last,
            Set<String> heavy,
            List<SigningKey> others) {
        this.seed = seed;
        this.noise = new Noise(address);
        this.calls = new PortCalls(address, pin, 6);
        this.doomed = new PortCalls(address, pin, 1);
        this.strangers = new Strangers(calls, doomed, others);
        this.all = List.copyOf(requests);
        this.last = List.copyOf(last);
        requests.forEach(request -> handlers.computeIfAbsent(request.method(), unused -> new ArrayList<>())
                .add(request));
        for (String method : handlers.keySet()) {
            for (int i = 0; i < (heavy.contains(method) ? 1 : 5); i++) {
                turns.add(method);
            }
        }
    }

    /** The methods that are called. */
    public Set<String> methods() {
        return handlers.keySet();
    }

    /** What became of the inputs. */
    public Tally tally() {
        return tally;
    }

    /** The calls' connections. */
    public PortCalls calls() {
        return calls;
    }

    /** Sends the inputs from one number to another, exclusive, and waits until each has ended. */
    public void send(int from, int to) throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger(from);
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            work.add(threads.submit(() -> {
                for (int input = next.getAndIncrement(); input < to; input = next.getAndIncrement()) {
                    send(input);
                }
                return null;
            }));
        }
        for (Future<?> one : work) {
            one.get();
        }
        for (Request request : last) {
            byte[] bytes = request.valid().toByteArray();
            calls.send(request.method(), bytes, request.headers(calls, bytes)).get();
        }
        if (!free.tryAcquire(IN_FLIGHT, DRAIN, TimeUnit.SECONDS)) {
            throw new AssertionError("calls never ended: " + (IN_FLIGHT - free.availablePermits()));
        }
        free.release(IN_FLIGHT);
    }

    /** Sends one input. */
    public void send(int input) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed ^ input * 0x9e3779b97f4a7c15L);
        switch (input % 8) {
            case 3 -> {
                Noise.Heard heard = noise.send(random);
                tally.noise(heard.kind(), heard.end());
                if (!"closed".equals(heard.end())) {
                    tally.finding(input, heard.kind() + " was left open");
                }
            }
            case 7 -> {
                if (random.nextInt(6) == 0) {
                    givenUp(random);
                } else {
                    stranger(input, random);
                }
            }
            default -> changed(input, random);
        }
    }

    private void stranger(int input, SplittableRandom random) throws InterruptedException {
        Request request = all.get(random.nextInt(all.size()));
        free.acquire();
        Strangers.Sent sent = strangers.send(request, random);
        ended(sent.end(), status -> {
            boolean anonymous = request.caller() instanceof Request.Caller.Anonymous;
            tally.noise(
                    "stranger, " + sent.kind(),
                    anonymous ? "anonymous service" : status.getCode().toString());
            if (!anonymous && !"large headers".equals(sent.kind()) && !NOT_DONE.contains(status.getCode())
                    || status.isOk() && !anonymous) {
                tally.finding(input, request.method() + " of a stranger (" + sent.kind() + ") answered " + status);
            }
        });
    }

    /** A valid call whose caller goes away at once or soon. */
    private void givenUp(SplittableRandom random) throws InterruptedException {
        Request request = all.get(random.nextInt(all.size()));
        byte[] bytes = request.valid().toByteArray();
        Metadata headers = request.headers(calls, bytes);
        free.acquire();
        ended(
                calls.send(request.method(), bytes, headers, Duration.ofMillis(random.nextInt(40))),
                status -> tally.noise("given up", status.isOk() ? "done before" : "cancelled"));
    }

    private void changed(int input, SplittableRandom random) throws InterruptedException {
        List<Request> variants = Objects.requireNonNull(handlers.get(turns.get(random.nextInt(turns.size()))));
        Request request = variants.get(random.nextInt(variants.size()));
        byte[] bytes = new Mutations(random).request(request.valid(), request.signer());
        Metadata headers = request.headers(calls, bytes);
        free.acquire();
        ended(calls.send(request.method(), bytes, headers), status -> tally.answered(input, request.method(), status));
    }

    private void ended(CompletableFuture<Status> end, java.util.function.Consumer<Status> then) {
        end.whenComplete((status, failure) -> {
            try {
                then.accept(status);
            } finally {
                free.release();
            }
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
        calls.close();
        doomed.close();
    }
}
