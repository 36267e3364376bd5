package org.osteon.protocol.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Answer;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.SiteGrpc;

class CallVerifierTest {
    private static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");
    private static final String NONCE = "0123456789abcdef0123456789abcdef";

    private final SigningKey known = SigningKey.ed25519();
    private final CallVerifier verifier = new CallVerifier(
            new CallDirectory() {
                @Override
                public Optional<Entry> find(String keyId) {
                    Principal principal = new Principal(keyId, "operator", "operator", "ortho-net");
                    return Optional.of(new Entry(known.publicKey(), principal))
                            .filter(entry -> entry.key().keyId().equals(keyId));
                }

                @Override
                public boolean firstUse(String keyId, String nonce, Instant forget) {
                    return true;
                }
            },
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void aStrangersBodyIsNotAskedFor() {
        // Given
        Recorded unsigned = new Recorded();
        Recorded unknown = new Recorded();
        Recorded old = new Recorded();

        // When
        intercept(unsigned, new Metadata());
        intercept(unknown, headers(SigningKey.ed25519(), NOW));
        intercept(old, headers(known, NOW.minusSeconds(301)));

        // Then
        assertThat(unsigned.closed).containsExactly("CALL_UNSIGNED");
        assertThat(unknown.closed).containsExactly("CALLER_UNKNOWN");
        assertThat(old.closed).containsExactly("CALL_TIME_OUTSIDE_WINDOW");
        assertThat(unsigned.requested + unknown.requested + old.requested).isZero();
    }

    @Test
    void aKnownCallersBodyIsAskedForAndItsSignatureJudged() {
        // Given
        Recorded right = new Recorded();
        Recorded wrong = new Recorded();
        Metadata forged = headers(known, NOW);
        forged.removeAll(CallHeaders.SIGNATURE);
        forged.put(CallHeaders.SIGNATURE, new byte[64]);

        // When
        intercept(right, headers(known, NOW)).onMessage(Empty.getDefaultInstance());
        intercept(wrong, forged).onMessage(Empty.getDefaultInstance());

        // Then
        assertThat(right.requested).isPositive();
        assertThat(right.handled).isTrue();
        assertThat(right.closed).isEmpty();
        assertThat(wrong.handled).isFalse();
        assertThat(wrong.closed).containsExactly("CALL_SIGNATURE_INVALID");
    }

    private ServerCall.Listener<Empty> intercept(Recorded call, Metadata headers) {
        return verifier.interceptCall(call, headers, (inner, unused) -> {
            call.handled = true;
            return new ServerCall.Listener<>() {};
        });
    }

    private static Metadata headers(SigningKey key, Instant time) {
        Metadata headers = new Metadata();
        headers.put(CallHeaders.KEY_ID, key.publicKey().keyId());
        headers.put(CallHeaders.TIME, time.toString());
        headers.put(CallHeaders.NONCE, NONCE);
        headers.put(
                CallHeaders.SIGNATURE,
                key.signRaw(CallHeaders.signedBytes(
                        SiteGrpc.getStatusMethod().getFullMethodName(), time.toString(), NONCE, new byte[0])));
        return headers;
    }

    /** A call that remembers what was done with it. */
    private static final class Recorded extends ServerCall<Empty, Answer> {
        private final List<String> closed = new ArrayList<>();
        private int requested;
        private boolean handled;

        @Override
        public void request(int count) {
            requested += count;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new UnsupportedOperationException("nothing is answered here");
        }

        @Override
        public void sendMessage(Answer message) {
            throw new UnsupportedOperationException("nothing is answered here");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed.add(String.valueOf(status.getDescription()));
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Empty, Answer> getMethodDescriptor() {
            return SiteGrpc.getStatusMethod();
        }
    }
}
