package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;

class AdmissionTest {
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Admission admission = new Admission(new BodyPlaces(1), Duration.ofMinutes(5), timer);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    /** A handler that asks for the body when it starts, as the generated ones do, and records what reaches it. */
    private final ServerCallHandler<PushObjectRequest, PushObjectResponse> handler = (call, headers) -> {
        String name = ((Call) call).name;
        events.add(name + " started");
        call.request(2);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(PushObjectRequest message) {
                events.add(name + " message");
            }

            @Override
            public void onHalfClose() {
                events.add(name + " half-closed");
            }

            @Override
            public void onCancel() {
                events.add(name + " cancelled");
            }
        };
    };

    /** The transport's side of a call: hands the body over as soon as it is asked for, on a thread of its own. */
    private static final class Call extends ServerCall<PushObjectRequest, PushObjectResponse> {
        final String name;
        private final boolean sendsBody;
        String method = "PushObject";
        ServerCall.@Nullable Listener<PushObjectRequest> listener;
        final CountDownLatch closed = new CountDownLatch(1);

        @Nullable Status status;

        Call(String name, boolean sendsBody) {
            this.name = name;
            this.sendsBody = sendsBody;
        }

        @Override
        public void request(int messages) {
            ServerCall.Listener<PushObjectRequest> to = listener;
            if (to == null || !sendsBody) {
                return;
            }
            Thread transport = new Thread(() -> body(to));
            transport.start();
            try {
                // The whole body is there before the handler's start has returned.
                transport.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        static void body(ServerCall.Listener<PushObjectRequest> to) {
            to.onMessage(PushObjectRequest.getDefaultInstance());
            to.onHalfClose();
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(PushObjectResponse message) {}

        @Override
        public void close(Status with, Metadata trailers) {
            status = with;
            closed.countDown();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<PushObjectRequest, PushObjectResponse> getMethodDescriptor() {
            return FleetGrpc.getPushObjectMethod().toBuilder()
                    .setFullMethodName("flwr.proto.Fleet/" + method)
                    .build();
        }
    }

    private Call arrive(String name, boolean sendsBody) {
        return arrive(admission, name, sendsBody);
    }

    private Call arrive(Admission through, String name, boolean sendsBody) {
        Call call = new Call(name, sendsBody);
        call.listener = through.interceptCall(call, new Metadata(), handler);
        return call;
    }

    private static ServerCall.Listener<PushObjectRequest> listener(Call call) {
        return Objects.requireNonNull(call.listener);
    }

    @Test
    void theBodyOfALateCallReachesItsHandlerHoweverEarlyItComes() {
        Call first = arrive("first", false);
        arrive("second", true);
        assertThat(events).containsExactly("first started");

        listener(first).onComplete();

        assertThat(events).containsExactly("first started", "second started", "second message", "second half-closed");
    }

    @Test
    void aCallThatIsGivenUpWhileItWaitsTakesNoPlace() {
        Call first = arrive("first", false);
        Call second = arrive("second", true);
        arrive("third", true);
        listener(second).onCancel();

        listener(first).onComplete();

        assertThat(events).contains("third half-closed").doesNotContain("second started");
    }

    @Test
    void aHalfCloseBeforeTheTurnIsNotForgotten() {
        Call first = arrive("first", false);
        Call empty = arrive("empty", false);
        listener(empty).onHalfClose();

        listener(first).onComplete();

        assertThat(events).containsExactly("first started", "empty started", "empty half-closed");
    }

    @Test
    void aHandlerThatCannotStartGivesItsPlaceToTheNext() {
        Call broken = new Call("broken", false);
        broken.listener = admission.interceptCall(broken, new Metadata(), (call, headers) -> {
            throw new IllegalStateException("no");
        });

        arrive("next", false);

        assertThat(Objects.requireNonNull(broken.status).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(events).containsExactly("next started");
    }

    @Test
    void aBodyThatDoesNotComeGivesItsPlaceToTheNext() throws InterruptedException {
        Admission hasty = new Admission(new BodyPlaces(1), Duration.ofMillis(1), timer);
        List<Call> calls = new ArrayList<>();
        calls.add(arrive(hasty, "stalled", false));
        calls.add(arrive(hasty, "next", false));

        for (Call call : calls) {
            assertThat(call.closed.await(30, TimeUnit.SECONDS)).as(call.name).isTrue();
        }

        assertThat(Objects.requireNonNull(calls.get(0).status).getDescription()).isEqualTo("BODY_TOO_SLOW");
        assertThat(events).containsExactly("stalled started", "next started");
    }

    private Call pull(Admission through, String name) {
        Call call = new Call(name, false);
        call.method = "PullObject";
        call.listener = through.interceptCall(call, new Metadata(), handler);
        Call.body(listener(call));
        return call;
    }

    @Test
    void aLargeAnswerWaitsUntilTheOneBeforeIsTaken() {
        Admission answers = Admission.ofAnswers(new BodyPlaces(1), Duration.ofMinutes(5), timer);
        Call first = pull(answers, "first");
        Call second = pull(answers, "second");
        Call third = pull(answers, "third");
        arrive(answers, "push", true);
        assertThat(events)
                .containsExactly("first started", "first message", "first half-closed", "push started")
                .as("a push is no answer");

        listener(second).onCancel();
        listener(first).onComplete();

        assertThat(events)
                .endsWith("third started", "third message", "third half-closed")
                .doesNotContain("second started");
        assertThat(third.status).isNull();
    }

    @Test
    void anAnswerThatIsNotTakenGivesItsPlaceToTheNextAndLives() throws InterruptedException {
        Admission hasty = Admission.ofAnswers(new BodyPlaces(1), Duration.ofMillis(1), timer);
        Call slow = pull(hasty, "slow");
        pull(hasty, "next");

        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!events.contains("next half-closed") && System.nanoTime() < until) {
            Thread.sleep(1);
        }

        assertThat(events).contains("next half-closed");
        assertThat(slow.status).isNull();
    }
}
