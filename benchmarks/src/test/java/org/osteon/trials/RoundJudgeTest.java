package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.document.Digest;

/** The judge of the crash trials objects to each thing that a crash could break. */
class RoundJudgeTest {
    private static final byte[] BASE = floats(1, 2);
    private static final OwnRecord.Update NORTH = update("north", 7, 0.5f, -0.25f);
    private static final OwnRecord.Update SOUTH = update("south", 7, 0.125f, 3);
    private static final String MEAN =
            Digest.of(floats(1 + (0.5f + 0.125f) / 2, 2 + (-0.25f + 3) / 2)).hex();

    private final RoundJudge judge = new RoundJudge();

    @Test
    void aRoundOfWhatWasSentIsRight() {
        assertThat(judge.judge(model(MEAN, input(NORTH), input(SOUTH)), List.of(SOUTH, NORTH)))
                .isEmpty();
    }

    @Test
    void anAcknowledgedUpdateThatIsNotCountedIsLost() {
        String alone = Digest.of(floats(1.125f, 5)).hex();
        assertThat(judge.judge(model(alone, input(SOUTH)), List.of(SOUTH, NORTH)))
                .singleElement()
                .asString()
                .startsWith("ACKNOWLEDGED_AND_LOST");
    }

    @Test
    void anUpdateThatWasRejectedWithAReasonIsNotLost() {
        String alone = Digest.of(floats(1.125f, 5)).hex();
        assertThat(judge.judge(
                        new RoundJudge.Model(7, BASE, alone, List.of(input(SOUTH)), Set.of("north")),
                        List.of(SOUTH, NORTH)))
                .isEmpty();
    }

    @Test
    void anUpdateOnceMoreInTheSameRoundIsCountedTwice() {
        assertThat(judge.judge(model(MEAN, input(NORTH), input(NORTH), input(SOUTH)), List.of(SOUTH, NORTH)))
                .anyMatch(fault -> fault.startsWith("COUNTED_TWICE"));
    }

    @Test
    void anUpdateInALaterRoundTooIsCountedTwice() {
        judge.judge(model(MEAN, input(NORTH), input(SOUTH)), List.of(SOUTH, NORTH));
        RoundJudge.Model later = new RoundJudge.Model(8, BASE, MEAN, List.of(input(NORTH)), Set.of());
        assertThat(judge.judge(later, List.of(SOUTH, NORTH))).anyMatch(fault -> fault.startsWith("COUNTED_TWICE"));
    }

    @Test
    void anUpdateThatNobodySentIsSeen() {
        assertThat(judge.judge(model(MEAN, input(NORTH), input(SOUTH)), List.of(SOUTH)))
                .singleElement()
                .asString()
                .startsWith("COUNTED_AND_NOT_SENT");
    }

    @Test
    void otherBytesUnderTheSameReplyAreSeen() {
        RoundJudge.Input other = new RoundJudge.Input("north", NORTH.reply(), SOUTH.update());
        assertThat(judge.judge(model(MEAN, other, input(SOUTH)), List.of(SOUTH, NORTH)))
                .anyMatch(fault -> fault.startsWith("COUNTED_AND_NOT_SENT"));
    }

    @Test
    void arraysThatAreNotTheMeanAreSeen() {
        String off = Digest.of(floats(1.3125f, Math.nextUp(3.375f))).hex();
        assertThat(judge.judge(model(off, input(NORTH), input(SOUTH)), List.of(SOUTH, NORTH)))
                .singleElement()
                .asString()
                .startsWith("OTHER_ARRAYS");
    }

    @Test
    void aSecondAnswerToOneInstructionIsSeen() {
        OwnRecord record = new OwnRecord();
        record.answered("question", "bytes");
        record.answered("question", "bytes");
        assertThat(record.takeFaults()).isEmpty();
        record.answered("question", "other bytes");
        assertThat(record.takeFaults()).singleElement().asString().startsWith("OTHER_BYTES");
    }

    @Test
    void aLedgerThatIsShortOrLongOfAChargeIsSeen() {
        assertThat(spend(9, 1, 10)).isEmpty();
        assertThat(spend(8, 1, 9)).as("a refund").isNotEmpty();
        assertThat(spend(10, 1, 11)).as("charged twice").isNotEmpty();
        assertThat(spend(9, 0, 9)).as("a reservation refunded").isNotEmpty();
        assertThat(spend(9, 1, 9)).as("epsilon of fewer charges").isNotEmpty();
    }

    private static List<String> spend(long committed, long reserved, double epsilon) {
        return RoundJudge.judge(new RoundJudge.Spend(committed, reserved, epsilon), 9, 12, 1, charges -> charges);
    }

    private static RoundJudge.Model model(String arrays, RoundJudge.Input... inputs) {
        return new RoundJudge.Model(7, BASE, arrays, List.of(inputs), Set.of());
    }

    private static RoundJudge.Input input(OwnRecord.Update update) {
        return new RoundJudge.Input(update.site(), update.reply(), update.update());
    }

    private static OwnRecord.Update update(String site, int round, float... values) {
        byte[] payload = floats(values);
        return new OwnRecord.Update(
                site,
                round,
                Digest.of(site.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .hex(),
                Digest.of(payload).hex(),
                payload,
                true);
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }
}
