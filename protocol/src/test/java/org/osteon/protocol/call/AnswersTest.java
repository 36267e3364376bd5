package org.osteon.protocol.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswersTest {
    @Test
    void aDescriptionFitsAHeaderWhateverTheCallerSent() {
        // Given
        CallException absent = CallException.absent("RUN_UNKNOWN", "no run " + "骨".repeat(100_000));

        // When
        Status status = Answers.status(absent);

        // Then: with each byte written as %XX it stays below the 8 KiB that clients take
        assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status.getDescription()).startsWith("RUN_UNKNOWN: no run 骨").endsWith("…");
        assertThat(status.getDescription().getBytes(StandardCharsets.UTF_8).length * 3)
                .isLessThan(8 * 1024);
    }

    @Test
    void whatAPassingCallerIsToldIsNotChanged() {
        assertThat(Answers.status(CallException.refused("SITE_REVOKED", "site north does not count any more"))
                        .getDescription())
                .isEqualTo("SITE_REVOKED: site north does not count any more");
    }

    @Test
    void aCallerThatWentAwayIsNoFault() {
        assertThat(Answers.status(Status.CANCELLED
                        .withDescription("call already cancelled")
                        .asRuntimeException()))
                .isEqualTo(Status.CANCELLED);
    }
}
