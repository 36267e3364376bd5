package org.osteon.trials.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tally counts as reached only what a handler said, and lets no disorderly answer pass. */
class TallyTest {
    private static final String METHOD = "osteon.v1.Hub/Status";

    private final Tally tally = new Tally();

    @Test
    void whatAHandlerSaidIsReached() {
        tally.answered(1, METHOD, Status.OK);
        tally.answered(2, METHOD, Status.NOT_FOUND.withDescription("RUN_UNKNOWN: no run x"));
        tally.answered(3, METHOD, Status.UNAUTHENTICATED.withDescription("NODE_ID_NOT_ITS_OWN"));

        assertThat(tally.reached(METHOD)).isEqualTo(3);
        assertThat(tally.findings()).isEmpty();
    }

    @Test
    void whatIsSaidBeforeAHandlerIsNot() {
        tally.answered(1, METHOD, Status.UNAUTHENTICATED.withDescription("CALL_SIGNATURE_INVALID"));
        tally.answered(2, METHOD, Status.PERMISSION_DENIED.withDescription("ROLE_MISSING: this needs operator"));
        tally.answered(3, METHOD, Status.INVALID_ARGUMENT.withDescription("REQUEST_MALFORMED: the request's bytes"));
        tally.answered(4, METHOD, Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size 8"));
        tally.answered(5, METHOD, Status.UNAVAILABLE.withDescription("NODE_TIMESTAMP_USED"));

        assertThat(tally.reached()).isZero();
        assertThat(tally.inputs()).isEqualTo(5);
        assertThat(tally.findings()).isEmpty();
    }

    @Test
    void eachDisorderlyAnswerIsAFinding() {
        List<Status> disorderly = List.of(
                Status.UNKNOWN.withDescription("Application error processing RPC"),
                Status.UNKNOWN,
                Status.INTERNAL.withDescription("http2 exception"),
                Status.DEADLINE_EXCEEDED.withDescription("CallOptions deadline exceeded after 60s"),
                Status.UNAVAILABLE.withDescription("TRY_AGAIN: this could not be done now"),
                Status.INVALID_ARGUMENT.withDescription("X_WRONG: java.lang.IllegalStateException"),
                Status.INVALID_ARGUMENT.withDescription("no code"));
        for (int i = 0; i < disorderly.size(); i++) {
            tally.answered(i, METHOD, disorderly.get(i));
        }

        assertThat(tally.findings()).hasSize(disorderly.size());
    }
}
