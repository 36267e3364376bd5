package org.osteon.coordinator.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.EnrolRequest;

class SitesTest {
    @TempDir
    Path folder;

    private RunningHub hub;

    @BeforeEach
    void start() throws Exception {
        hub = new RunningHub(folder.resolve("hub"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aSiteWhoseKeysCannotSignNotesIsNotEnrolled() {
        // Given
        EnrolRequest right = hub.introduction("north", SigningKey.ecdsaP384());
        String wrong = SigningKey.ecdsaP384().publicKey().pem();

        // When, Then
        for (EnrolRequest request : List.of(
                right.toBuilder().setLogKeyPem(wrong).build(),
                right.toBuilder().setLogKeyPem("no key").build(),
                right.toBuilder().setCosignerKeyPem(wrong).build())) {
            assertRefused("KEY_MALFORMED", () -> hub.enrolment().enrol(request));
        }
        hub.enrolment().enrol(right);
    }

    @Test
    void aHolderThatTheTrustDocumentCannotCarryGetsNoKeyIntoIt() {
        for (String holder : List.of("", " ", "Dr\u0000Li", "x".repeat(201))) {
            // When
            AddKeyRequest request = AddKeyRequest.newBuilder()
                    .setRole("releaser")
                    .setHolder(holder)
                    .setKeyPem(SigningKey.ed25519().publicKey().pem())
                    .build();

            // Then
            assertRefused("TEXT_MALFORMED", () -> hub.as("operator").addKey(request));
        }
        assertThat(hub.as("operator").trust(Empty.getDefaultInstance()).getEnvelope())
                .isNotEmpty();
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.getStatus().getDescription()).startsWith(reason + ": ");
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
}
