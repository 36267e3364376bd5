package org.osteon.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.sign.SigningKey;

class WitnessTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final byte[] NONE = new byte[32];
    private final SigningKey logKey = SigningKey.ed25519();
    private final Witness witness = new Witness("site-a.example", SigningKey.ed25519());

    @TempDir
    Path folder;

    private TileLog log;

    @BeforeEach
    void openLog() {
        log = TileLog.open(folder, "hub.example/log", logKey, 0);
    }

    @Test
    void cosignsAHeadThatExtendsTheLastOne() {
        // Given
        Checkpoint old = log.append(0, entries(0, 4));
        Checkpoint next = log.append(4, entries(4, 9));

        // When
        Witness.Outcome outcome = witness.judge(log.noteKey(), 4, old.root(), 4, log.consistency(4, 9), next, NOW);

        // Then
        assertThat(outcome).isInstanceOfSatisfying(Witness.Outcome.Cosigned.class, cosigned -> {
            Checkpoint both = next.with(cosigned.line());
            assertThat(both.cosignedBy(witness.noteKey())).contains(NOW);
            assertThat(Checkpoint.parse(both.bytes())).isEqualTo(both);
            assertThat(old.with(cosigned.line()).cosignedBy(witness.noteKey())).isEmpty();
            assertThat(next.with(cosigned.line())
                            .cosignedBy(new NoteKey(
                                    "site-b.example", 4, witness.noteKey().key())))
                    .isEmpty();
        });
    }

    @Test
    void refusesAHeadThatForgetsWhatItSaw(@TempDir Path other) {
        // Given
        Checkpoint old = log.append(0, entries(0, 4));
        TileLog forked = TileLog.open(other, "hub.example/log", logKey, 0);
        forked.append(0, entries(100, 104));
        Checkpoint next = forked.append(4, entries(4, 9));

        // When
        Witness.Outcome outcome = witness.judge(log.noteKey(), 4, old.root(), 4, forked.consistency(4, 9), next, NOW);

        // Then
        assertThat(outcome).isEqualTo(new Witness.Outcome.Refused("LOG_NOT_CONSISTENT"));
        Checkpoint fork = forkOfSize(other.resolve("b"), 4);
        assertThat(witness.judge(log.noteKey(), 4, old.root(), 4, List.of(), fork, NOW))
                .isEqualTo(new Witness.Outcome.Refused("LOG_NOT_CONSISTENT"));
    }

    @Test
    void saysWhatItKnowsToAnAskerWithAnotherIdea() {
        // Given
        Checkpoint next = log.append(0, entries(0, 9));

        // When
        Witness.Outcome outcome = witness.judge(log.noteKey(), 7, NONE, 5, log.consistency(5, 9), next, NOW);

        // Then
        assertThat(outcome).isEqualTo(new Witness.Outcome.Conflict(7));
    }

    @Test
    void refusesAnotherKeysHead() {
        // Given
        Checkpoint next = Checkpoint.sign("hub.example/log", 1, NONE, SigningKey.ed25519());

        // When
        Witness.Outcome outcome = witness.judge(log.noteKey(), 0, NONE, 0, List.of(), next, NOW);

        // Then
        assertThat(outcome).isEqualTo(new Witness.Outcome.Refused("CHECKPOINT_SIGNATURE"));
    }

    @Test
    void readsKeysAndNotesAsOthersWriteThem() {
        // Given
        String vkey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

        // When
        NoteKey key = NoteKey.ofVkey(vkey);

        // Then
        assertThat(key.vkey()).isEqualTo(vkey);
        assertThatThrownBy(() -> NoteKey.ofVkey(vkey.replace("33d7b496", "33d7b497")))
                .isInstanceOf(LogException.class);
        assertThatThrownBy(() -> NoteKey.ofVkey("nothing")).isInstanceOf(LogException.class);
    }

    @Test
    void refusesCheckpointTextsThatAreNotInTheOneForm() {
        // Given
        String good = new String(log.append(0, entries(0, 2)).bytes(), StandardCharsets.UTF_8);

        // When / Then
        assertThat(Checkpoint.parse(utf8(good)).size()).isEqualTo(2);
        for (String bad : List.of(
                "",
                good.replace("\n2\n", "\n02\n"),
                good.replace("\n2\n", "\n-2\n"),
                good.replace("\n2\n", "\n2\n\n"),
                good + "\n",
                good + "x\n",
                good.substring(0, good.length() - 1),
                good.replace("— ", "- "),
                good.substring(0, good.indexOf("\n\n") + 2))) {
            assertThatThrownBy(() -> Checkpoint.parse(utf8(bad))).isInstanceOf(LogException.class);
        }
    }

    private Checkpoint forkOfSize(Path at, int size) {
        return TileLog.open(at, "hub.example/log", logKey, 0).append(0, entries(200, 200 + size));
    }

    private static List<byte[]> entries(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> utf8("entry " + i)).toList();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
