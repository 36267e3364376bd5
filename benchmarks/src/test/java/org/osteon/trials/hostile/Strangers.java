package org.osteon.trials.hostile;

import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.SigningKey;

/** Calls whose authentication is wrong, or that name no method: none may be done. */
final class Strangers {
    private static final String NONCE = "0123456789abcdef";

    private final PortCalls calls;
    private final PortCalls doomed;
    private final List<SigningKey> others;

    /**
     * Over this port.
     *
     * @param doomed connections that the port ends when their headers are too large
     * @param others keys that are known to the port, but not for what they are used here
     */
    Strangers(PortCalls calls, PortCalls doomed, List<SigningKey> others) {
        this.calls = calls;
        this.doomed = doomed;
        this.others = others;
    }

    /**
     * One call.
     *
     * @param kind what is wrong with it
     * @param end how it ended
     */
    record Sent(String kind, CompletableFuture<Status> end) {}

    Sent send(Request request, SplittableRandom random) {
        byte[] body = request.valid().toByteArray();
        if (random.nextInt(8) == 0) {
            String method = random.nextBoolean()
                    ? request.method() + "x".repeat(1 + random.nextInt(200))
                    : "x".repeat(1 + random.nextInt(200)) + "." + request.method();
            return new Sent("unknown method", calls.send(method, body, request.headers(calls, body)));
        }
        if (random.nextInt(16) == 0) {
            Metadata headers = request.headers(calls, body);
            headers.put(PortCalls.ascii("x-large"), "v".repeat(9_000 + random.nextInt(100_000)));
            return new Sent("large headers", doomed.send(request.method(), body, headers));
        }
        return request.caller() instanceof Request.Caller.Node node
                ? fleet(request, node.key(), body, random)
                : own(
                        request,
                        request.caller() instanceof Request.Caller.Signed signed ? signed.key() : others.get(0),
                        body,
                        random);
    }

    private Sent own(Request request, SigningKey key, byte[] body, SplittableRandom random) {
        String method = request.method();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String nonce = NONCE + "%016x".formatted(random.nextLong());
        String id = key.publicKey().keyId();
        int kind = random.nextInt(11);
        String time = now.toString();
        Metadata headers = switch (kind) {
            case 0 -> new Metadata();
            case 1 ->
                PortCalls.signed(
                        key, method, body, now.minus(Duration.ofMinutes(6)).toString(), nonce);
            case 2 ->
                PortCalls.signed(
                        key, method, body, now.plus(Duration.ofDays(400_000)).toString(), nonce);
            case 3 -> PortCalls.signed(key, method, body, "+1000000000-12-31T23:59:59Z", nonce);
            case 4 -> PortCalls.signed(key, method, body, "yesterday", nonce);
            case 5 -> PortCalls.signed(key, method, body, time, "no nonce");
            case 6 -> PortCalls.signed(SigningKey.ed25519(), method, body, time, nonce);
            case 7 -> PortCalls.call(id, time, nonce, noise(random));
            case 8 -> PortCalls.signed(key, method, Mutations.join(body, new byte[] {1}), time, nonce);
            case 9 -> PortCalls.call("?".repeat(1 + random.nextInt(2000)), time, nonce, noise(random));
            default -> PortCalls.signed(key, method + "/", body, time, nonce);
        };
        return new Sent("call " + kind, calls.send(method, body, headers));
    }

    private Sent fleet(Request request, SigningKey key, byte[] body, SplittableRandom random) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        NodeSignature right = NodeSignature.make(key, now.minusSeconds(1 + random.nextInt(200)));
        String pem = right.publicKeyPem();
        String time = right.timestamp();
        int kind = random.nextInt(9);
        Metadata headers = switch (kind) {
            case 0 -> new Metadata();
            case 1 -> {
                NodeSignature old = NodeSignature.make(key, now.minusSeconds(400));
                yield PortCalls.node(pem, old.timestamp(), old.signature());
            }
            case 2 -> {
                NodeSignature early = NodeSignature.make(key, now.plusSeconds(60));
                yield PortCalls.node(pem, early.timestamp(), early.signature());
            }
            case 3 -> PortCalls.node(pem, "no time", key.signRaw("no time".getBytes(StandardCharsets.US_ASCII)));
            case 4 -> PortCalls.node(pem, time, noise(random));
            case 5 ->
                PortCalls.node("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n", time, right.signature());
            case 6 -> PortCalls.node("?".repeat(random.nextInt(5000)), time, right.signature());
            case 7 -> {
                NodeSignature of = NodeSignature.make(SigningKey.ed25519(), now);
                yield PortCalls.node(of.publicKeyPem(), of.timestamp(), of.signature());
            }
            default -> PortCalls.node(others.get(0).publicKey().pem(), time, right.signature());
        };
        return new Sent("node " + kind, calls.send(request.method(), body, headers));
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] noise = new byte[1 + random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
    }
}
