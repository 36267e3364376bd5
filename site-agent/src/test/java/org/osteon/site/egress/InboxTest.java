package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;

class InboxTest {
    private static final FlowerObject FIRST = FlowerObjects.chunk("first".getBytes(StandardCharsets.US_ASCII));
    private static final FlowerObject SECOND = FlowerObjects.chunk("second".getBytes(StandardCharsets.US_ASCII));
    private static final FlowerObject OTHER = FlowerObjects.chunk("other".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path folder;

    @Test
    void keepsWhatCameOfTheSameMessageAndIsWhole() throws Exception {
        // Given: a process that died while it wrote the second object, and had put arrays together
        Inbox before = new Inbox(folder.resolve("inbox"));
        before.open(Set.of(FIRST.id(), SECOND.id()));
        before.store(FIRST.id(), FIRST.encoded());
        before.store(SECOND.id(), Arrays.copyOf(SECOND.encoded(), SECOND.encoded().length - 1));
        Files.writeString(before.draft(), "arrays");

        // When
        Inbox after = new Inbox(folder.resolve("inbox"));
        after.open(Set.of(FIRST.id(), SECOND.id()));

        // Then
        assertThat(after.has(FIRST.id())).isTrue();
        assertThat(after.read(FIRST.id()).id()).isEqualTo(FIRST.id());
        assertThat(after.has(SECOND.id())).isFalse();
        assertThat(Files.size(after.draft())).isZero();
    }

    @Test
    void keepsNothingOfAnotherMessage() throws Exception {
        Inbox inbox = new Inbox(folder.resolve("inbox"));
        inbox.open(Set.of(FIRST.id(), SECOND.id()));
        inbox.store(FIRST.id(), FIRST.encoded());
        inbox.store(SECOND.id(), SECOND.encoded());

        inbox.open(Set.of(SECOND.id(), OTHER.id()));

        assertThat(inbox.file(FIRST.id())).doesNotExist();
        assertThat(inbox.has(SECOND.id())).isTrue();
        assertThat(inbox.has(OTHER.id())).isFalse();
        assertThatThrownBy(() -> inbox.read(OTHER.id())).isInstanceOf(FlowerException.class);
    }

    @Test
    void isEmptyWhenErasedAlsoBeforeItWasEverOpened() throws Exception {
        Inbox inbox = new Inbox(folder.resolve("inbox"));
        inbox.erase();
        inbox.open(Set.of(FIRST.id()));
        inbox.store(FIRST.id(), FIRST.encoded());
        inbox.erase();
        assertThat(inbox.has(FIRST.id())).isFalse();
    }
}
