package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.ObjectTree;

class InboxTest {
    private static final FlowerObject FIRST = FlowerObjects.chunk("first".getBytes(StandardCharsets.US_ASCII));
    private static final FlowerObject SECOND = FlowerObjects.chunk("second".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path folder;

    @Test
    void keepsWhatCameOfTheSameMessageAndIsWhole() throws Exception {
        // Given: a process that died while it wrote the second object
        Message message = message("a", 1);
        Inbox.Taken before = new Inbox(folder).take(message, tree(message), false);
        Files.write(before.folder().resolve(FIRST.id()), FIRST.encoded());
        Files.write(before.folder().resolve(SECOND.id()), Arrays.copyOf(SECOND.encoded(), SECOND.encoded().length - 1));

        // When
        Inbox inbox = new Inbox(folder);
        inbox.clearAllBut(message.getMetadata().getMessageId());
        Inbox.Taken after = inbox.take(message, tree(message), false);

        // Then
        assertThat(Inbox.has(after.folder(), FIRST.id())).isTrue();
        assertThat(Inbox.has(after.folder(), SECOND.id())).isFalse();
    }

    @Test
    void keepsNothingOfAnotherMessage() throws Exception {
        Message message = message("a", 1);
        Inbox inbox = new Inbox(folder);
        Inbox.Taken taken = inbox.take(message, tree(message), false);
        Files.write(taken.folder().resolve(FIRST.id()), FIRST.encoded());

        inbox.clearAllBut(message("b", 2).getMetadata().getMessageId());

        assertThat(taken.folder()).doesNotExist();
    }

    @Test
    void remembersOverACrashWhatNobodyHandsOutAgainOldestFirst() {
        // Given: two messages that last, the later one taken first, and one that does not last
        Inbox before = new Inbox(folder);
        before.take(message("b", 2), tree(message("b", 2)), true);
        Inbox.Taken oldest = before.take(message("a", 1), tree(message("a", 1)), true);
        before.take(message("c", 3), tree(message("c", 3)), false);
        before.confirm(oldest);

        // When
        Inbox after = new Inbox(folder);

        // Then
        assertThat(after.unanswered())
                .extracting(taken -> taken.message().getMetadata().getMessageId())
                .containsExactly(
                        message("a", 1).getMetadata().getMessageId(),
                        message("b", 2).getMetadata().getMessageId());
        assertThat(after.unanswered())
                .extracting(taken -> after.confirmed(taken))
                .containsExactly(true, false);
        after.done(after.unanswered().get(0));
        assertThat(after.unanswered()).hasSize(1);
    }

    private static Message message(String letter, double created) {
        return Message.newBuilder()
                .setMetadata(
                        Metadata.newBuilder().setMessageId(letter.repeat(64)).setCreatedAt(created))
                .build();
    }

    private static ObjectTree tree(Message message) {
        return ObjectTree.newBuilder()
                .setObjectId(message.getMetadata().getMessageId())
                .build();
    }
}
