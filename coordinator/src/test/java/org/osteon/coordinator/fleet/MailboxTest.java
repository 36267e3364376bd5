package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Metadata;

class MailboxTest {
    private final Mailbox mailbox = new Mailbox();
    private final OutgoingMessage taken = message(1);
    private final OutgoingMessage waiting = message(2);

    @Test
    void withholdsWhatWasNotHandedOutYetAlsoFromANodeThatStartsAgain() {
        // Given: one message is with the node, one is not
        mailbox.put(taken);
        mailbox.put(waiting);
        assertThat(id(mailbox.next())).contains(taken.id());

        // When
        mailbox.withhold(taken.id());
        mailbox.withhold(waiting.id());
        mailbox.handOutAgain();

        // Then: both may be answered, only the taken one is handed out
        assertThat(mailbox.holds(taken.id())).isTrue();
        assertThat(mailbox.holds(waiting.id())).isTrue();
        assertThat(mailbox.withholds(taken.id())).isFalse();
        assertThat(mailbox.withholds(waiting.id())).isTrue();
        assertThat(id(mailbox.next())).contains(taken.id());
        assertThat(mailbox.next()).isNotDone();
    }

    @Test
    void handsOutWhatWasWithheldToThePollThatWaits() {
        // Given
        mailbox.putWithheld(waiting);
        CompletableFuture<Optional<OutgoingMessage>> poll = mailbox.next();
        assertThat(poll).isNotDone();

        // When
        mailbox.handOut(waiting.id());
        mailbox.handOut(waiting.id());

        // Then: once
        assertThat(id(poll)).contains(waiting.id());
        assertThat(mailbox.next()).isNotDone();
    }

    @Test
    void handsOutNothingThatWasTakenOutMeanwhile() {
        // Given
        mailbox.putWithheld(waiting);
        mailbox.remove(waiting.id());

        // When
        mailbox.handOut(waiting.id());

        // Then
        assertThat(mailbox.next()).isNotDone();
    }

    private static Optional<String> id(CompletableFuture<Optional<OutgoingMessage>> poll) {
        return poll.getNow(Optional.empty()).map(OutgoingMessage::id);
    }

    private static OutgoingMessage message(int number) {
        return new OutgoingMessage.Builder()
                .config("config", "server-round", number)
                .build(Metadata.newBuilder()
                        .setRunId(7)
                        .setSrcNodeId(1)
                        .setDstNodeId(5)
                        .setMessageType("train")
                        .setTtl(600)
                        .setCreatedAt(1_795_359_798.5)
                        .build());
    }
}
